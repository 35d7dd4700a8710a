package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"example.com/oxgroups/api/validate"
)

// member is one name of a JSON object with its value.
type member struct {
	name  string
	value json.RawMessage
}

// object is a JSON object that keeps the order of its members, and a name that comes twice, which a map would lose.
type object []member

// parseObject reads data, which must be one JSON object.
func parseObject(data []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if open, err := dec.Token(); err != nil {
		return nil, err
	} else if open != json.Delim('{') {
		return nil, errors.New("must be a JSON object")
	}
	o := object{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: name.(string)} // the decoder gives nothing else before a colon
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		o = append(o, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the JSON object")
	}
	return o, nil
}

// index returns the place of the first member called name, or -1.
func (o object) index(name string) int {
	return slices.IndexFunc(o, func(m member) bool { return m.name == name })
}

// get returns the value of the first member called name, or nil.
func (o object) get(name string) json.RawMessage {
	if i := o.index(name); i >= 0 {
		return o[i].value
	}
	return nil
}

// set returns o with the member that path leads to set to value. Objects on the way are made where there are none.
func (o object) set(path []string, value json.RawMessage) object {
	i := o.index(path[0])
	if len(path) > 1 {
		inner, err := parseObject(o.get(path[0]))
		if err != nil {
			inner = nil // absent, null or something else: an object takes its place
		}
		value = inner.set(path[1:], value).append(nil)
	}
	if i < 0 {
		return append(o, member{path[0], value})
	}
	o[i].value = value
	return o
}

// append appends the JSON of o.
func (o object) append(dst []byte) []byte {
	dst = append(dst, '{')
	for i, m := range o {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = validate.AppendString(dst, m.name)
		dst = append(dst, ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
}
