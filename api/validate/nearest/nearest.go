// Package nearest words the error for a name that does not exist: flags, columns and keys come from the spec, and the
// person who mistyped one wants to know which it is.
package nearest

import (
	"fmt"
	"strings"

	"github.com/agnivade/levenshtein"
)

// longest bounds the names that are compared and printed: names come from files too.
const longest = 100

// Hint returns "; did you mean ...?" with the one of names that is most like name, or "" where none is.
func Hint(name string, names []string) string {
	if len(name) > longest {
		return ""
	}
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

// HintOrAll returns Hint, or "; there are ..." with all names where none is near.
func HintOrAll(name string, names []string) string {
	if hint := Hint(name, names); hint != "" {
		return hint
	}
	return "; there are " + strings.Join(names, ", ")
}

// Unknown returns the error for a name that is none of names, with the nearest one, or all of them where none is near.
// what says what it would be the name of.
func Unknown(what, name string, names []string) error {
	hint := HintOrAll(name, names)
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	return fmt.Errorf("there is no %s %q%s", what, name, hint)
}
