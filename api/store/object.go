package store

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
)

// object is a row as the API shows it: the members of the spec, in its order, then those that only the row has, by name.
type object struct {
	members []shown
	bad     validate.Violations // the rules that values break
}

type shown struct {
	member
	extra  bool // the spec does not have it, or not in replies
	broken bool // it breaks a rule, and is as it is stored
}

// object reads a row. Where a rule is broken it takes every value from the row, because a model has only what fits its Go type.
func (k kind[V]) object(r *group.Row) (o object, err error) {
	var v V
	stored, bad, err := k.read(r, &v)
	if err != nil {
		return o, err
	}
	o.bad = bad
	reply, err := k.encode(nil, &v)
	if err != nil {
		return o, err
	}
	left, err := readMembers(stored)
	if err != nil {
		return o, err
	}
	err = members(reply, func(name string, value []byte) error {
		m := shown{member: member{name, value}, broken: breaks(bad, name)}
		i := indexOf(left, name)
		switch {
		case i >= 0 && len(bad) > 0:
			m.value = ordered(left[i].value)
		case m.broken:
			m.value = []byte("null")
		}
		if i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
		o.members = append(o.members, m)
		return nil
	})
	slices.SortFunc(left, func(a, b member) int { return strings.Compare(a.name, b.name) })
	for _, m := range left {
		o.members = append(o.members, shown{member{m.name, ordered(m.value)}, true, breaks(bad, m.name)})
	}
	return o, err
}

func breaks(bad validate.Violations, name string) bool {
	return slices.ContainsFunc(bad, func(v validate.Violation) bool { return firstToken(v.Pointer) == name && v.Pointer != "" })
}

// ordered returns a JSON value with the members of its objects in the order of their names, so that engines that keep them in
// different orders export the same bytes.
func ordered(value []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return value
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return value
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// find returns a member of the object, or an empty one.
func (o *object) find(name string) shown {
	for _, m := range o.members {
		if m.name == name {
			return m
		}
	}
	return shown{}
}

// encode appends the members that which chooses.
func (o *object) encode(e *validate.Encoder, which func(shown) bool) {
	e.Open('{')
	for _, m := range o.members {
		if which(m) {
			e.Name(m.name)
			e.Raw(m.value)
		}
	}
	e.Close('}')
}

// text returns the members that which chooses.
func (o *object) text(which func(shown) bool) ([]byte, error) {
	e := validate.NewEncoder(nil)
	o.encode(e, which)
	return e.Result()
}

// inReplies chooses what a reply shows.
func inReplies(m shown) bool { return !m.extra || m.broken }

// optional returns the fields of which null means the same as that they are absent: replies have null where there is no value.
func (k kind[V]) optional() (map[string]bool, error) {
	reply, err := k.encode(nil, new(V))
	if err != nil {
		return nil, err
	}
	fields := map[string]bool{}
	err = members(reply, func(name string, value []byte) error {
		fields[name] = string(value) == "null"
		return nil
	})
	return fields, err
}

// document returns what the object has in its document: the members without a column, and without null for optional ones.
func (o *object) document(k group.Kind, optional map[string]bool) ([]byte, error) {
	return o.text(func(m shown) bool { return !isColumn(k, m.name) && !(optional[m.name] && string(m.value) == "null") })
}

// firstToken returns the name of the member that a JSON pointer leads to.
func firstToken(pointer string) string {
	token, _ := cutToken(pointer)
	return token
}

var unescapeToken = strings.NewReplacer("~1", "/", "~0", "~")

// cutToken splits a JSON pointer, which is not "", after its first token.
func cutToken(pointer string) (token, rest string) {
	token = strings.TrimPrefix(pointer, "/")
	if end := strings.IndexByte(token, '/'); end >= 0 {
		token, rest = token[:end], token[end:]
	}
	return unescapeToken.Replace(token), rest
}
