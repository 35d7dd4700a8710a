package group

import (
	"slices"
	"strconv"

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

// Named returns every workspace that the request names, ascending: the caller needs access to each.
func (c Change) Named() []int64 {
	if len(c.Remove) == 0 {
		return c.AddNamed
	}
	return distinct(slices.Concat(c.AddNamed, c.Remove))
}

// Check says whether what is stored allows the change: reachable are those of Named that exist and that the caller has
// access to, ascending; taken is whether another group of the account has the name. It returns an Error with Refused and all
// reasons.
func (c Change) Check(reachable []int64, taken bool) error {
	var problems []Problem
	if taken {
		problems = append(problems, NameTaken())
	}
	for _, list := range []struct {
		field string
		ids   []int64
	}{{"add_workspace_ids", c.AddNamed}, {"remove_workspace_ids", c.Remove}} {
		if missing := without(list.ids, reachable); len(missing) > 0 {
			problems = append(problems, Problem{list.field, OutOfReach(missing)})
		}
	}
	return Refusal(problems)
}

// NameTaken is the reason where another group of the account has the name.
func NameTaken() Problem { return Problem{"name", "Name has already been taken"} }

// OutOfReach says which workspaces a caller may not name. A workspace that is not there and one that is out of reach
// read the same, so that nobody learns of workspaces that are not theirs.
func OutOfReach(ids []int64) string {
	b := []byte("workspaces ")
	for i, id := range ids {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, " do not exist or are not accessible"...))
}

// without returns the elements of ids that are not in found; both are ascending.
func without(ids, found []int64) []int64 {
	var rest []int64
	for _, id := range ids {
		if _, ok := slices.BinarySearch(found, id); !ok {
			rest = append(rest, id)
		}
	}
	return rest
}
