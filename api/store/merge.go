package store

import (
	"fmt"
	"slices"

	"example.com/oxgroups/api/validate"
)

// AppendMerged appends doc with patch applied (RFC 7396). Both are JSON objects; neither is changed. What the patch does
// not name stays as it is and where it is, so a patch that says what is so already appends the bytes of doc, where this
// package has written them.
func AppendMerged(dst, doc, patch []byte) ([]byte, error) {
	merged, err := merge(slices.Grow(dst, len(doc)+len(patch)), doc, patch)
	if err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	return merged, nil
}

// change is a member of a patch.
type change struct {
	name  string
	value []byte
	done  bool
}

// usualChanges is how many most patches have at most.
const usualChanges = 16

// merge appends doc with patch applied. What is not an object has no members.
func merge(dst, doc, patch []byte) ([]byte, error) {
	var space [usualChanges]change
	changes := space[:0]
	start := len(dst)
	err := members(patch, func(name string, value []byte) error {
		changes = append(changes, change{name: name, value: value})
		return nil
	})
	if err == nil {
		err = members(doc, func(name string, value []byte) (err error) {
			if c := find(changes, name); c != nil {
				c.done = true
				dst, err = c.apply(dst, value)
			} else {
				dst = appendMember(dst, name, value)
			}
			return err
		})
	}
	for i := range changes {
		if err == nil && !changes[i].done {
			dst, err = changes[i].apply(dst, none)
		}
	}
	return validate.EndObject(dst, start), err
}

// members calls do for each member of an object, with the value as it is written.
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

func find(changes []change, name string) *change {
	for i := range changes {
		if changes[i].name == name {
			return &changes[i]
		}
	}
	return nil
}

// none is for a member that is not there: what a patch says of it is said of an object without members.
var none = []byte(`{}`)

// apply appends the member that c makes of one with the value old.
func (c *change) apply(dst, old []byte) (_ []byte, err error) {
	switch c.value[0] {
	case 'n':
		return dst, nil
	case '{':
		return merge(appendMember(dst, c.name, nil), old, c.value)
	default:
		return appendMember(dst, c.name, c.value), nil
	}
}

// appendMember appends a member with a comma in front of it.
func appendMember(dst []byte, name string, value []byte) []byte {
	dst = append(validate.AppendString(append(dst, ','), name), ':')
	return append(dst, value...)
}
