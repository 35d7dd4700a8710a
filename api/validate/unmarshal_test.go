package validate_test

import (
	"encoding/json"
	"testing"

	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/validate"
)

type person struct {
	Name   *string                    `json:"name,omitempty"`
	Age    int                        `json:"age"`
	Friend *person                    `json:"friend,omitempty"`
	All    []person                   `json:"all"`
	Map    map[string]person          `json:"map"`
	Maybe  nullable.Nullable[*person] `json:"maybe,omitzero"`
	Rest   map[string]any             `json:"-"`
}

func TestUnmarshalTakesKeysExactly(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{`{"name":"a","age":1}`, `{"name":"a","age":1}`},
		{`{"Name":"a","age":1}`, `{"age":1}`},
		{`{"name":"a","NAME":"b","age":1}`, `{"name":"a","age":1}`},
		{`{"NAME":"b","Name":"c"}`, `{}`},
		{`{ "NAME" : "b" , "name" : "a" , "AGE" : [ 1 ] }`, `{"name":"a"}`},
		{`{"age":1,"ſriend":1,"Age":"x"}`, `{"age":1}`},
		{`{"friend":{"AGE":"x","age":2},"all":[{"Age":1},{"age":3,"aGe":4}]}`, `{"friend":{"age":2},"all":[{},{"age":3}]}`},
		{`{"map":{"Name":{"name":"kept","Name":"left"}}}`, `{"map":{"Name":{"name":"kept"}}}`},
		{`{"maybe":{"Name":"left","age":5}}`, `{"maybe":{"age":5}}`},
		{`{"maybe":null,"other":{"Name":1}}`, `{"maybe":null}`},
	} {
		s := validate.NewScanner([]byte(c.data), validate.Options{})
		var got, want person
		s.Skip()
		s.Unmarshal(0, &got)
		if err := s.End(); err != nil {
			t.Errorf("%s: %v", c.data, err)
		}
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if a, b := validate.AppendAny(nil, got), validate.AppendAny(nil, want); string(a) != string(b) {
			t.Errorf("%s is read as %s, want %s", c.data, a, b)
		}
	}
}

func TestUnmarshalReportsWhatDoesNotFit(t *testing.T) {
	s := validate.NewScanner([]byte(`{"age":"secret"}`), validate.Options{})
	s.Skip()
	s.Unmarshal(0, &person{})
	if err := s.End(); err == nil || err.Error() != "must be a value that the field can hold" {
		t.Error(err)
	}
}
