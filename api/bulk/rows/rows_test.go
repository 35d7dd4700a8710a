package rows_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/api/bulk/rows"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// read returns the rows of text as JSONL, and the errors, a line each.
func read(t *testing.T, text string, format rows.Format) (lines, errs string) {
	t.Helper()
	in, err := rows.Open("-", strings.NewReader(text), rows.Options{Format: format})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}()
	first, firstErrs := pass(t, in)
	second, secondErrs := pass(t, in)
	if first != second || firstErrs != secondErrs {
		t.Errorf("the second pass gave\n%s%s\nwant\n%s%s", second, secondErrs, first, firstErrs)
	}
	return first, firstErrs
}

func pass(t *testing.T, in *rows.Input) (lines, errs string) {
	t.Helper()
	var out, bad strings.Builder
	reader, err := in.Rows()
	var row rows.Row
	for err == nil {
		var invalid *rows.Error
		switch err = reader.Next(&row); {
		case err == nil:
			out.Write(append(row.AppendJSON(nil), '\n'))
		case errors.As(err, &invalid) && !invalid.Fatal:
			bad.WriteString(err.Error() + "\n")
			err = nil
		}
	}
	if !errors.Is(err, io.EOF) {
		bad.WriteString(err.Error() + "\n")
	}
	return out.String(), bad.String()
}

