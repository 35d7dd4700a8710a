package document_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/gen/model"
	"pgregory.net/rapid"
)

func ExampleAppendMerged() {
	merged, err := document.AppendMerged(nil, []byte(`{"name":"Acme","notes":"old"}`), []byte(`{"notes":null,"email":"a@acme.example"}`))
	fmt.Println(string(merged), err)
	// Output: {"name":"Acme","email":"a@acme.example"} <nil>
}

func ExampleGroup_Model() {
	g := document.Group{
		ID: 7, CreatedAt: "2013-04-15T16:48:48-07:00", UpdatedAt: "2013-04-15T16:48:48-07:00",
		JSON: []byte(`{"name":"Acme"}`), WorkspaceIDs: []int64{10, 11},
	}
	v, err := g.Model()
	fmt.Println(v.ID, v.Name, *v.WorkspaceIds, v.RateCardSetIds == nil, v.CreatedAt.Format(time.RFC3339), err)
	// Output: 7 Acme [10 11] true 2013-04-15T16:48:48-07:00 <nil>
}

// TestAppendMerged has the examples of RFC 7396, appendix A, in which both sides are objects.
func TestAppendMerged(t *testing.T) {
	for _, test := range []struct{ doc, patch, want string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`{"e":null}`, `{"a":1}`, `{"e":null,"a":1}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
		{`{"n":12345678901234567890}`, `{"s":"<\u2028&>"}`, `{"n":12345678901234567890,"s":"<\u2028&>"}`},
	} {
		got, err := document.AppendMerged(nil, []byte(test.doc), []byte(test.patch))
		if err != nil || string(got) != test.want {
			t.Errorf("%s with %s gives %s (%v), want %s", test.doc, test.patch, got, err, test.want)
		}
	}
	if _, err := document.AppendMerged(nil, []byte(`{`), []byte(`{}`)); err == nil {
		t.Error("a broken document is merged")
	}
}

func TestAppendGroupPatch(t *testing.T) {
	u := model.WorkspaceGroupUpdate{
		Name: "Acme", Notes: nullable.NewNullNullable[string](), Company: nullable.NewNullableWithValue(false),
		AddWorkspaceIds: nullable.NewNullableWithValue([]int64{1}),
	}
	u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: "jira"})
	c := group.NewChange(u)
	if got, want := sorted(t, document.AppendGroupPatch(nil, &c)), `{"company":false,"name":"Acme","notes":null}`; got != want {
		t.Errorf("the patch is %s, want %s", got, want)
	}
	if document.AppendReferencePatch(nil, nil) != nil {
		t.Error("no reference has a patch")
	}
}

func sorted(t *testing.T, object []byte) string {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(object, &m); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReferenceModel(t *testing.T) {
	r := document.Reference{
		ID: 3, GroupID: 7, CreatedAt: "2013-04-15T16:48:48Z", UpdatedAt: "2013-04-15T16:48:48Z",
		JSON: []byte(`{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1"}`),
	}
	v, err := r.Model()
	if err != nil || v.ID != "3" || v.SubjectID != 7 || v.SubjectType != "WorkspaceGroup" || v.ServiceName != "jira" {
		t.Errorf("the reference is %+v (%v)", v, err)
	}
}

func TestModelOfBrokenRow(t *testing.T) {
	g := document.Group{ID: 7, CreatedAt: "yesterday", UpdatedAt: "today", JSON: []byte(`{}`)}
	if _, err := g.Model(); group.CodeOf(err) != group.Internal {
		t.Errorf("the error is %v, want a defect", err)
	}
}

// TestNewImport looks at what is left for the document of a row: what has no column and is not null.
func TestNewImport(t *testing.T) {
	ids := []string{"11", "10", "11"}
	at := time.Date(2013, 4, 15, 16, 48, 48, 999, time.FixedZone("", -7*3600))
	im, err := document.NewImport(1, &model.WorkspaceGroupDocument{WorkspaceGroups: map[string]model.WorkspaceGroup{
		"10": {ID: "10", Name: "Äpfel", Notes: nullable.NewNullNullable[string](), CreatedAt: at, UpdatedAt: at, WorkspaceIds: &ids},
		"9":  {ID: "9", Name: "Nine", CreatedAt: at, UpdatedAt: at},
	}})
	if err != nil {
		t.Fatal(err)
	}
	nine, ten := im.Groups[0], im.Groups[1]
	if nine.ID != 9 || nine.WorkspaceIDs != nil {
		t.Errorf("the first group is %+v, want 9, in the order of numbers", nine)
	}
	if got, want := string(ten.JSON), `{"name":"Äpfel"}`; got != want {
		t.Errorf("the document is %s, want %s", got, want)
	}
	if ten.Folded != group.Fold("äPFEL") || ten.CreatedAt != "2013-04-15T16:48:48-07:00" || fmt.Sprint(ten.WorkspaceIDs) != "[10 11]" {
		t.Errorf("the second group is %+v", ten)
	}
}

// TestAppendMergedOfAny compares with what RFC 7396 says in its own words, section 2, on values of any type.
func TestAppendMergedOfAny(t *testing.T) {
	value := rapid.Deferred(func() *rapid.Generator[any] { return anyValue(3) })
	object := rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "", `"`, "é", "n\n"}), value, 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		doc, patch := object.Draw(t, "doc"), object.Draw(t, "patch")
		got, err := document.AppendMerged(nil, encoded(t, doc), encoded(t, patch))
		if err != nil {
			t.Fatal(err)
		}
		if want := encoded(t, applied(doc, patch)); !bytes.Equal(encoded(t, decoded(t, got)), want) {
			t.Errorf("%s, want %s", got, want)
		}
		again, err := document.AppendMerged(nil, got, encoded(t, patch))
		if err != nil || !bytes.Equal(again, got) {
			t.Errorf("a second time it is %s (%v), want %s", again, err, got)
		}
	})
}

func anyValue(depth int) *rapid.Generator[any] {
	plain := rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](true), rapid.Map(rapid.String(), toAny), rapid.Map(rapid.Float64(), toAny))
	if depth == 0 {
		return plain
	}
	inner := anyValue(depth - 1)
	return rapid.OneOf(plain,
		rapid.Map(rapid.SliceOfN(inner, 0, 3), func(v []any) any { return v }),
		rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"a", "b", "c"}), inner, 0, 3), func(v map[string]any) any { return v }))
}

func toAny[T any](v T) any { return v }

// applied is MergePatch of RFC 7396.
func applied(target, patch any) any {
	changes, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	result := map[string]any{}
	if old, ok := target.(map[string]any); ok {
		maps.Copy(result, old)
	}
	for name, value := range changes {
		if value == nil {
			delete(result, name)
		} else {
			result[name] = applied(result[name], value)
		}
	}
	return result
}

func encoded(t *rapid.T, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoded(t *rapid.T, b []byte) (v any) {
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
