package validate

import (
	"strings"
)

// Violation is one broken rule.
type Violation struct {
	Pointer string     // RFC 6901 JSON Pointer to the value; "" is the whole document
	Rule    string     // the keyword of the schema: "required", "type", "minLength", ...
	Limit   string     // what the rule asks for: "3" of minLength, "a string" of type, "\"a\", \"b\"" of enum, "date" of format; never the value
	Nearest string     // of oneOf and anyOf that no schema matches: the one that the value is nearest to
	Cause   *Violation // the first rule of the nearest schema that is broken; its pointer begins at the value
	Message string     // what would be right, to be read after the name of the field: "must be a string"
	In      string     // of a parameter: "path", "query", "header" or "cookie"; its pointer begins with its name
}

// Error returns the pointer and the message.
func (v Violation) Error() string {
	if v.Pointer == "" {
		return v.Message
	}
	return v.Pointer + ": " + v.Message
}

// Field returns the pointer in the dotted form that flags and columns have: "external_reference.status".
func (v Violation) Field() string {
	return unescape.Replace(strings.ReplaceAll(strings.TrimPrefix(v.Pointer, "/"), "/", "."))
}

// The escaping of RFC 6901, section 3.
var (
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// maxToken bounds how much of a name is in a pointer. Names come from the document too, and one long name with a hundred
// violations below it must not make an error of a hundred times its size.
const maxToken = 256

// PointerToken returns the name of a property as a token of a pointer. Of a name of more than 256 bytes it has the beginning.
func PointerToken(name string) string {
	if len(name) > maxToken {
		name = strings.ToValidUTF8(name[:maxToken], "") + "…"
	}
	return escape.Replace(name)
}

// Violations is every violation that was found, in the order of the document. It is never empty when it is an error.
type Violations []Violation

// Error returns the violations, one a line.
func (l Violations) Error() string {
	lines := make([]string, len(l))
	for i, v := range l {
		lines[i] = v.Error()
	}
	return strings.Join(lines, "\n")
}

// Unlisted is the rule of the last violation of a list that was cut. It belongs to the document as a whole.
const Unlisted = "unlisted"

// Strip returns the list with prefix taken from each pointer that is below it.
func (l Violations) Strip(prefix string) Violations {
	out := make(Violations, len(l))
	for i, v := range l {
		if rest, ok := strings.CutPrefix(v.Pointer, prefix); ok && strings.HasPrefix(rest, "/") {
			v.Pointer = rest
		}
		out[i] = v
	}
	return out
}
