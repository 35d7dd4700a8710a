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
	Escaped bool                     // what Path returns is percent-encoded, as it is in the URL
	Query   string                   // as it is in the URL, without the question mark
	Header  map[string][]string      // an http.Header; cookies are read from it too
}

// Parameter describes one parameter of an operation, in the terms of OpenAPI.
type Parameter struct {
	Field
	In         string   // "path", "query", "header" or "cookie"; "" for a property of a form, which is read as a query
	Style      string   // "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject"; "content" for one that is JSON
	Explode    bool     // each element of an array, and each property of an object, is a value of its own
	AllowEmpty bool     // the empty value is allowed, whatever the schema says
	Open       bool     // an object has other properties than its Fields too
	Others     []string // the names that are not properties of an open object in exploded form style: those of other parameters
}

// ParameterReader reads the parameters of one request and collects what is wrong with them.
type ParameterReader struct {
	in      Parameters
	options Options
	list    Violations
}

// ReadParameters returns a reader of the parameters of one request.
func ReadParameters(in Parameters, options Options) ParameterReader {
	r := ParameterReader{in: in, options: options}
	if _, err := url.QueryUnescape(in.Query); err != nil {
		r.list = append(r.list, Violation{Rule: "syntax", Message: "the query string has a broken percent escape", In: "query"})
	}
	return r
}

// Value returns a scanner of the JSON that the parameter stands for, or of its default. It is nil where there is nothing to read: the
// parameter is absent, which is a violation if it is required. Text has no type: where the schema of a value or an element allows
// several, it is a number, a boolean or a string, the first of them that check takes. Other parameters need no check.
func (r *ParameterReader) Value(p *Parameter, check func(*Scanner)) *Scanner {
	if p.Style != "content" && p.Kind == Object || p.Style == "deepObject" {
		switch s, found := r.object(p); {
		case found:
			return s
		case p.Kind == Object:
			return r.absent(p)
		}
	}
	var room [1]string // most have one value
	values := r.values(room[:0], p)
	array := p.Kind == Array && p.Style != "content"
	repeated := array && p.Explode && (p.inQuery() || p.In == "cookie")
	switch {
	case len(values) == 0:
		return r.absent(p)
	case array && p.In == "header":
		values = []string{strings.Join(values, ",")}
	case len(values) > 1 && !repeated:
		r.add(p, "style", "must be given once")
	}
	if p.AllowEmpty && len(values) == 1 && values[0] == "" && !r.takes(`""`, check) {
		return nil
	}
	if !repeated {
		value, ok := unprefixed(p, values[0])
		switch {
		case !ok:
			r.add(p, "style", "must begin with "+strings.TrimSuffix(prefix(p), "="))
			return nil
		case !array:
			return r.scanner(r.appendText(nil, p, p.Kind, r.plain(p, value), check))
		}
		values = elements(p, value)
	}
	e := NewEncoder(nil)
	e.Open('[')
	for _, value := range values {
		e.Next()
		e.buf = r.appendText(e.buf, p, p.Items, r.plain(p, value), check)
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

func (r *ParameterReader) add(p *Parameter, rule, limit string) {
	v := Violation{Pointer: "/" + PointerToken(p.Name), Rule: rule, Limit: limit, In: p.In}
	v.Message = Words(v)
	r.list = append(r.list, v)
}

// absent returns what is read of a parameter that is not there.
func (r *ParameterReader) absent(p *Parameter) *Scanner {
	switch {
	case p.Required:
		r.add(p, "required", "")
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

// appendText appends the JSON that text stands for.
func (r *ParameterReader) appendText(dst []byte, p *Parameter, kind Kind, text string, check func(*Scanner)) []byte {
	untyped := kind == Any && check != nil && (fits(Number, text) || fits(Boolean, text))
	if p.Style == "content" || untyped && r.takes(text, check) {
		return append(dst, text...)
	}
	return AppendParameter(dst, kind, text)
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

// values appends the values that the request has for a parameter, as they stand there.
func (r *ParameterReader) values(values []string, p *Parameter) []string {
	switch p.In {
	case "path":
		return append(values, r.in.Path(p.Name))
	case "header":
		return append(values, textproto.MIMEHeader(r.in.Header).Values(p.Name)...)
	case "cookie":
		return append(values, cookies(r.in.Header["Cookie"], p.Name)...)
	}
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
	case p.inQuery():
		plain, err = url.QueryUnescape(value)
	case p.In == "path" && r.in.Escaped:
		plain, err = url.PathUnescape(value)
	}
	if err != nil {
		return value
	}
	return plain
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
