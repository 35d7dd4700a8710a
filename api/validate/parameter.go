package validate

import (
	"iter"
	"net/textproto"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Parameters is where a request has its parameters.
type Parameters struct {
	Path    func(name string) string // the value of a parameter of the path
	Escaped bool                     // what Path returns is percent-encoded, as it stands in the URL
	Query   string                   // as it stands in the URL, without the question mark
	Header  map[string][]string      // an http.Header; cookies are read from it too
}

// Parameter describes one parameter of an operation, in the terms of OpenAPI.
type Parameter struct {
	Field
	In         string // "path", "query", "header" or "cookie"
	Style      string // "simple", "form", "spaceDelimited", "pipeDelimited", "deepObject"; "content" for one that is JSON
	Explode    bool   // each element of an array is a value of its own
	AllowEmpty bool   // the empty value is allowed, whatever the schema says
}

// ParameterReader reads the parameters of one request and collects what is wrong with them.
type ParameterReader struct {
	in      Parameters
	options Options
	list    Violations
}

// ReadParameters returns a reader of the parameters of one request.
func ReadParameters(in Parameters, options Options) *ParameterReader {
	r := &ParameterReader{in: in, options: options}
	if _, err := url.QueryUnescape(in.Query); err != nil {
		r.list = append(r.list, Violation{Rule: "syntax", Message: "the query string has a broken percent escape", In: "query"})
	}
	return r
}

// Value returns a scanner of the JSON that the parameter stands for, or of its default. It is nil where there is nothing to read: the
// parameter is absent, which is a violation if it is required. Text has no type: where the schema of a value or an element allows
// several, it is a number, a boolean or a string, the first of them that check takes. Other parameters need no check.
func (r *ParameterReader) Value(p *Parameter, check func(*Scanner)) *Scanner {
	if p.Style == "deepObject" {
		return r.object(p)
	}
	values := r.values(p)
	array := p.Kind == Array && p.Style != "content"
	switch {
	case len(values) == 0:
		return r.absent(p)
	case array && p.In == "header":
		values = []string{strings.Join(values, ",")}
	case len(values) > 1 && !(array && p.Explode):
		r.add(p, "style", "must be given once")
	}
	if p.AllowEmpty && len(values) == 1 && values[0] == "" && !r.takes(`""`, check) {
		return nil
	}
	e := NewEncoder(nil)
	if !array {
		r.text(e, p, p.Kind, r.plain(p, values[0]), check)
		return r.scanner(e.buf)
	}
	if !p.Explode || p.In == "path" || p.In == "header" {
		values = split(p, values[0])
	}
	e.Open('[')
	for _, value := range values {
		e.Next()
		r.text(e, p, p.Items, r.plain(p, value), check)
	}
	e.Close(']')
	return r.scanner(e.buf)
}

// End ends the reading of a parameter and keeps what s found.
func (r *ParameterReader) End(p *Parameter, s *Scanner) {
	mark := len(r.list)
	switch err := s.End().(type) {
	case Violations:
		r.list = append(r.list, err...)
	case *SyntaxError:
		r.list = append(r.list, Violation{Rule: "type", Message: "must be text: " + err.Message})
	}
	for i := mark; i < len(r.list); i++ {
		r.list[i].In = p.In
		r.list[i].Pointer = "/" + PointerToken(p.Name) + r.list[i].Pointer
	}
}

// Err returns the violations, or nil if there are none.
func (r *ParameterReader) Err() error {
	if len(r.list) == 0 {
		return nil
	}
	return r.list
}

func (r *ParameterReader) add(p *Parameter, rule, message string) {
	r.list = append(r.list, Violation{Pointer: "/" + PointerToken(p.Name), Rule: rule, Message: message, In: p.In})
}

// absent returns what is read of a parameter that is not there.
func (r *ParameterReader) absent(p *Parameter) *Scanner {
	switch {
	case p.Required:
		r.add(p, "required", "is required")
	case p.Default != "":
		return r.scanner([]byte(p.Default))
	}
	return nil
}

func (r *ParameterReader) scanner(data []byte) *Scanner { return NewScanner(data, r.options) }

// takes reports whether check finds nothing wrong with a document. Without a check nothing is taken.
func (r *ParameterReader) takes(document string, check func(*Scanner)) bool {
	if check == nil {
		return false
	}
	s := r.scanner([]byte(document))
	check(s)
	return s.End() == nil
}

// text appends the JSON that text stands for.
func (r *ParameterReader) text(e *Encoder, p *Parameter, kind Kind, text string, check func(*Scanner)) {
	untyped := kind == Any && check != nil && (fits(Number, text) || fits(Boolean, text))
	if p.Style == "content" || untyped && r.takes(text, check) {
		e.buf = append(e.buf, text...)
		return
	}
	e.buf = AppendParameter(e.buf, kind, text)
}

// AppendParameter appends the JSON that text stands for. Text that is not UTF-8 is appended as it is, and refused when it is read.
func AppendParameter(dst []byte, kind Kind, text string) []byte {
	switch {
	case fits(kind, text):
		return append(dst, text...)
	case !utf8.ValidString(text):
		return append(append(append(dst, '"'), text...), '"')
	default:
		return AppendString(dst, text)
	}
}

func fits(kind Kind, text string) bool {
	switch kind {
	case Integer:
		return IsNumber(text) && !strings.ContainsAny(text, ".eE") && text != "-0"
	case Number:
		return IsNumber(text)
	case Boolean:
		return text == "true" || text == "false"
	default:
		return false
	}
}

// values returns the values that the request has for a parameter, as they stand there.
func (r *ParameterReader) values(p *Parameter) []string {
	switch p.In {
	case "path":
		return []string{r.in.Path(p.Name)}
	case "header":
		return textproto.MIMEHeader(r.in.Header).Values(p.Name)
	case "cookie":
		return cookies(r.in.Header["Cookie"], p.Name)
	}
	var values []string
	for name, value := range pairs(r.in.Query) {
		if name == p.Name {
			values = append(values, value)
		}
	}
	return values
}

// plain returns a value, or an element of one, without the escapes of its place.
func (r *ParameterReader) plain(p *Parameter, value string) string {
	plain, err := value, error(nil)
	switch {
	case p.In == "query":
		plain, err = url.QueryUnescape(value)
	case p.In == "path" && r.in.Escaped:
		plain, err = url.PathUnescape(value)
	}
	if err != nil {
		return value
	}
	return plain
}

// split returns the elements of an array that stands in one value. It splits before escapes are undone, so that an escaped
// separator is part of an element (RFC 6570, section 3.2.8). The empty value is the empty array.
func split(p *Parameter, value string) []string {
	switch {
	case value == "":
		return nil
	case p.Style == "spaceDelimited":
		return strings.Split(strings.NewReplacer("%20", " ", "+", " ").Replace(value), " ")
	case p.Style == "pipeDelimited":
		return strings.Split(strings.NewReplacer("%7C", "|", "%7c", "|").Replace(value), "|")
	}
	elements := strings.Split(value, ",")
	if p.In == "header" {
		for i := range elements {
			elements[i] = strings.Trim(elements[i], " \t")
		}
	}
	return elements
}

// object returns a scanner of an object whose properties are parameters of their own: filter[name]=a&filter[size]=1.
func (r *ParameterReader) object(p *Parameter) *Scanner {
	var names []string // in order of appearance
	values := map[string][]string{}
	for name, value := range pairs(r.in.Query) {
		property, within := strings.CutPrefix(name, p.Name+"[")
		property, closed := strings.CutSuffix(property, "]")
		if within && closed && !strings.ContainsAny(property, "[]") {
			if values[property] == nil {
				names = append(names, property)
			}
			values[property] = append(values[property], r.plain(p, value))
		}
	}
	if len(values) == 0 {
		return r.absent(p)
	}
	e := NewEncoder(nil)
	e.Open('{')
	for _, name := range names {
		e.Name(name)
		r.property(e, p, name, values[name])
	}
	e.Close('}')
	return r.scanner(e.buf)
}

// property appends one property of an object. Without a field it is a string, or a list of strings.
func (r *ParameterReader) property(e *Encoder, p *Parameter, name string, values []string) {
	field := FindField(p.Fields, name)
	switch {
	case field == nil && len(values) > 1:
		field = &Field{Kind: Array, Items: String}
	case field == nil:
		field = &Field{Kind: String}
	}
	if field.Kind != Array {
		if len(values) > 1 {
			r.add(p, "style", "must be given once")
			r.list[len(r.list)-1].Pointer += "/" + PointerToken(name)
		}
		e.buf = AppendParameter(e.buf, field.Kind, values[0])
		return
	}
	e.Open('[')
	for _, value := range values {
		e.Next()
		e.buf = AppendParameter(e.buf, field.Items, value)
	}
	e.Close(']')
}

// pairs yields the pairs of a query: the name without escapes, the value as it stands there.
func pairs(query string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for pair := range strings.SplitSeq(query, "&") {
			name, value, _ := strings.Cut(pair, "=")
			if name, err := url.QueryUnescape(name); pair != "" && err == nil && !yield(name, value) {
				return
			}
		}
	}
}

func cookies(lines []string, name string) []string {
	var values []string
	for pair := range strings.SplitSeq(strings.Join(lines, ";"), ";") {
		key, value, _ := strings.Cut(strings.Trim(pair, " \t"), "=")
		if key == name {
			values = append(values, strings.Trim(value, `"`))
		}
	}
	return values
}
