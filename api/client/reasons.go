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
// problem+json (RFC 9457), JSON:API, OAuth 2, other frameworks and proxies.
func reasons(status int, contentType string, body []byte) []Problem {
	var r reasonReader
	var document any
	_ = decode(body, &document) // what is not JSON stays nil
	object, _ := document.(map[string]any)
	if r.own("", object, true); status < 400 || len(r.found) > 0 {
		return r.found
	}
	switch document.(type) {
	case map[string]any:
		for _, name := range []string{"data", "response"} {
			if within, ok := object[name].(map[string]any); ok {
				r.read("", within)
			}
		}
		r.attributes("", object, true)
	case []any, string:
		r.read("", document)
	default: // no JSON, or text that begins like it: "404 page not found"
		r.plainText(contentType, string(body))
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
		r.own(field, v, false)
		r.attributes(field, v, len(r.found) > before)
		if text, err := json.Marshal(v); err == nil && len(r.found) == before && len(v) > 0 {
			r.add(Problem{Message: strings.ToValidUTF8(string(text[:min(len(text), maxReason)]), ""), Field: field})
		}
	}
}

// Names of an object that is a reason, without case and punctuation.
var (
	// Lists and objects of reasons.
	wrappers = []string{"errors", "error", "fault", "details", "invalidparams", "embedded"}
	// The same where they stand at the top of a document; below it they may be fields.
	topWrappers = []string{"message", "messages", "fullmessages", "errormessages", "validationerrors", "detail"}
	// Reasons for people, each alone.
	sayings = []string{"message", "errormessage", "errormsg", "msg", "defaultmessage", "faultstring", "err"}
	// What says which field it is about.
	fieldNames = []string{"field", "fields", "attribute", "param", "loc", "pointer", "instancepath", "path"}
	// Lists that are not messages.
	noMessages = slices.Concat(fieldNames, []string{"codes"})
	// Others whose values are not reasons.
	asides = []string{"type", "source", "title", "detail", "errordescription", "description", "reason", "issue", "code", "codes", "status", "id", "meta", "links", "resource", "value", "objectname"}

	partsOfReason = slices.Concat(wrappers, topWrappers[:1], sayings, fieldNames, asides)
)

// plain returns the letters of a name in lower case.
func plain(name string) string {
	return strings.Map(func(c rune) rune {
		if !unicode.IsLetter(c) {
			return -1
		}
		return unicode.ToLower(c)
	}, name)
}

// own reads the reasons that an object has under the names in common use. top says that it is the document.
func (r *reasonReader) own(field string, object map[string]any, top bool) {
	named := make(map[string]any, len(object))
	for _, key := range slices.Sorted(maps.Keys(object)) {
		named[plain(key)] = object[key]
	}
	text := func(name string) string {
		s, _ := named[name].(string)
		return s
	}
	p := Problem{Type: strings.TrimPrefix(text("type"), "about:blank"), Field: cmp.Or(fieldOf(named, top), field)} // RFC 9457: no type
	say := func(parts ...string) {
		p.Message = strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ": ")
		r.add(p)
	}
	before := len(r.found)
	within := wrappers
	if top {
		within = slices.Concat(wrappers, topWrappers)
	}
	for _, name := range within {
		switch v := named[name].(type) {
		case []any:
			r.read(field, v)
		case map[string]any:
			if name != "detail" {
				r.read(p.Field, v)
			}
		case string:
			if name == "errors" {
				say(v)
			}
		}
	}
	for _, name := range sayings {
		say(text(name))
	}
	say(text("title"), text("detail"))
	say(text("error"), cmp.Or(text("errordescription"), text("description"))) // RFC 6749, section 5.2
	if len(r.found) == before {
		say(cmp.Or(text("description"), text("reason"), text("issue"), text("code")))
	}
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
		part := slices.Contains(partsOfReason, plain(key))
		if key == "base" || key == "non_field_errors" { // Rails, Django: about the object as a whole
			name = field
		}
		switch {
		case isList && !(strict && slices.Contains(noMessages, plain(key))) && !slices.Contains(wrappers, plain(key)):
			r.read(name, object[key])
		case part:
		case isObject && strict:
			r.attributes(name, nested, true)
		case !strict:
			r.read(name, object[key])
		}
	}
}

// fieldOf returns the field that a reason names: by its name, as a path, or as a JSON Pointer.
func fieldOf(named map[string]any, top bool) string {
	if source, ok := named["source"].(map[string]any); ok { // JSON:API
		named["pointer"] = source["pointer"]
	}
	if _, ok := named["reason"]; ok { // the example of RFC 9457
		named["pointer"] = cmp.Or(named["pointer"], named["name"])
	}
	for _, name := range fieldNames {
		field := ""
		switch v := named[name].(type) {
		case string:
			field = v
		case []any:
			if _, one := named["message"].(string); !one && name != "loc" {
				continue // messages of a field that is called so
			}
			for _, part := range v {
				if s, ok := part.(string); ok {
					field += "/" + s
				}
			}
		}
		if field == "" || top && name == "path" { // of the request
			continue
		}
		field = strings.ReplaceAll(strings.Trim(field, "#/"), "/", ".")
		for _, prefix := range []string{"data.", "attributes.", "body.", "workspace_group."} {
			field = strings.TrimPrefix(field, prefix)
		}
		return field
	}
	return ""
}

// plainText reads a reason that is not JSON, such as "Retry later".
func (r *reasonReader) plainText(contentType, body string) {
	media, _, _ := mime.ParseMediaType(contentType)
	line, _, _ := strings.Cut(strings.TrimSpace(body), "\n")
	line = strings.TrimSpace(line[:min(len(line), maxReason)])
	unprintable := func(c rune) bool { return !unicode.IsPrint(c) || c == unicode.ReplacementChar }
	if media == "text/plain" && !strings.HasPrefix(line, "<") && !strings.ContainsFunc(strings.ToValidUTF8(line, "\ufffd"), unprintable) {
		r.add(Problem{Message: line})
	}
}
