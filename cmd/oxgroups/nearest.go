package main

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// didYouMean returns a hint at the one of names that is most like name, or "" where none is.
func didYouMean(name string, names []string) string {
	best, least := "", max(1, len(name)/2)+1
	for _, candidate := range names {
		if d := levenshtein.ComputeDistance(name, candidate); d < least {
			best, least = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// nearestOrAll returns a hint at the one of names that is most like name, or at all of them.
func nearestOrAll(name string, names []string) string {
	if hint := didYouMean(name, names); hint != "" {
		return hint
	}
	return "; there are " + strings.Join(names, ", ")
}
