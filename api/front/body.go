package front

import (
	"bytes"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/api/validate"
)

// Place is something in a body.
type Place struct {
	Pointer string // RFC 6901
	Message string // what there is to say of it
	Offset  int    // bytes before it
}

// Body is what is found in a body beside its violations, as far as it can be read.
type Body struct {
	Ignored   []Place // keys that no field has
	Tolerated []Place // values that are not JSON of their field's type and that Rails takes all the same

	offsets map[string]int
}

// ReadBody examines a body with the fields of its schema. Without fields it only finds places.
func ReadBody(body []byte, isForm bool, fields []validate.Field) *Body {
	b := &Body{offsets: map[string]int{"": 0}}
	if isForm {
		b.form(string(body), fields)
		return b
	}
	s := validate.NewScanner(body, validate.Options{Lenient: true, MaxDepth: 1000})
	b.value(s, body, "", validate.Field{Kind: validate.Object, Fields: fields})
	return b
}

// IsForm reports whether a content type is not JSON, so that a body of it is a form.
func IsForm(contentType string) bool { return !strings.Contains(contentType, "json") }

// Offset returns where the value that a pointer leads to begins, or the nearest one around it.
func (b *Body) Offset(pointer string) int {
	for {
		if offset, ok := b.offsets[pointer]; ok {
			return offset
		}
		pointer = pointer[:max(0, strings.LastIndexByte(pointer, '/'))]
	}
}

// value reads the next value, which belongs to a field; a field without a kind is not known.
func (b *Body) value(s *validate.Scanner, body []byte, pointer string, f validate.Field) {
	offset := s.Offset()
	b.offsets[pointer] = offset
	switch s.Kind() {
	case validate.Object:
		s.Begin(validate.Object)
		var m validate.Members
		for at := s.Offset(); ; at = s.Offset() {
			name, ok := s.NextMember(&m)
			if !ok {
				return
			}
			at += max(0, bytes.IndexByte(body[at:], '"'))
			inner := pointer + "/" + validate.PointerToken(name)
			known := validate.FindField(f.Fields, name)
			switch {
			case known != nil:
				b.value(s, body, inner, *known)
			case len(f.Fields) > 0:
				b.Ignored = append(b.Ignored, Place{Pointer: inner, Offset: at})
				s.Skip()
			default:
				b.value(s, body, inner, validate.Field{})
			}
		}
	case validate.Array:
		s.Begin(validate.Array)
		for items := (validate.Items{}); s.NextItem(&items); {
			b.value(s, body, pointer+"/"+strconv.Itoa(items.Index), validate.Field{Kind: f.Items})
		}
	default:
		s.Skip()
		b.tolerate(pointer, string(s.Raw(offset)), offset, f.Kind)
	}
}

// tolerate notes a scalar, as JSON, that Rails casts to the kind of its column.
func (b *Body) tolerate(pointer, text string, offset int, k validate.Kind) {
	quoted := strings.HasPrefix(text, `"`)
	inner := strings.Trim(text, `"`)
	cast := ""
	switch {
	case text == "" || text == "null":
	case quoted && inner == "" && k != validate.String && k != validate.Invalid && k != validate.Any:
		cast = "null"
	case k == validate.Integer && quoted && validate.IsNumber(inner):
		cast, _, _ = strings.Cut(inner, ".")
	case k == validate.Boolean && (quoted || validate.IsNumber(text)):
		cast = strconv.FormatBool(!strings.Contains(" 0 f F false FALSE off OFF ", " "+inner+" "))
	case k == validate.String && !quoted:
		cast = `"` + text + `"`
	}
	if cast != "" {
		b.Tolerated = append(b.Tolerated, Place{Pointer: pointer, Offset: offset, Message: fmt.Sprintf("Rails would take %s as %s", text, cast)})
	}
}

// form finds the names of a form, each with its brackets as levels.
func (b *Body) form(text string, fields []validate.Field) {
	elements := map[string]int{}
	offset := 0
	for pair := range strings.SplitSeq(text, "&") {
		name, value, hasValue := strings.Cut(pair, "=")
		if decoded, err := url.QueryUnescape(name); err == nil && decoded != "" {
			path := strings.Split(strings.ReplaceAll(strings.ReplaceAll(decoded, "]", ""), "[", "\x00"), "\x00")
			pointer, level := "", fields
			var known *validate.Field
			for i, token := range path {
				if token == "" && i > 0 {
					token = strconv.Itoa(elements[pointer])
					elements[pointer]++
				}
				pointer += "/" + validate.PointerToken(token)
				if _, ok := b.offsets[pointer]; !ok {
					b.offsets[pointer] = offset
				}
				if known != nil && known.Kind != validate.Object {
					continue
				}
				if known = validate.FindField(level, token); known == nil {
					if len(fields) > 0 {
						b.Ignored = append(b.Ignored, Place{Pointer: pointer, Offset: offset})
					}
					break
				}
				level = known.Fields
			}
			if known != nil && hasValue && value == "" {
				b.tolerate(pointer, `""`, offset, known.Kind)
			}
		}
		offset += len(pair) + 1
	}
}

// LineColumn returns the place of an offset for people: both begin with 1, and a column is a character.
func LineColumn(body []byte, offset int) (line, column int) {
	before := body[:min(offset, len(body))]
	return 1 + bytes.Count(before, []byte{'\n'}), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}
