package store

import (
	"bytes"
	"fmt"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Change is an update of one group in the form in which it is applied.
type Change struct {
	group.Change
	ID int64
	By group.Caller

	Named     []int64 // the workspaces that the update names, ascending
	patch     changes // of the group's document
	reference changes // of the reference's document
}

// usualPatch is how many bytes most patches have at most.
const usualPatch = 512

// NewChange returns what u asks of group id. It returns an error where u has a value that is not JSON.
func NewChange(by group.Caller, id int64, u model.WorkspaceGroupUpdate) (c *Change, err error) {
	c = &Change{Change: group.NewChange(u), ID: id, By: by}
	c.Named = c.Change.Named()
	plain := group.Plain(u)
	text, err := validator.AppendWorkspaceGroupUpdate(make([]byte, 0, usualPatch), &plain)
	if err == nil {
		c.patch, err = readMembers(text)
	}
	if err != nil || c.Reference == nil {
		return c, err
	}
	if text, err = validator.AppendExternalReferenceUpdate(make([]byte, 0, usualPatch), c.Reference); err == nil {
		c.reference, err = readMembers(text)
	}
	return c, err
}

// Member is a named workspace that the caller has access to.
type Member struct {
	ID int64
	Is bool // it is a member of the group
}

// State is what is stored of all that a change asks about.
type State struct {
	Group     *group.Row // without its lists of ids; nil: the account has no such group
	Renamed   bool       // the folded name is another one
	Taken     bool       // another group of the account has the name
	Members   []Member   // in any order
	Reference *group.Row // to the service that the change names; nil: there is none
}

// Diff is what a change makes of a state; the zero value changes nothing.
type Diff struct {
	Group       *group.Row // to store
	Renamed     bool
	Add, Remove []int64    // members
	Reference   *group.Row // to store; ID 0 is a new one
}

// Empty reports whether the diff changes nothing.
func (d *Diff) Empty() bool { return d.Group == nil }

// applied is the outcome of a change.
type applied struct {
	Diff
	row   group.Row // the group as it is then, without its lists of ids
	model model.WorkspaceGroup
	fits  bool // the row fits the spec, and so the model is all of it
}

// Apply returns what the change does to a state at a time. It returns a group.Error with NotFound where there is no group,
// and one with Refused and every reason where the state does not allow the change, or the merged group or reference
// breaks a rule of the spec in what the change touches.
func (c *Change) Apply(s State, at string) (Diff, error) {
	a, err := c.apply(s, at)
	if err != nil {
		return Diff{}, err
	}
	return a.Diff, nil
}

func (c *Change) apply(s State, at string) (a *applied, err error) {
	if s.Group == nil {
		return nil, &group.Error{Code: group.NotFound}
	}
	a = &applied{}
	reachable := make([]int64, len(s.Members))
	for i, m := range s.Members {
		reachable[i] = m.ID
		switch _, remove := slices.BinarySearch(c.Remove, m.ID); {
		case remove && m.Is:
			a.Remove = append(a.Remove, m.ID)
		case !remove && !m.Is:
			a.Add = append(a.Add, m.ID)
		}
	}
	slices.Sort(reachable)
	problems := c.Check(reachable, s.Taken)
	if a.row, err = merged(s.Group, c.patch); err != nil {
		return nil, err
	}
	refused, err := c.applyReference(s.Reference, at, a)
	if err != nil {
		return nil, err
	}
	changed := len(a.Add)+len(a.Remove) > 0 || a.Reference != nil || !bytes.Equal(a.row.JSON, s.Group.JSON)
	if changed {
		a.row.UpdatedAt = at
		a.row.Key = c.Folded
		a.Group, a.Renamed = &a.row, s.Renamed
	}
	_, bad, err := groupKind.read(&a.row, &a.model)
	if err != nil {
		return nil, err
	}
	a.fits = len(bad) == 0
	if changed {
		problems = append(problems, broken(groupKind, validator.DecodeWorkspaceGroupUpdate, bad, s.Group, &a.row, c.patch)...)
	}
	return a, group.Refusal(append(problems, refused...))
}

// applyReference merges the reference and returns the rules that it breaks in what the change touches.
func (c *Change) applyReference(old *group.Row, at string, a *applied) (problems []group.Problem, err error) {
	if c.Reference == nil {
		return nil, nil
	}
	from := old
	if old == nil {
		from = &group.Row{CreatedAt: at, JSON: none}
	}
	r, err := merged(from, c.reference)
	if err != nil || old != nil && bytes.Equal(r.JSON, old.JSON) {
		return nil, err
	}
	r.GroupID, r.Key, r.UpdatedAt = c.ID, c.Reference.ServiceName, at
	a.Reference = &r
	_, bad, err := referenceKind.read(&r, new(model.ExternalReference))
	if err != nil {
		return nil, err
	}
	problems = broken(referenceKind, validator.DecodeExternalReferenceUpdate, bad, old, &r, c.reference)
	for i := range problems {
		problems[i].Field = "external_reference." + problems[i].Field
	}
	return problems, nil
}

// merged returns a row with a patch of its document applied.
func merged(r *group.Row, patch changes) (group.Row, error) {
	doc, err := patch.apply(r.JSON)
	if err != nil {
		return group.Row{}, fmt.Errorf("stored row %d: %w", r.ID, err)
	}
	out := *r
	out.JSON = doc
	return out, nil
}

// broken returns the rules that a merged row breaks in what the patch touches: those of replies, which are bad, and, where the
// patch merges objects, which were checked only as they were sent, those of updates. old is nil where the row is new.
func broken[V, U any](k kind[V], update func([]byte, *U) error, bad validate.Violations, old, row *group.Row, patch changes) []group.Problem {
	problems := touched(bad, patch, func() (before validate.Violations) {
		if old != nil {
			_, before, _ = k.read(old, new(V)) // which was read already
		}
		return before
	})
	if patch.merges() {
		for _, p := range touched(violations(update, row.JSON), patch, func() (before validate.Violations) {
			if old != nil {
				before = violations(update, old.JSON)
			}
			return before
		}) {
			if !slices.Contains(problems, p) {
				problems = append(problems, p)
			}
		}
	}
	return problems
}

// violations returns the rules that a document breaks.
func violations[V any](decode func([]byte, *V) error, doc []byte) (bad validate.Violations) {
	bad, _ = decode(doc, new(V)).(validate.Violations)
	return bad
}

// touched returns the violations of what a patch changes. One of the object as a whole counts unless the object broke the
// rule before.
func touched(bad validate.Violations, patch changes, before func() validate.Violations) (problems []group.Problem) {
	for _, v := range bad {
		if v.Rule == validate.Unlisted {
			continue // it says that there are more violations than are listed
		}
		if v.Pointer == "" && slices.ContainsFunc(before(), func(old validate.Violation) bool { return old.Pointer == "" && old.Rule == v.Rule }) {
			continue
		}
		if patch.touches(v.Pointer) {
			problems = append(problems, group.Problem{Field: v.Field(), Message: v.Message})
		}
	}
	return problems
}

// touches reports whether the changes touch what a pointer leads to, or something around or within it.
func (c changes) touches(pointer string) bool {
	if pointer == "" {
		return len(c) > 0
	}
	token, rest := cutToken(pointer)
	i := indexOf(c, token)
	if i < 0 || c[i].value[0] != '{' {
		return i >= 0
	}
	within, _ := readMembers(c[i].value) // which was encoded here, so it is JSON
	return changes(within).touches(rest)
}

// merges reports whether there is a member that is merged, and not replaced.
func (c changes) merges() bool {
	return slices.ContainsFunc(c, func(m member) bool { return m.value[0] == '{' })
}