// What the rows of a file are, and what is said of those that are not valid.
func TestRows(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		format     rows.Format
		want, errs string
	}{
		// CSV
		{name: "a CSV", text: "id,name\n7,Acme\n8,Beta\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta"}}` + "\n"},
		{name: "no line feed at the end", text: "id,name\n7,Acme", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"},
		{name: "CRLF, a byte order mark, empty lines, lines of commas, spaces around names", text: "\ufeffid , name\r\n\r\n7,Acme\r\n,\r\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"},
		{name: "a header alone", text: "id,name\n"},
		{name: "quotes, with commas, quotes and line breaks inside", text: "id,name,notes\n7,\"A, \"\"B\"\"\",\"one\r\ntwo\nthree\"\n", want: `{"id":7,"workspace_group":{"name":"A, \"B\"","notes":"one\r\ntwo\nthree"}}` + "\n"},
		{name: "an empty cell leaves, \\N clears", text: "id,name,notes,email\n7,Acme,,\\N\n", want: `{"id":7,"workspace_group":{"name":"Acme","email":null}}` + "\n"},
		{name: "spaces are kept", text: "id,name\n7, Acme \n", want: `{"id":7,"workspace_group":{"name":" Acme "}}` + "\n"},
		{name: "lists", text: "name,id,add_workspace_ids,remove_workspace_ids\nAcme,7,10; 12;13,14\n", want: `{"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":[10,12,13],"remove_workspace_ids":[14]}}` + "\n"},
		{name: "booleans, as spreadsheets write them", text: "id,name,company\n1,A,true\n2,B,FALSE\n3,C,1\n4,D,yes\n", want: `{"id":1,"workspace_group":{"name":"A","company":true}}` + "\n" + `{"id":2,"workspace_group":{"name":"B","company":false}}` + "\n" + `{"id":3,"workspace_group":{"name":"C","company":true}}` + "\n",
			errs: "stdin:5: column 3 (company): must be a boolean (rule: type)\n"},
		{
			name: "an object in columns that are not side by side",
			text: "external_reference.service_name,id,external_reference.service_model,name,external_reference.service_model_ref,external_reference.status\njira,7,Issue,Acme,A-1,\\N\n,8,,Beta,,\n",
			want: `{"id":7,"workspace_group":{"name":"Acme","external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1","status":null}}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta"}}` + "\n",
		},
		{name: "the reason of an earlier run is ignored", text: "id,name,rejected_reason\n7,Acme,422 name: taken\n8,Beta\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta"}}` + "\n"},
		{name: "ids", text: "id,name\n07,A\n0,B\n1e3,C\n-1,D\n9223372036854775808,E\n,F\n", errs: "stdin:2: column 1 (id): must be an integer in plain digits, such as 7 (rule: type)\n" +
			"stdin:3: column 1 (id): must be at least 1 (rule: minimum)\nstdin:4: column 1 (id): must be an integer in plain digits, such as 7 (rule: type)\nstdin:5: column 1 (id): must be at least 1 (rule: minimum)\n" +
			"stdin:6: column 1 (id): must be an integer of 64 bits (rule: format)\nstdin:7: column 1 (id): must be an integer in plain digits, such as 7 (rule: type)\n"},
		{name: "every violation of a row, with its line", text: "id,name,notes,add_workspace_ids,external_reference.service_name,external_reference.service_model,external_reference.service_model_ref,external_reference.status\n" +
			"x,\" \",\"a\nb\",1;0;x,jira,Issue,,done\n",
			errs: "stdin:2: column 1 (id): must be an integer in plain digits, such as 7 (rule: type)\n" +
				"stdin:2: column 2 (name): must not be blank (rule: pattern)\n" +
				"stdin:3: column 4 (add_workspace_ids): element 2 must be at least 1 (rule: minimum)\n" +
				"stdin:3: column 4 (add_workspace_ids): element 3 must be an integer (rule: type)\n" +
				"stdin:3: column 8 (external_reference.status): must be one of \"successful\", \"pending\", \"failed\", null (rule: enum)\n" +
				"stdin:3: column 7 (external_reference.service_model_ref): is required (rule: required)\n"},
		{name: "an empty element", text: "id,name,add_workspace_ids\n1,A,1;;2\n", errs: "stdin:2: column 3 (add_workspace_ids): element 2 must be an integer (rule: type)\n"},
		{name: "a cell too many or few", text: "id,name\n7,Acme,x\n8\n", errs: "stdin:2: the row has 3 cells and the header 2 (rule: columns)\nstdin:3: the row has 1 cells and the header 2 (rule: columns)\n"},
		{name: "not UTF-8", text: "id,name\n7,Acm\xe9\n", errs: "stdin:2: column 2 (name): must be UTF-8; save the file in that encoding (rule: syntax)\n"},
		{name: "a character that no store can hold", text: "id,name,notes\n7,Acme,a\x00b\n", errs: "stdin:2: column 3 (notes): has U+0000 in a string (rule: syntax)\n"},
		{name: "UTF-16", format: rows.CSV, text: "\xff\xfei\x00d\x00", errs: "stdin:1: the file is in UTF-16; save it as UTF-8 (rule: syntax)\n"},
		{name: "nothing", errs: "stdin:1: there is no header; the first line names the columns (rule: required)\n"},
		{name: "a typing error in the header", text: "id,nmae,external_reference.staus\n", errs: "stdin:1: column 2: there is no column \"nmae\"; did you mean \"name\"? (rule: unknown)\n" +
			"stdin:1: column 3: there is no column \"external_reference.staus\"; did you mean \"external_reference.status\"? (rule: unknown)\n"},
		{name: "a column twice", text: "id,name,name\n", errs: "stdin:1: column 3: the column \"name\" is there twice; it is column 2 too (rule: unknown)\n"},
		{name: "an object as a column", text: "id,name,external_reference\n", errs: "stdin:1: column 3: \"external_reference\" has columns for its parts: external_reference.service_name, external_reference.service_model, external_reference.service_model_ref, external_reference.status, external_reference.external_message, external_reference.external_link, external_reference.external_status, external_reference.locked (rule: unknown)\n"},
		{name: "columns that every row needs", text: "notes,external_reference.status\n", errs: "stdin:1: id: there is no such column; it names the group (rule: required)\n" +
			"stdin:1: name: there is no such column, and every row needs it (rule: required)\n" +
			"stdin:1: external_reference.service_name: there is no such column, and every external_reference needs it (rule: required)\n" +
			"stdin:1: external_reference.service_model: there is no such column, and every external_reference needs it (rule: required)\n" +
			"stdin:1: external_reference.service_model_ref: there is no such column, and every external_reference needs it (rule: required)\n"},
		{name: "a quote in the middle", text: "id,name\n7,Ac\"me\n", errs: "stdin:2: column 2: a cell with a quote in it must be quoted as a whole, and the quote doubled (rule: syntax)\n"},
		{name: "text behind a quote", text: "id,name\n7,\"Ac\"me\n", errs: "stdin:2: column 2: there is text behind the closing quote; a quote within a cell must be doubled (rule: syntax)\n"},
		{name: "a quote that is not closed", text: "id,name\n7,Acme\n8,\"Beta\n9,Gamma\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n", errs: "stdin:3: column 2: the quote that begins the cell is not closed (rule: syntax)\n"},

		// JSONL
		{name: "JSONL, flat and nested, ids as numbers and strings", text: `{"id":7,"name":"Acme","notes":null}` + "\n\n" + ` {"workspace_group":{"name":"Beta","add_workspace_ids":[1,2]},"id":"8"} ` + "\r\n",
			want: `{"id":7,"workspace_group":{"name":"Acme","notes":null}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta","add_workspace_ids":[1,2]}}` + "\n"},
		{name: "the reason of an earlier run in JSONL", text: `{"id":7,"name":"Acme","rejected_reason":"422"}`, want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"},
		{name: "keys that would be lost", text: `{"id":7,"nmae":"x","name":"A"}` + "\n" + `{"id":7,"workspace_group":{"name":"A","external_reference":{"service_name":"a","service_model":"b","service_model_ref":"c","staus":"x"}}}` + "\n" + `{"id":7,"workspace_group":{"name":"A"},"notes":"x"}`,
			errs: "stdin:1: there is no field \"nmae\"; did you mean \"name\"? (rule: unknown)\n" + "stdin:2: there is no field \"workspace_group.external_reference.staus\"; did you mean \"workspace_group.external_reference.status\"? (rule: unknown)\n" +
				"stdin:3: notes: stands beside workspace_group; fields belong into it (rule: unknown)\n"},
		{name: "what is not valid in JSONL", text: `{"id":7,"name":5,"add_workspace_ids":[1,"x"]}` + "\n" + `{"name":"A"}` + "\n" + `{"id":"x","workspace_group":{"company":1}}` + "\n" + `{"id":7,"name":"A","name":"B"}` + "\n" + `{"id":7,"name":"A"` + "\n" + `[7]` + "\n" + `{"id":7,"workspace_group":[]}` + "\n" + `{"id":7.0,"name":"A"}`,
			errs: "stdin:1: name: must be a string (rule: type)\nstdin:1: add_workspace_ids: element 2 must be an integer (rule: type)\n" +
				"stdin:2: id: is required; it names the group (rule: required)\n" +
				"stdin:3: id: must be an integer in plain digits, such as 7 (rule: type)\nstdin:3: workspace_group.company: must be a boolean (rule: type)\nstdin:3: workspace_group.name: is required (rule: required)\n" +
				"stdin:4: duplicate key at byte 26 (rule: syntax)\nstdin:5: unexpected end of the document, more expected at byte 18 (rule: syntax)\n" +
				"stdin:6: must be a JSON object, {\"id\": 7, \"name\": \"Acme\"} (rule: type)\nstdin:7: workspace_group: must be an object (rule: type)\nstdin:8: id: must be an integer in plain digits, such as 7 (rule: type)\n"},

		// documents
		{name: "a document", text: `{"count":2,"meta":{},"results":[{"key":"workspace_groups","id":"7"}],
 "workspace_groups":{"7":{"id":"7","name":"Acme","notes":null,"company":true,"created_at":"x","workspace_ids":["10","11"],"rate_card_set_ids":["1"],"external_reference_ids":["1"]},
 "8":{"id":"8","name":"Beta","workspace_ids":[]}},
 "workspaces":{"10":{"id":"10"}},
 "external_references":{"1":{"id":"1","service_name":"jira","service_model":"Issue","service_model_ref":"A-1","status":null,"locked":false,"subject_id":"7","subject_type":"WorkspaceGroup","created_at":"x"},
  "2":{"id":"2","subject_id":"7","subject_type":"Story"}}}`,
			want: `{"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":[10,11],"notes":null,"company":true}}` + "\n" +
				`{"id":8,"workspace_group":{"name":"Beta"}}` + "\n" +
				`{"id":7,"workspace_group":{"name":"Acme","external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1","status":null,"locked":false}}}` + "\n"},
		{name: "documents one behind the other, references first", text: `{"results":[],"external_references":{"1":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1","subject_id":"7"}},"workspace_groups":{"7":{"name":"Acme"}}}` + "\n" +
			`{"workspace_groups":{"6":{"name":"Beta"}},"external_references":null}`,
			want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n" + `{"id":6,"workspace_group":{"name":"Beta"}}` + "\n" +
				`{"id":7,"workspace_group":{"name":"Acme","external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1"}}}` + "\n"},
		{name: "what is not valid in a document", text: "{\"workspace_groups\":{\n\"7\":{\"name\":5,\"workspace_ids\":[\"x\"]},\n\"x\":{\"name\":\"A\"}},\n\"external_references\":{\n\"1\":{\"subject_id\":\"9\",\"service_name\":\"jira\"}}}",
			errs: "stdin:2: /workspace_groups/7/name: must be a string (rule: type)\nstdin:2: /workspace_groups/7/add_workspace_ids: element 1 must be an integer (rule: type)\n" +
				"stdin:3: /workspace_groups/x/id: must be an integer in plain digits, such as 7 (rule: type)\n" +
				"stdin:5: /external_references/1/subject_id: the group of the reference is not in the document, so its name is not known (rule: required)\n"},
		{name: "a document that breaks off", text: "{\"workspace_groups\":{\n\"7\":{\"name\":\"Acme\"},\n\"8\":{\"na", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n", errs: "stdin:3: the document ends in the middle (rule: syntax)\n"},
		{name: "what is no document", format: rows.Document, text: "[]", errs: "stdin:1: a document is a JSON object (rule: syntax)\n"},
		{name: "an empty document", text: `{"results":[],"workspace_groups":{}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, errs := read(t, tc.text, tc.format)
			if got != tc.want || errs != tc.errs {
				t.Errorf("rows\n%swant\n%s\nerrors\n%swant\n%s", got, tc.want, errs, tc.errs)
			}
		})
	}
}

// A file, a stream, and both compressed, give the same rows and the same digest; the format is found out.
func TestOpen(t *testing.T) {
	texts := map[rows.Format]string{
		rows.CSV:      "id,name\n7,Acme\n",
		rows.JSONL:    `{"id":7,"name":"Acme"}` + "\n",
		rows.Document: `{"workspace_groups":{"7":{"name":"Acme"}}}`,
	}
	const want = `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"
	extensions := map[rows.Format]string{rows.CSV: ".csv", rows.JSONL: ".ndjson", rows.Document: ".json"}
	for format, text := range texts {
		var zipped bytes.Buffer
		w := gzip.NewWriter(&zipped)
		_, _ = io.WriteString(w, text)
		_ = w.Close()
		dir := t.TempDir()
		digests := map[string]bool{}
		for name, content := range map[string]string{"groups" + extensions[format]: text, "groups" + extensions[format] + ".gz": zipped.String(), "plain": text, "zipped": zipped.String(), "-": text, "- zipped": zipped.String()} {
			path, stdin := filepath.Join(dir, name), io.Reader(nil)
			if strings.HasPrefix(name, "-") {
				path, stdin = "-", strings.NewReader(content)
			} else if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			in, err := rows.Open(path, stdin, rows.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if got, errs := pass(t, in); in.Format != format || got != want || errs != "" {
					t.Errorf("%s %s: format %s, rows %q, errors %q", format, name, in.Format, got, errs)
				}
			}
			digests[in.Digest()] = true
			if in.Regular() != (path != "-") {
				t.Errorf("%s %s: regular is %v", format, name, in.Regular())
			}
			if err := in.Close(); err != nil {
				t.Error(err)
			}
		}
		if len(digests) != 1 || digests[""] {
			t.Errorf("%s: digests %v", format, digests)
		}
	}
}

// What cannot be opened or read.
func TestOpenFails(t *testing.T) {
	dir := t.TempDir()
	if _, err := rows.Open(filepath.Join(dir, "missing"), nil, rows.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := rows.Open(dir, nil, rows.Options{}); err == nil {
		t.Error("a folder was opened")
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(w, "id,name\n7,Acme\n")
	_ = w.Close()
	in, err := rows.Open("-", bytes.NewReader(zipped.Bytes()[:zipped.Len()-6]), rows.Options{Format: rows.CSV})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	if _, errs := pass(t, in); !strings.Contains(errs, "unexpected EOF") {
		t.Errorf("a gzip that was cut off: %q", errs)
	}
}

// A stream that is read once leaves no temporary file and cannot be read twice.
func TestOnce(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "missing"))
	in, err := rows.Open("-", strings.NewReader("id,name\n7,Acme\n"), rows.Options{Once: true})
	if err != nil {
		t.Fatal(err)
	}
	if got, errs := pass(t, in); got == "" || errs != "" {
		t.Errorf("rows %q, errors %q", got, errs)
	}
	if _, err := in.Rows(); err == nil {
		t.Error("it was read twice")
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
}

// endless gives a start and then the same bytes for ever.
type endless struct {
	start string
	rest  byte
	n     int64
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.start)
	e.start = e.start[n:]
	for i := n; i < len(p); i++ {
		p[i] = e.rest
	}
	e.n += int64(len(p))
	return len(p), nil
}

// A row without an end is an error before it fills the memory.
func TestEndless(t *testing.T) {
	for name, from := range map[string]*endless{
		"a CSV without a line feed":        {start: "id,name\n7,", rest: 'a'},
		"a quote that is not closed":       {start: "id,name\n7,\"", rest: '\n'},
		"a line of JSONL":                  {start: `{"id":7,"name":"`, rest: 'a'},
		"an object of a document":          {start: `{"workspace_groups":{"7":{"name":"`, rest: 'a'},
		"a member of another map":          {start: `{"results":[],"workspaces":{"7":"`, rest: 'a'},
		"the name of an object":            {start: `{"results":[],"workspaces":{"`, rest: 'a'},
		"white space between the elements": {start: `{"results":[`, rest: ' '},
	} {
		t.Run(name, func(t *testing.T) {
			in, err := rows.Open("-", io.LimitReader(from, 64<<20), rows.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.Close() }()
			if _, errs := pass(t, in); !strings.Contains(errs, "larger than") {
				t.Errorf("errors %q", errs)
			}
		})
	}
}

// Rejected rows can be applied again as they are, and are the same rows then.
func TestRejected(t *testing.T) {
	for name, text := range map[string]string{
		"CSV":                   "id,name,notes\n7,\"A, \"\"B\"\"\",\"one\r\ntwo\"\n8,Beta,\\N\n",
		"CSV with a reason":     "id,rejected_reason,name\n7,\"old, reason\",Acme\n",
		"JSONL":                 `{"id":7,"name":"Acme","notes":null}` + "\n" + `{"id":"8","workspace_group":{"name":"Beta"}}` + "\n",
		"JSONL with a reason":   `{"id":7,"rejected_reason":"old","name":"Acme"}` + "\n",
		"a document":            `{"workspace_groups":{"7":{"name":"Acme","workspace_ids":["1"]}},"external_references":{"1":{"service_name":"a","service_model":"b","service_model_ref":"c","subject_id":"7"}}}`,
		"a name that is quoted": "id,\"name\"\n7,Acme\n",
	} {
		t.Run(name, func(t *testing.T) {
			want, errs := read(t, text, rows.Auto)
			if errs != "" {
				t.Fatal(errs)
			}
			for range 2 { // and once more
				text = reject(t, text)
				if strings.Count(text, "taken") != strings.Count(want, "\n") {
					t.Errorf("not every row has its reason in\n%s", text)
				}
				if strings.Contains(text, "old") {
					t.Errorf("an old reason in\n%s", text)
				}
				if got, errs := read(t, text, rows.Auto); got != want || errs != "" {
					t.Errorf("rows of\n%s\nare\n%swant\n%s%s", text, got, want, errs)
				}
			}
		})
	}
}

func reject(t *testing.T, text string) string {
	t.Helper()
	in, err := rows.Open("-", strings.NewReader(text), rows.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	reader, err := in.Rows()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	w := rows.NewRejected(&out, reader)
	for {
		var row rows.Row
		if err := reader.Next(&row); errors.Is(err, io.EOF) {
			return out.String()
		} else if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&row, `422 name: "taken", or so`); err != nil {
			t.Fatal(err)
		}
	}
}
