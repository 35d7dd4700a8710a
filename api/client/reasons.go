package client

import (
	"cmp"
	"encoding/json"
	"maps"
	"mime"
	"slices"
	"strings"
	"unicode"
)

// maxReason bounds a reason that is not written for people: a page of text, or an object of unknown shape.
const maxReason = 300

// reasons returns every reason for a refusal in the body of a reply. It reads the shape of the API, and those of Rails,
// problem+json (RFC 9457), JSON:API, OAuth 2 and proxies.
func reasons(status int, contentType string, body []byte) []Problem {
	var r reasonReader
	var document any
	_ = decode(body, &document) // what is not JSON stays nil
	switch v := document.(type) {
	case map[string]any:
		if r.own("", v); len(r.found) == 0 && status >= 400 {
			r.attributes("", v, true)
		}
	case []any, string:
		r.read("", v)
	default:
		if status >= 400 {
			r.plainText(contentType, string(body))
		}
	}
	return r.found
}

// reasonReader collects reasons.
type reasonReader struct{ found []Problem }

// add appends a reason unless it is empty or listed already.
func (r *reasonReader) add(p Problem) {
	p.Message = strings.TrimSpace(p.Message)
	if p.Message != "" && !slices.Contains(r.found, p) {
		r.found = append(r.found, p)
	}
}

// read reads a reason about field, or a list or an object of reasons.
func (r *reasonReader) read(field string, v any) {
	switch v := v.(type) {
	case string:
		r.add(Problem{Message: v, Field: field})
	case json.Number:
		r.add(Problem{Message: v.String(), Field: field})
	case []any:
		for _, item := range v {
			r.read(field, item)
		}
	case map[string]any:
		before := len(r.found)
		r.own(field, v)
		r.attributes(field, v, len(r.found) > before)
		if text, err := json.Marshal(v); err == nil && len(r.found) == before && len(v) > 0 {
			r.add(Problem{Message: strings.ToValidUTF8(string(text[:min(len(text), maxReason)]), ""), Field: field})
		}
	}
}

// own reads the reasons that object has under the names in common use.
func (r *reasonReader) own(field string, object map[string]any) {
	text := func(name string) string {
		s, _ := object[name].(string)
		return s
	}
	p := Problem{
		Type:  strings.TrimPrefix(text("type"), "about:blank"), // RFC 9457: no type
		Field: cmp.Or(text("field"), text("attribute"), text("param"), pointed(object), field),
	}
	say := func(parts ...string) {
		p.Message = strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
		r.add(p)
	}
	before := len(r.found)
	for _, name := range []string{"errors", "error", "message", "fault"} {
		switch v := object[name].(type) {
		case []any:
			if name != "message" {
				r.read(field, v)
			}
		case map[string]any:
			r.read(p.Field, v)
		case string:
			if name == "errors" {
				say(v)
			}
		}
	}
	say(text("message"))
	say(text("Message"))
	say(text("error_message"))
	say(text("faultstring"))
	say(text("title"), text("detail"))
	say(text("error"), text("error_description")) // RFC 6749, section 5.2
	if len(r.found) == before {
		say(cmp.Or(text("description"), text("reason"), text("code")))
	}
}

// Names of an object that is a reason whose values are no reasons themselves.
var partsOfReason = []string{
	"type", "field", "attribute", "param", "source", "errors", "error", "message", "Message", "error_message", "fault", "faultstring", "title",
	"detail", "error_description", "description", "reason", "code", "status", "id", "meta", "links", "resource", "value",
}

// attributes reads a hash of field to messages, as Rails writes it. With strict, only lists of strings are messages.
func (r *reasonReader) attributes(field string, object map[string]any, strict bool) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		list, isList := object[key].([]any)
		if strict {
			isList = len(list) > 0 && !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(string); return !ok })
		}
		nested, isObject := object[key].(map[string]any)
		name := strings.TrimPrefix(field+"."+key, ".")
		if key == "base" { // Rails: about the object as a whole
			name = field
		}
		switch {
		case isList && key != "errors" && key != "error":
			r.read(name, object[key])
		case slices.Contains(partsOfReason, key):
		case isObject && strict:
			r.attributes(name, nested, true)
		case !strict:
			r.read(name, object[key])
		}
	}
}

// pointed returns the field that a reason of JSON:API points to.
func pointed(object map[string]any) string {
	source, _ := object["source"].(map[string]any)
	pointer, _ := source["pointer"].(string)
	for _, prefix := range []string{"/data/attributes", "/data"} {
		pointer = strings.TrimPrefix(pointer, prefix)
	}
	return strings.ReplaceAll(strings.Trim(pointer, "/"), "/", ".")
}

// plainText reads a short reason that is not JSON, such as "Retry later".
func (r *reasonReader) plainText(contentType, body string) {
	media, _, _ := mime.ParseMediaType(contentType)
	body = strings.TrimSpace(body)
	unprintable := func(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }
	if media == "text/plain" && len(body) <= maxReason && !strings.HasPrefix(body, "<") && !strings.ContainsFunc(body, unprintable) {
		r.add(Problem{Message: body})
	}
}
