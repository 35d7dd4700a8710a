package wire

import "strings"

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
