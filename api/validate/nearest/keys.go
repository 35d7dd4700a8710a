package nearest

import (
	"example.com/oxgroups/api/validate"
)

// UnknownKeys returns an error for each key of the JSON object in raw, or of an object in that, which is none of fields.
// The API ignores what it does not know, so that a key with a mistake in it would be lost without a word. prefix stands in
// front of the names. What raw is otherwise is not looked at; a decoder says what is wrong with it.
func UnknownKeys(raw []byte, fields []validate.Field, prefix string) []error {
	s := validate.NewScanner(raw, validate.Options{})
	if s.Kind() != validate.Object || !s.Begin(validate.Object) {
		return nil
	}
	var errs []error
	var m validate.Members
	for key, more := s.NextMember(&m); more; key, more = s.NextMember(&m) {
		start := s.Offset()
		s.Skip()
		switch f := validate.FindField(fields, key); {
		case f == nil:
			errs = append(errs, Unknown("field", prefix+key, validate.DottedNames(prefix, fields)))
		case len(f.Fields) > 0:
			errs = append(errs, UnknownKeys(s.Raw(start), f.Fields, prefix+key+".")...)
		}
	}
	return errs
}
