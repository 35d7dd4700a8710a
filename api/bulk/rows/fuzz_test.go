package rows_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/oxgroups/api/bulk/rows"
)

// Whatever is in a file, reading it ends, two passes give the same, and the rows that come out are still the same rows when
// they are written as JSONL and read again.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"", "id,name\n7,Acme\n", "\ufeffid,name,notes\r\n7,\"a\r\nb\",\\N\r\n", "id,name,add_workspace_ids\n1,A,1;2;\n",
		`{"id":7,"name":"Acme"}`, `{"id":"7","workspace_group":{"name":"A","external_reference":{"service_name":"a","service_model":"b","service_model_ref":"c"}}}`,
		`{"workspace_groups":{"7":{"name":"A","workspace_ids":["1"]}},"external_references":{"1":{"subject_id":"7","service_name":"a"}}}`,
		"\x1f\x8b\x08\x00", "{", "[[[", "\"", "id,name\n\"7\",\"", "sep=;\nid;name\n7;A", "id\tname,,\n7\tNULL", "[{}, {\"id\":1,\"name\":\"a\"}]", "id,name,rejected_reason\n7,A\n",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, text string, ignore bool) {
		in, err := rows.Open("-", strings.NewReader(text), rows.Options{IgnoreUnknown: ignore, Null: "NULL"})
		if err != nil {
			if !errors.As(err, new(*rows.Error)) {
				t.Errorf("%T: %v", err, err)
			}
			return // neither CSV nor JSON
		}
		defer func() { _ = in.Close() }()
		lines, errs := pass(t, in)
		if again, errsAgain := pass(t, in); again != lines || errsAgain != errs {
			t.Errorf("two passes differ:\n%s%s\n%s%s", lines, errs, again, errsAgain)
		}
		if lines == "" {
			return
		}
		if again, errs := read(t, lines, rows.Options{}); again != lines || errs != "" {
			t.Errorf("as JSONL the rows\n%sare\n%s%s", lines, again, errs)
		}
	})
}
