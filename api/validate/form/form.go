// Package form turns a form (application/x-www-form-urlencoded) into the JSON document that it stands for, in the standard
// encoding or in the bracketed one of Rails, which has objects in objects:
//
//	name=Acme&ids=10&ids=11                      {"name":"Acme","ids":[10,11]}
//	group[name]=Acme&group[ids][]=10             {"group":{"name":"Acme","ids":[10]}}
//
// Types come from the generated table of fields. What the schema forbids stays in the document, for the validator to name.
package form

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
)

// Decoder returns a function that reads a form as decode reads JSON. fields are those of the schema of decode. styled are the fields that
// the standard encoding has in another style.
func Decoder[T any](decode func([]byte, *T) error, fields []validate.Field, bracketed bool, styled ...validate.Parameter) func([]byte, *T) error {
	return func(form []byte, v *T) error {
		var document []byte
		var err error
		if bracketed {
			document, err = AppendJSON(nil, form, fields)
		} else {
			document, err = AppendStandardJSON(nil, form, fields, styled...)
		}
		found, ok := err.(validate.Violations)
		if err != nil && !ok {
			return err
		}
		return join(found, decode(document, v))
	}
}

// join returns the violations that were found before a document was read with what its decoder returned.
func join(found validate.Violations, err error) error {
	more, ok := err.(validate.Violations)
	switch {
	case err != nil && !ok:
		return err
	case len(found)+len(more) == 0:
		return nil
	}
	return append(found, more...)
}

// AppendStandardJSON appends the JSON document that a form in the standard encoding stands for to dst. The caller bounds the size
// of form. Errors are those of AppendJSON.
//
//   - A name that is repeated is an array, and so is one whose field is an array. An object is given as JSON.
//   - A name without "=" is null, and so is one with nothing after "=" whose field is not a string; for a list it is the empty one.
//   - A field that is among styled is read as that parameter of a query is; violations of its style come with the document.
//   - Names that fields does not have are strings in the document: the decoder ignores or refuses them, as it does in JSON.
func AppendStandardJSON(dst, form []byte, fields []validate.Field, styled ...validate.Parameter) ([]byte, error) {
	root := document{node: newRoot(fields), appendText: validate.AppendValue}
	unknown := map[string]*node{}
	reader := validate.ReadParameters(validate.Parameters{Query: string(form)}, validate.Options{})
	for i := range styled {
		p := &styled[i]
		field := validate.FindField(fields, p.Name)
		if s := reader.Value(p, nil); s != nil && field != nil {
			start := s.Offset()
			s.Skip()
			if json := s.Raw(start); json != nil {
				root.child(field).json = json
			}
			reader.End(p, s)
		}
	}
	document, err := root.appendJSON(dst, form, func(name, text string, hasValue bool) string {
		field := validate.FindField(fields, name)
		switch {
		case slices.ContainsFunc(styled, func(p validate.Parameter) bool { return p.Takes(name) }):
			return ""
		case field == nil:
			return root.addUnknown(unknown, name, text)
		case field.Kind == validate.Array:
			return root.child(field).append("", text, hasValue && !isNull(field.Items, text))
		default:
			return root.child(field).set(text, hasValue)
		}
	})
	if err == nil {
		err = reader.Err()
	}
	return document, err
}

// AppendJSON appends the JSON document that a form with bracketed names stands for to dst. The caller bounds the size of form.
//
//   - Names that fields does not have are left out, as a decoder of JSON ignores them.
//   - A name without "=" is null, and so is one with nothing after "=" whose field is not a string (as in Rails).
//   - list[]=a and list[0]=a are elements, the second in the order of the numbers. list[] without "=" adds none (as in Rails).
//
// A broken form is a *validate.SyntaxError with the offset of the pair: empty, not UTF-8, U+0000, a broken escape or bracket, one
// name twice or in two shapes. The error never repeats what the form says.
func AppendJSON(dst, form []byte, fields []validate.Field) ([]byte, error) {
	root := document{node: newRoot(fields), appendText: validate.AppendText}
	return root.appendJSON(dst, form, func(name, text string, hasValue bool) string {
		path, problem := splitName(name)
		if problem != "" {
			return problem
		}
		return root.put(path, text, hasValue)
	})
}

// Unknown returns the names that AppendJSON leaves out, dotted: "workspace_group.color". Broken pairs are not among them.
func Unknown(form []byte, fields []validate.Field) (names []string) {
	for pair := range strings.SplitSeq(string(form), "&") {
		_ = addPair(pair, func(name, _ string, _ bool) string {
			path, problem := splitName(name)
			for i, level := 0, fields; i < len(path) && name != ""; i++ {
				f := validate.FindField(level, path[i])
				if f == nil {
					names = append(names, strings.Join(path[:i+1], "."))
				}
				if f == nil || f.Kind != validate.Object {
					break
				}
				level = f.Fields
			}
			return problem
		})
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// addPair splits one name=value pair and gives it to add. It returns what is wrong with it, or "".
func addPair(pair string, add func(name, text string, hasValue bool) (problem string)) (problem string) {
	if pair == "" {
		return ""
	}
	rawName, rawValue, hasValue := strings.Cut(pair, "=")
	name, err := url.QueryUnescape(rawName)
	text, err2 := url.QueryUnescape(rawValue)
	switch {
	case err != nil || err2 != nil:
		return "broken percent escape"
	case !utf8.ValidString(name) || !utf8.ValidString(text):
		return "invalid UTF-8"
	case strings.ContainsRune(name+text, 0):
		return "U+0000 in a string"
	}
	return add(name, text, hasValue)
}

// maxDepth is how many brackets a name may have: a document may be as deep.
const maxDepth = validate.DefaultMaxDepth

// splitName splits a[b][c] into a, b and c.
func splitName(name string) (path []string, problem string) {
	const broken = "broken brackets in a name"
	head, rest, nested := strings.Cut(name, "[")
	path = []string{head}
	if nested {
		inner, closed := strings.CutSuffix(rest, "]")
		if !closed {
			return nil, broken
		}
		path = append(path, strings.SplitN(inner, "][", maxDepth+1)...)
	}
	if len(path) > maxDepth {
		return nil, fmt.Sprintf("names nested deeper than %d levels", maxDepth)
	}
	for _, token := range path {
		if strings.ContainsAny(token, "[]") {
			return nil, broken
		}
	}
	return path, ""
}
