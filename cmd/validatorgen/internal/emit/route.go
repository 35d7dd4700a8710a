package emit

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"example.com/oxgroups/cmd/validatorgen/internal/spec"
)

// Kinds are the servers that operations can be wired to.
var Kinds = []string{"echo", "std", "chi"}

// route finds out how the router has the paths. Its error names operations that the router cannot tell apart.
func (w *wiring) route() error {
	for i, op := range w.Operations {
		if op.braces(); w.Kind == "echo" {
			op.Route, op.Renamed = echoPath(op.Path), nil
		}
		if w.Kind == "std" && strings.HasSuffix(op.Route, "/") {
			op.Route += "{$}" // not what is below
		}
		for _, other := range w.Operations[:i] {
			if op.Method == other.Method && w.conflict(op.Path, other.Path) {
				return fmt.Errorf("%s: operation %s: %s cannot tell %s %s from %s (%s)", op.Node.Place, op.ID, w.Kind, op.Method, op.Path, other.Path, other.Node.Place)
			}
		}
	}
	if w.Kind == "echo" {
		w.ends()
	}
	return nil
}

// conflict reports whether the router cannot tell two paths apart: they are the same but for the names of parameters, or, for net/http,
// each has text where the other has a parameter.
func (w *wiring) conflict(a, b string) bool {
	one, other := strings.Split(a, "/"), strings.Split(b, "/")
	if len(one) != len(other) {
		return false
	}
	oneWider, otherWider := false, false
	for i := range one {
		switch wild, otherWild := strings.Contains(one[i], "{"), strings.Contains(other[i], "{"); {
		case wild && !otherWild:
			oneWider = true
		case !wild && otherWild:
			otherWider = true
		case !wild && one[i] != other[i]:
			return false
		}
	}
	return !oneWider && !otherWider || w.Kind == "std" && oneWider && otherWider
}

// ends finds the last parameters, which in echo take slashes too. A route that is not found ends one, unless other paths go on from there:
// it would hide from those that another method is allowed.
func (w *wiring) ends() {
	for _, op := range w.Operations {
		name, open := strings.CutPrefix(op.Route[strings.LastIndexByte(op.Route, '/')+1:], ":")
		if open && w.goesOn(op) {
			op.OpenEnd = name
		} else if end := op.Route + "/*"; open && !slices.Contains(w.Ends, end) {
			w.Ends = append(w.Ends, end)
		}
	}
}

// goesOn reports whether the path of an operation begins that of another one.
func (w *wiring) goesOn(op *operation) bool {
	segments := strings.Split(op.Path, "/")
	return slices.ContainsFunc(w.Operations, func(other *operation) bool {
		more := strings.Split(other.Path, "/")
		if len(more) <= len(segments) {
			return false
		}
		for i, segment := range segments {
			if segment != more[i] && !strings.HasPrefix(segment, "{") {
				return false
			}
		}
		return true
	})
}

// echoPath returns a path template as echo has it: "/pets/:id". A segment with more than one parameter, or with text around one, is a
// parameter of echo that is named by its template: "/pets/:{id}.json".
func echoPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		switch {
		case isComposite(segment):
			segments[i] = ":" + segment
		case strings.HasPrefix(segment, "{"):
			segments[i] = ":" + strings.Trim(segment, "{}")
		default:
			segments[i] = strings.ReplaceAll(segment, ":", `\:`)
		}
	}
	return strings.Join(segments, "/")
}

// braces sets the route as net/http and chi have it: "/pets/{id}". A segment is one parameter or text, and the name of a parameter is one
// of Go.
func (op *operation) braces() {
	segments := strings.Split(op.Path, "/")
	taken := map[string]bool{}
	for i, segment := range segments {
		if !strings.Contains(segment, "{") {
			continue
		}
		name := segment // the template, which package wire takes apart
		if !isComposite(segment) {
			name = strings.Trim(segment, "{}")
		}
		inRoute := name
		if !token.IsIdentifier(name) || taken[name] {
			inRoute = local(name, taken)
			op.Renamed = append(op.Renamed, name, inRoute)
		}
		taken[inRoute] = true
		segments[i] = "{" + inRoute + "}"
	}
	op.Route = strings.Join(segments, "/")
}

// isComposite reports whether a segment of a path is more than one whole parameter.
func isComposite(segment string) bool {
	names := spec.PathNames(segment)
	return len(names) > 0 && segment != "{"+names[0]+"}"
}

// composites returns the segments of a path that have parameters as parts.
func composites(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(segment string) bool { return !isComposite(segment) })
}
