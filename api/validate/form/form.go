// Package form turns a form (application/x-www-form-urlencoded) with the bracketed names of Rails into the JSON
// document that it stands for:
//
//	workspace_group[name]=Acme&workspace_group[add_workspace_ids][]=10
//	{"workspace_group":{"name":"Acme","add_workspace_ids":[10]}}
//
// A form has no types, so they come from the table of fields that is generated from the schema. What the schema
// forbids is not decided here: it stays in the document, for the validator to name. The package knows no HTTP.
package form

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
)

// maxDepth is how many brackets a name may have; jsonscan allows documents the same depth.
const maxDepth = 64

// AppendJSON appends the JSON document that form stands for to dst. The caller bounds the size of form.
//
//   - Names that fields does not have are left out, as a decoder of JSON ignores them.
//   - A name without "=" is null, one with nothing behind "=" is the empty string (as in Rack).
//   - list[]=a&list[]=b and list[0]=a&list[1]=b are lists, the second in the order of the numbers. A name list[]
//     without "=" adds no element, so that alone it is the empty list (as in Rails).
//
// It returns a *validate.SyntaxError where the form is empty, is not UTF-8 or holds U+0000, has a broken escape or
// bracket, or gives one name twice or in two shapes. The offset is that of the pair in the form. The error never repeats
// what the form says.
func AppendJSON(dst, form []byte, fields []validate.Field) ([]byte, error) {
	if len(form) == 0 {
		return dst, &validate.SyntaxError{Message: "unexpected end of the form, a name expected"}
	}
	root := node{field: &validate.Field{Kind: validate.Object, Fields: fields}, shape: object}
	for offset, rest := 0, string(form); rest != ""; {
		pair, tail, _ := strings.Cut(rest, "&")
		if message := root.add(pair); message != "" {
			return dst, &validate.SyntaxError{Offset: offset, Message: message}
		}
		offset += len(pair) + 1
		rest = tail
	}
	return root.appendJSON(dst), nil
}

// Unknown returns the names that AppendJSON leaves out, dotted: "workspace_group.color". Broken names
// are not among them.
func Unknown(form []byte, fields []validate.Field) (names []string) {
	for pair := range strings.SplitSeq(string(form), "&") {
		rawName, _, _ := strings.Cut(pair, "=")
		name, problem := unescape(rawName)
		if problem != "" || name == "" {
			continue
		}
		path, problem := splitName(name)
		if problem != "" {
			continue
		}
		level := fields
		for i, part := range path {
			f := validate.FindField(level, part)
			if f == nil {
				names = append(names, strings.Join(path[:i+1], "."))
				break
			}
			if f.Kind != validate.Object {
				break
			}
			level = f.Fields
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// add puts one name=value pair into the tree and returns what is wrong with it, or "".
func (n *node) add(pair string) (problem string) {
	if pair == "" {
		return ""
	}
	rawName, rawValue, hasValue := strings.Cut(pair, "=")
	name, problem := unescape(rawName)
	if problem != "" {
		return problem
	}
	text, problem := unescape(rawValue)
	if problem != "" {
		return problem
	}
	path, problem := splitName(name)
	if problem != "" {
		return problem
	}
	return n.put(path, text, hasValue)
}

// splitName splits a[b][c] into a, b and c.
func splitName(name string) (path []string, problem string) {
	const broken = "broken brackets in a name"
	head, rest, nested := strings.Cut(name, "[")
	if strings.Contains(head, "]") {
		return nil, broken
	}
	path = append(path, head)
	for nested {
		token, tail, closed := strings.Cut(rest, "]")
		if !closed || strings.Contains(token, "[") {
			return nil, broken
		}
		path = append(path, token)
		if len(path) > maxDepth {
			return nil, "names nested deeper than " + strconv.Itoa(maxDepth) + " levels"
		}
		if tail == "" {
			break
		}
		if tail[0] != '[' {
			return nil, broken
		}
		rest = tail[1:]
	}
	return path, ""
}

// unescape decodes one half of a pair: "+" is a space, %XX is a byte.
func unescape(s string) (text, problem string) {
	if strings.ContainsAny(s, "%+") {
		var b strings.Builder
		b.Grow(len(s))
		for i := 0; i < len(s); i++ {
			switch c := s[i]; c {
			case '+':
				b.WriteByte(' ')
			case '%':
				if i+2 >= len(s) || unhex(s[i+1]) < 0 || unhex(s[i+2]) < 0 {
					return "", "broken percent escape"
				}
				b.WriteByte(byte(unhex(s[i+1])<<4 | unhex(s[i+2])))
				i += 2
			default:
				b.WriteByte(c)
			}
		}
		s = b.String()
	}
	switch {
	case !utf8.ValidString(s):
		return "", "invalid UTF-8"
	case strings.IndexByte(s, 0) >= 0:
		return "", "U+0000 in a string"
	}
	return s, ""
}

func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
