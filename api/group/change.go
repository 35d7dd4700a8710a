package group

import (
	"slices"
	"unicode"

	"example.com/oxgroups/gen/model"
)

// Change is an update in the form in which an engine applies it.
type Change struct {
	Folded    string                         // Fold of the name
	Add       []int64                        // workspaces that have to be members, ascending
	Remove    []int64                        // workspaces that may not be members, ascending; none of them is in Add
	AddNamed  []int64                        // workspaces that the caller asked to add, ascending: all need access
	Reference *model.ExternalReferenceUpdate // nil: no change
	Plain     model.WorkspaceGroupUpdate     // the fields without a meaning of their own, name among them
}

// NewChange returns what u asks for. An id in both lists is added and then removed, so it is only in Remove.
func NewChange(u model.WorkspaceGroupUpdate) Change {
	c := Change{Folded: Fold(u.Name), Plain: u}
	add, _ := u.AddWorkspaceIds.Value()
	remove, _ := u.RemoveWorkspaceIds.Value()
	c.AddNamed, c.Remove = distinct(add), distinct(remove)
	c.Add = c.AddNamed
	if len(c.Remove) > 0 {
		c.Add = slices.DeleteFunc(slices.Clone(c.AddNamed), func(id int64) bool {
			_, found := slices.BinarySearch(c.Remove, id)
			return found
		})
	}
	if ref, ok := u.ExternalReference.Value(); ok {
		c.Reference = &ref
	}
	c.Plain.AddWorkspaceIds.SetUnspecified()
	c.Plain.RemoveWorkspaceIds.SetUnspecified()
	c.Plain.ExternalReference.SetUnspecified()
	return c
}

func distinct(ids []int64) []int64 {
	if len(ids) == 0 {
		return nil
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Fold returns the form of a name that decides whether two names are equal: names have the same form exactly where
// strings.EqualFold says so (Unicode simple case folding). All engines store it, so all agree.
func Fold(name string) string {
	folded := make([]rune, 0, len(name))
	for _, r := range name {
		folded = append(folded, foldRune(r))
	}
	return string(folded)
}

// foldRune returns the smallest rune of those that r folds to.
func foldRune(r rune) rune {
	least := r
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		least = min(least, other)
	}
	return least
}
