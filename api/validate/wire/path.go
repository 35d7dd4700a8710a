package wire

import (
	"net/http"
	"strings"
)

// Path returns the values of path parameters that are parts of a segment, as in "{id}.json". param returns a whole segment by its
// template, or the value of any other parameter. ok is false where a segment does not fit its template.
func Path(param func(name string) string, templates ...string) (path func(name string) string, ok bool) {
	values := map[string]string{}
	for _, template := range templates {
		if !match(values, template, param(template)) {
			return nil, false
		}
	}
	return func(name string) string {
		if value, ok := values[name]; ok {
			return value
		}
		return param(name)
	}, true
}

// match puts the values of the parameters of one segment into values. Each has at least one character, and no more than is needed,
// but for the last one.
func match(values map[string]string, template, segment string) bool {
	for {
		literal, rest, more := strings.Cut(template, "{")
		if !strings.HasPrefix(segment, literal) {
			return false
		}
		segment = segment[len(literal):]
		if !more {
			return segment == ""
		}
		var name string
		name, template, _ = strings.Cut(rest, "}")
		next, _, _ := strings.Cut(template, "{")
		end := len(segment)
		switch {
		case next == "":
		case next == template: // the end of the template
			end = strings.LastIndex(segment, next)
		default:
			end = strings.Index(segment, next)
		}
		if end < 1 {
			return false
		}
		values[name], segment = segment[:end], segment[end:]
	}
}

// Renamed returns param for a router that has other names. pairs are the names of parameters, each with the one that the router has.
func Renamed(param func(name string) string, pairs ...string) func(name string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return param(pairs[i+1])
			}
		}
		return param(name)
	}
}

// PathValues returns the path parameters of a request that an http.ServeMux routed, with their escapes, which r.PathValue lacks.
func PathValues(r *http.Request) func(name string) string {
	_, pattern, _ := strings.Cut(r.Pattern, "/")
	path := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	return func(name string) string {
		i := 0
		for segment := range strings.SplitSeq(pattern, "/") {
			if segment == "{"+name+"}" && i < len(path) {
				return path[i]
			}
			i++
		}
		return ""
	}
}
