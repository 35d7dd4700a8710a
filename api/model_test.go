package api_test

import (
	"encoding/json"
	"strings"
	"testing"

	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Fields that openapi.yaml does not describe keep their text, through encoding/json as through the generated code.
func TestUndescribedFields(t *testing.T) {
	const others = `"big":12345678901234567890,"nested":{"b":[1.50,null],"a":""}`
	var decoded, unmarshaled model.Workspace
	for name, read := range map[string]func([]byte) error{
		"decode":    func(b []byte) error { return validator.DecodeWorkspace(b, &decoded) },
		"unmarshal": func(b []byte) error { return json.Unmarshal(b, &unmarshaled) },
	} {
		if err := read([]byte(`{"id":"10",` + others + `,"title":"Ten"}`)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for name, v := range map[string]model.Workspace{"decode": decoded, "unmarshal": unmarshaled} {
		marshaled, err := json.Marshal(v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		appended, err := validator.AppendWorkspace(nil, &v)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, written := range []string{string(marshaled), string(appended)} {
			if !strings.Contains(written, others) || !strings.Contains(written, `"title":"Ten"`) {
				t.Errorf("%s: written as %s", name, written)
			}
		}
	}
}

func TestNoUndescribedFields(t *testing.T) {
	got, err := json.Marshal(model.Workspace{ID: "1", Title: "One"})
	if want := `{"id":"1","title":"One"}`; string(got) != want || err != nil {
		t.Errorf("got %s (%v), want %s", got, err, want)
	}
}
