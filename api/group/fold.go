package group

import (
	"strings"
	"unicode"
)

// Fold returns the form of a name that decides whether two names are equal: names have the same form exactly where
// strings.EqualFold says so (Unicode simple case folding). All engines store it, so all agree.
func Fold(name string) string {
	return strings.Map(foldRune, name)
}

// foldRune returns the smallest rune of those that r folds to.
func foldRune(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}
