package group

import (
	"slices"
	"strconv"

	"example.com/oxgroups/gen/model"
)

// Change is what an update asks for beside the fields that are stored as they are sent.
type Change struct {
	Folded    string                         // Fold of the name
	Add       []int64                        // workspaces to add, ascending
	Remove    []int64                        // workspaces that may not be members afterwards, ascending: Add comes first
	Reference *model.ExternalReferenceUpdate // nil: no change
}

// NewChange returns what u asks for.
func NewChange(u model.WorkspaceGroupUpdate) Change {
	c := Change{Folded: Fold(u.Name)}
	add, _ := u.AddWorkspaceIds.Value()
	remove, _ := u.RemoveWorkspaceIds.Value()
	c.Add, c.Remove = distinct(add), distinct(remove)
	if ref, ok := u.ExternalReference.Value(); ok {
		c.Reference = new(ref)
	}
	return c
}

// Plain returns u without the fields that are in a Change: with those that are stored as they are sent, the name among them.
func Plain(u model.WorkspaceGroupUpdate) model.WorkspaceGroupUpdate {
	u.AddWorkspaceIds.SetUnspecified()
	u.RemoveWorkspaceIds.SetUnspecified()
	u.ExternalReference.SetUnspecified()
	return u
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
func (c Change) Named() []int64 { return distinct(slices.Concat(c.Add, c.Remove)) }

// Check returns why what is stored does not allow the change: reachable are those of Named that exist and that the caller has
// access to, ascending; taken is whether another group of the account has the name.
func (c Change) Check(reachable []int64, taken bool) (problems []Problem) {
	if taken {
		problems = append(problems, NameTaken())
	}
	if missing := without(c.Add, reachable); len(missing) > 0 {
		problems = append(problems, Problem{"add_workspace_ids", OutOfReach(missing)})
	}
	if missing := without(c.Remove, reachable); len(missing) > 0 {
		problems = append(problems, Problem{"remove_workspace_ids", OutOfReach(missing)})
	}
	return problems
}

// NameTaken is the reason where another group of the account has the name.
func NameTaken() Problem { return Problem{"name", "Name has already been taken"} }

// OutOfReach says which workspaces a caller may not name. A workspace that is not there and one that is out of reach
// read the same, so that nobody learns of workspaces that are not theirs.
func OutOfReach(ids []int64) string {
	return "workspaces " + JoinIDs(ids) + " do not exist or are not accessible"
}

// JoinIDs returns ids as text, separated by commas.
func JoinIDs(ids []int64) string {
	var b []byte
	for i, id := range ids {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(b)
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
