package store

import (
	"fmt"
	"slices"

	"example.com/oxgroups/api/validate"
)

// Merge returns doc with patch applied (RFC 7396). Both are JSON objects; neither is changed. What the patch does not name stays
// as it is and where it is, so a patch that says what is so already gives the bytes of doc, where this package has written them.
func Merge(doc, patch []byte) ([]byte, error) {
	e := validate.NewEncoder(make([]byte, 0, len(doc)+len(patch)))
	if err := merge(e, doc, patch); err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	return e.Result()
}

// usualChanges is how many members most patches have at most.
const usualChanges = 16

// merge appends doc with patch applied. What is not an object has no members.
func merge(e *validate.Encoder, doc, patch []byte) error {
	changes := make([]member, 0, usualChanges)
	err := members(patch, func(name string, value []byte) error {
		changes = append(changes, member{name: name, value: value})
		return nil
	})
	if err != nil {
		return err
	}
	e.Open('{')
	err = members(doc, func(name string, value []byte) error {
		i := indexOf(changes, name)
		if i < 0 {
			e.Name(name)
			e.Raw(value)
			return nil
		}
		change := changes[i]
		changes = slices.Delete(changes, i, i+1)
		return change.mergeInto(e, value)
	})
	for _, change := range changes {
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
		return merge(e, old, m.value)
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
