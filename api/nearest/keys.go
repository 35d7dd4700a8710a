package nearest

import (
	"example.com/oxgroups/api/field"
	"example.com/oxgroups/api/jsonscan"
)

// UnknownKeys returns an error for each key of the JSON object in raw, or of an object in that, which is none of fields.
// The API ignores what it does not know, so that a key with a mistake in it would be lost without a word. prefix stands in
// front of the names. What raw is otherwise is not looked at; a decoder says what is wrong with it.
func UnknownKeys(raw []byte, fields []field.Field, prefix string) []error {
	s := jsonscan.New(raw, jsonscan.Options{})
	if s.Kind() != jsonscan.Object || !s.Begin(jsonscan.Object) {
		return nil
	}
	var errs []error
	var m jsonscan.Members
	for key, more := s.NextMember(&m); more; key, more = s.NextMember(&m) {
		start := s.Offset()
		s.Skip()
		switch f := field.Find(fields, key); {
		case f == nil:
			errs = append(errs, Unknown("field", prefix+key, field.Dotted(prefix, fields)))
		case len(f.Fields) > 0:
			errs = append(errs, UnknownKeys(s.Raw(start), f.Fields, prefix+key+".")...)
		}
	}
	return errs
}
