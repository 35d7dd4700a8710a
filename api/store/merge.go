package store

import (
	"fmt"
	"slices"

	"example.com/oxgroups/api/validate"
)

// Merge returns doc with patch applied (RFC 7396). Both are JSON objects; neither is changed. What the patch does not name stays
// as it is and where it is, so a patch that says what is so already gives the bytes of doc, where this package has written them.
func Merge(doc, patch []byte) ([]byte, error) {
	c, err := readMembers(patch)
	if err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	return changes(c).apply(doc)
}

// changes are the members of a merge patch. They are read before the transaction that others wait for.
type changes []member

// usualChanges is how many members most patches have at most.
const usualChanges = 8

// apply returns doc with the changes made.
func (c changes) apply(doc []byte) ([]byte, error) {
	size := len(doc)
	for _, m := range c {
		size += len(m.name) + len(m.value) + len(`,"":`)
	}
	e := validate.NewEncoder(make([]byte, 0, size))
	if err := c.merge(e, doc); err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	return e.Result()
}

// merge appends doc with the changes made. What is not an object has no members.
func (c changes) merge(e *validate.Encoder, doc []byte) error {
	left := append(make(changes, 0, usualChanges), c...)
	e.Open('{')
	err := members(doc, func(name string, value []byte) error {
		i := indexOf(left, name)
		if i < 0 {
			e.Name(name)
			e.Raw(value)
			return nil
		}
		change := left[i]
		left = slices.Delete(left, i, i+1)
		return change.mergeInto(e, value)
	})
	for _, change := range left {
		if err == nil {
			err = change.mergeInto(e, none)
		}
	}
	e.Close('}')
	return err
}

// none is for a member that is not there: what a patch says of it is said of an object without members.
var none = []byte(`{}`)

// mergeInto appends what a member of a patch makes of one with the value old.
func (m *member) mergeInto(e *validate.Encoder, old []byte) error {
	if m.value[0] == 'n' {
		return nil
	}
	e.Name(m.name)
	if m.value[0] == '{' {
		within, err := readMembers(m.value)
		if err != nil {
			return err
		}
		return changes(within).merge(e, old)
	}
	e.Raw(m.value)
	return nil
}

// member is a member of an object, with the value as it is written.
type member struct {
	name  string
	value []byte
}

func indexOf(all []member, name string) int {
	return slices.IndexFunc(all, func(m member) bool { return m.name == name })
}

// readMembers returns the members of an object.
func readMembers(object []byte) (list []member, err error) {
	list = make([]member, 0, usualChanges)
	err = members(object, func(name string, value []byte) error {
		list = append(list, member{name, value})
		return nil
	})
	return list, err
}

// members calls do for each member of an object.
func members(object []byte, do func(name string, value []byte) error) error {
	s := validate.NewScanner(object, validate.Options{})
	if s.Kind() != validate.Object {
		s.Skip()
		return s.End()
	}
	s.Begin(validate.Object)
	var m validate.Members
	for name, ok := s.NextMember(&m); ok; name, ok = s.NextMember(&m) {
		offset := s.Offset()
		s.Skip()
		if err := do(name, s.Raw(offset)); err != nil {
			return err
		}
	}
	return s.End()
}
