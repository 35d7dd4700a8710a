package rows_test

import (
	"archive/zip"
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
func read(t *testing.T, text string, options rows.Options) (lines, errs string) {
	t.Helper()
	in, err := rows.Open("-", strings.NewReader(text), options)
	if err != nil {
		return "", err.Error() + "\n"
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

// oneOf is what is said of a value that is none of a nullable field's.
func oneOf(field string) string {
	path := rows.Find(rows.Fields(), field)
	return `must be one of "` + strings.Join(path[len(path)-1].Enum, `", "`) + `", null`
}

// leaves are the columns of a nested field.
func leaves(field string) (names []string) {
	for _, path := range rows.Leaves(rows.Fields()) {
		if path[0].Name == field {
			names = append(names, path.String())
		}
	}
	return names
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
			line, err := row.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(append(line, '\n'))
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

const (
	formatted = "; it is formatted for people: show the column as numbers without separators, decimals, exponents or marks, wide enough, and export it again"
	ragged    = "; a cell with ',' in it is put in double quotes, and a line that is not a row, such as a total, is taken out"
)

// What the rows of a file are, and what is said of those that are not valid.
func TestRows(t *testing.T) {
	for _, tc := range []struct {
		name, text string
		options    rows.Options
		want, errs string
	}{
		// CSV
		{name: "a CSV", text: "id,name\n7,Acme\n8,Beta\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta"}}` + "\n"},
		{name: "no line feed at the end", text: "id,name\n7,Acme", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"},
		{name: "CRLF, a byte order mark, empty lines, lines of commas, spaces around names", text: "\ufeffid , name\r\n\r\n7,Acme\r\n,\r\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"},
		{name: "a header alone", text: "id,name\n"},
		{name: "quotes, with commas, quotes and line breaks inside", text: "id,name,notes\n7,\"A, \"\"B\"\"\",\"one\r\ntwo\nthree\"\n", want: `{"id":7,"workspace_group":{"name":"A, \"B\"","notes":"one\ntwo\nthree"}}` + "\n"},
		{name: "an empty cell leaves, \\N clears", text: "id,name,notes,email\n7,Acme,,\\N\n", want: `{"id":7,"workspace_group":{"name":"Acme","email":null}}` + "\n"},
		{name: "spaces are kept", text: "id,name\n7, Acme \n", want: `{"id":7,"workspace_group":{"name":" Acme "}}` + "\n"},
		{name: "lists", text: "name,id,add_workspace_ids,remove_workspace_ids\nAcme,7,10; 12;13,14\n", want: `{"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":[10,12,13],"remove_workspace_ids":[14]}}` + "\n"},
		{name: "booleans, as spreadsheets write them", text: "id,name,company\n1,A,true\n2,B,FALSE\n3,C,1\n4,D,yes\n", want: `{"id":1,"workspace_group":{"name":"A","company":true}}` + "\n" + `{"id":2,"workspace_group":{"name":"B","company":false}}` + "\n" + `{"id":3,"workspace_group":{"name":"C","company":true}}` + "\n",
			errs: "stdin:5: column 3 (company): must be a boolean: true, false, 1 or 0 (rule: type)\n"},
		{
			name: "an object in columns that are not side by side",
			text: "external_reference.service_name,id,external_reference.service_model,name,external_reference.service_model_ref,external_reference.status\njira,7,Issue,Acme,A-1,\\N\n,8,,Beta,,\n",
			want: `{"id":7,"workspace_group":{"name":"Acme","external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"A-1","status":null}}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta"}}` + "\n",
		},
		{name: "the reason of an earlier run is ignored", text: "id,name,rejected_reason\n7,Acme,422 name: taken\n8,Beta\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta"}}` + "\n"},
		{name: "ids", text: "id,name\n07,A\n0,B\n1e3,C\n-1,D\n9223372036854775808,E\n,F\n", errs: "stdin:2: column 1 (id): must be an integer in plain digits, such as 7" + formatted + " (rule: type)\n" +
			"stdin:3: column 1 (id): must be at least 1 (rule: minimum)\nstdin:4: column 1 (id): must be an integer in plain digits, such as 7" + formatted + " (rule: type)\nstdin:5: column 1 (id): must be at least 1 (rule: minimum)\n" +
			"stdin:6: column 1 (id): must be an integer of 64 bits (rule: format)\nstdin:7: column 1 (id): must be an integer in plain digits, such as 7 (rule: type)\n"},
		{name: "every violation of a row, with its line", text: "id,name,notes,add_workspace_ids,external_reference.service_name,external_reference.service_model,external_reference.service_model_ref,external_reference.status\n" +
			"x,\" \",\"a\nb\",1;0;x,jira,Issue,,done\n",
			errs: "stdin:2: column 1 (id): must be an integer in plain digits, such as 7 (rule: type)\n" +
				"stdin:2: column 2 (name): must not be blank (rule: pattern)\n" +
				"stdin:3: column 4 (add_workspace_ids): element 2 must be at least 1 (rule: minimum)\n" +
				"stdin:3: column 4 (add_workspace_ids): element 3 must be an integer; elements are separated by \";\" (rule: type)\n" +
				"stdin:3: column 8 (external_reference.status): " + oneOf("external_reference.status") + " (rule: enum)\n" +
				"stdin:3: column 7 (external_reference.service_model_ref): is required (rule: required)\n"},
		{name: "an empty element", text: "id,name,add_workspace_ids\n1,A,1;;2\n", errs: "stdin:2: column 3 (add_workspace_ids): element 2 must be an integer; elements are separated by \";\" (rule: type)\n"},
		{name: "a cell too many or few", text: "id,name\n7,Acme,x\n8\n", errs: "stdin:2: the row has 3 cells and the header 2" + ragged + " (rule: columns)\nstdin:3: the row has 1 cells and the header 2" + ragged + " (rule: columns)\n"},
		{name: "not UTF-8", text: "id,name\n7,Acm\xe9\n", errs: "stdin:2: column 2 (name): must be UTF-8; save the file in that encoding (in a spreadsheet: CSV UTF-8), or convert it: iconv -f WINDOWS-1252 -t UTF-8 (rule: syntax)\n"},
		{name: "a character that no store can hold", text: "id,name,notes\n7,Acme,a\x00b\n", errs: "stdin: has zero bytes in it, so it is not text; save it as CSV (UTF-8) and apply that\n"},
		{name: "a typing error in the header", text: "id,nmae,external_reference.staus\n", errs: "stdin:1: column 2: there is no column \"nmae\"; did you mean \"name\"? (rule: unknown)\n" +
			"stdin:1: column 3: there is no column \"external_reference.staus\"; did you mean \"external_reference.status\"? (rule: unknown)\n"},
		{name: "a column twice", text: "id,name,name\n", errs: "stdin:1: column 3: the column \"name\" is there twice; it is column 2 too (rule: unknown)\n"},
		{name: "an object as a column", text: "id,name,external_reference\n", errs: "stdin:1: column 3: \"external_reference\" has columns for its parts: " + strings.Join(leaves("external_reference"), ", ") + " (rule: unknown)\n"},
		{name: "columns that every row needs", text: "notes,external_reference.status\n", errs: "stdin:1: id: there is no such column; it names the group (rule: required)\n" +
			"stdin:1: name: there is no such column, and every row needs it (rule: required)\n" +
			"stdin:1: external_reference.service_name: there is no such column, and every external_reference needs it (rule: required)\n" +
			"stdin:1: external_reference.service_model: there is no such column, and every external_reference needs it (rule: required)\n" +
			"stdin:1: external_reference.service_model_ref: there is no such column, and every external_reference needs it (rule: required)\n"},
		{name: "a quote in the middle", text: "id,name\n7,Ac\"me\n", errs: "stdin:2: a cell with a quote in it must be quoted as a whole, without a blank before it, and the quote doubled (rule: syntax)\n"},
		{name: "text after a quote", text: "id,name\n7,\"Ac\"me\n", errs: "stdin:2: there is text after a closing quote, or a quote is not closed; a quote within a cell is doubled (rule: syntax)\n"},
		{name: "a quote that is not closed", text: "id,name\n7,Acme\n8,\"Beta\n9,Gamma\n", want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n", errs: "stdin:3: there is text after a closing quote, or a quote is not closed; a quote within a cell is doubled (rule: syntax)\n"},

		// JSONL
		{name: "JSONL, flat and nested, ids as numbers and strings", text: `{"id":7,"name":"Acme","notes":null}` + "\n\n" + ` {"workspace_group":{"name":"Beta","add_workspace_ids":[1,2]},"id":"8"} ` + "\r\n",
			want: `{"id":7,"workspace_group":{"name":"Acme","notes":null}}` + "\n" + `{"id":8,"workspace_group":{"name":"Beta","add_workspace_ids":[1,2]}}` + "\n"},
		{name: "the reason of an earlier run in JSONL", text: `{"id":7,"name":"Acme","rejected_reason":"422"}`, want: `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"},
		{name: "keys that would be lost", text: `{"id":7,"nmae":"x","name":"A"}` + "\n" + `{"id":7,"workspace_group":{"name":"A","external_reference":{"service_name":"a","service_model":"b","service_model_ref":"c","staus":"x"}}}` + "\n" + `{"id":7,"workspace_group":{"name":"A"},"notes":"x"}`,
			errs: "stdin:1: there is no field \"nmae\"; did you mean \"name\"? (rule: unknown)\n" + "stdin:2: there is no field \"workspace_group.external_reference.staus\"; did you mean \"workspace_group.external_reference.status\"? (rule: unknown)\n" +
				"stdin:3: notes: stands beside workspace_group; fields belong into it (rule: unknown)\n"},
		{name: "what is not valid in JSONL", text: `{"id":7,"name":5,"add_workspace_ids":[1,"x"]}` + "\n" + `{"name":"A"}` + "\n" + `{"id":"x","workspace_group":{"company":1}}` + "\n" + `{"id":7,"name":"A","name":"B"}` + "\n" + `5` + "\n" + `[7]` + "\n" + `{"id":7,"workspace_group":[]}` + "\n" + `{"id":7.0,"name":"A"}`,
			errs: "stdin:1: name: must be a string (rule: type)\nstdin:1: add_workspace_ids: element 2 must be an integer (rule: type)\n" +
				"stdin:2: id: is required; it names the group (rule: required)\n" +
				"stdin:3: id: must be an integer in plain digits, such as 7 (rule: type)\nstdin:3: workspace_group.company: must be a boolean (rule: type)\nstdin:3: workspace_group.name: is required (rule: required)\n" +
				"stdin:4: duplicate key (rule: syntax)\nstdin:5: must be a JSON object, {\"id\": 7, \"name\": \"Acme\"} (rule: type)\n" +
				"stdin:6: must be a JSON object, {\"id\": 7, \"name\": \"Acme\"} (rule: type)\nstdin:7: workspace_group: must be an object (rule: type)\nstdin:8: id: must be an integer in plain digits, such as 7 (rule: type)\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, errs := read(t, tc.text, tc.options)
			if got != tc.want || errs != tc.errs {
				t.Errorf("rows\n%swant\n%s\nerrors\n%swant\n%s", got, tc.want, errs, tc.errs)
			}
		})
	}
}

// A file, a stream, and both compressed, give the same rows and the same digest; the format is found out.
func TestOpen(t *testing.T) {
	const want = `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"
	for format, text := range map[rows.Format]string{rows.CSV: "id,name\n7,Acme\n", rows.JSON: `{"id":7,"name":"Acme"}` + "\n"} {
		zipped := gzipped(text)
		dir := t.TempDir()
		digests := map[string]bool{}
		for name, content := range map[string]string{"groups.csv": text, "groups.json.gz": zipped, "plain": text, "zipped": zipped, "-": text, "- zipped": zipped, "in two parts": gzipped(text[:9]) + gzipped(text[9:])} {
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
			digests[in.Digest] = true
			if in.Regular != (path != "-") {
				t.Errorf("%s %s: regular is %v", format, name, in.Regular)
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

func gzipped(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return out.String()
}

// A temporary file is gone when the input is closed, and one that cannot be made is an error.
func TestTemporaryFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	in, err := rows.Open("-", strings.NewReader("id,name\n7,Acme\n"), rows.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := in.Close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
	t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
	if _, err := rows.Open("-", strings.NewReader("id,name\n7,Acme\n"), rows.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	if _, err := rows.Open(filepath.Join(dir, "missing"), nil, rows.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := rows.Open(dir, nil, rows.Options{}); err == nil {
		t.Error("a folder was opened")
	}
}

// archive returns a ZIP archive of empty files.
func archive(names ...string) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, name := range names {
		_, _ = w.Create(name)
	}
	_ = w.Close()
	return out.String()
}

func utf16(text string, bom string, zero int) string {
	out := []byte(bom)
	for _, c := range []byte(text) {
		pair := []byte{c, c}
		pair[zero] = 0
		out = append(out, pair...)
	}
	return string(out)
}

// What people take for CSV or JSON is named for what it is, with the remedy.
func TestNamed(t *testing.T) {
	text := "id,name\n7,Acme\n"
	zipped := gzipped(strings.Repeat(text, 100))
	for name, tc := range map[string]struct{ content, want string }{
		"xlsx":                  {archive("[Content_Types].xml", "xl/workbook.xml"), "Excel workbook"},
		"xlsx, a picture first": {archive("docProps/thumbnail.jpeg", "xl/workbook.bin"), "Excel workbook"},
		"docx":                  {archive("[Content_Types].xml", "word/document.xml"), "Word document"},
		"pptx":                  {archive("[Content_Types].xml", "ppt/presentation.xml"), "PowerPoint"},
		"ods":                   {archive("mimetype", "content.xml"), "OpenDocument"},
		"Numbers":               {archive("Index/Document.iwa"), "Numbers"},
		"zip":                   {archive("groups.csv", "more.csv"), `ZIP archive of 2 files, the first of them "groups.csv"; unpack it`},
		"an empty zip":          {archive(), "empty ZIP archive"},
		"a zip that is cut off": {archive("groups.csv")[:40], "damaged; copy the file again"},
		"xls":                   {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook of an old Office"},
		"HTML named xls":        {"\n<html><table><tr><td>id</td></tr></table>", "HTML or XML"},
		"XML":                   {"\ufeff<?xml version=\"1.0\"?><Workbook/>", "HTML or XML"},
		"PDF":                   {"%PDF-1.7\n", "PDF"},
		"SQLite":                {"SQLite format 3\x00", "SQLite database"},
		"Parquet":               {"PAR1\x15\x04", "Parquet"},
		"zstd":                  {"\x28\xb5\x2f\xfd\x04", "zstd; unpack it"},
		"bzip2":                 {"BZh91AY&SY", "bzip2"},
		"xz":                    {"\xfd7zXZ\x00\x00", "with xz"},
		"tar":                   {"groups.csv" + strings.Repeat("\x00", 247) + "ustar\x00", "tar archive"},
		"gzip twice":            {gzipped(zipped), "compressed twice"},
		"gzip with junk":        {zipped + "junk", "data after it; copy the file again, or unpack it with gunzip"},
		"gzip padded":           {zipped + strings.Repeat("\x00", 512), "data after it"},
		"gzip cut off":          {zipped[:len(zipped)-9], "it ends in the middle"},
		"gzip damaged":          {zipped[:len(zipped)-5] + "xxxxx", "damaged"},
		"UTF-16 LE":             {utf16(text, "\xff\xfe", 1), "UTF-16; save it as UTF-8"},
		"UTF-16 BE":             {utf16(text, "\xfe\xff", 0), "UTF-16"},
		"UTF-16 LE, no mark":    {utf16(text, "", 1), "UTF-16"},
		"UTF-16 BE, no mark":    {utf16(text, "", 0), "UTF-16"},
		"UTF-32":                {"\xff\xfe\x00\x00i\x00\x00\x00", "UTF-32"},
		"zero bytes":            {"id,name\n7,A\x00cme\n", "zero bytes"},
		"carriage returns":      {"id,name\r7,Acme\r", "carriage return alone"},
		"empty":                 {"", "is empty"},
		"blanks":                {"\ufeff \n\n", "nothing but blanks"},
		"a document":            {`{"count":1,"results":[],"workspace_groups":{"7":{"name":"Acme"}}}`, "jq -c '.workspace_groups[]'"},
		"a document, unusual":   {`{"workspaces":{},"workspace_groups":{"7":{"name":"Acme"}}}`, "oxgroupsd import"},
		"latin 1":               {"id,name\n7,Caf\xe9\n", "must be UTF-8; save the file in that encoding"},
		"Python":                {"[{'id': 7, 'name': 'Acme'}]", "not JSON"},
		"a trailing comma":      {`[{"id": 7, "name": "Acme"},]`, "not JSON"},
		"commas between":        {`{"id": 7, "name": "Acme"}, {"id": 8, "name": "Beta"}`, "one after the other, or in one array"},
		"an open array":         {`[{"id": 7, "name": "Acme"}`, "ends in the middle"},
		"after the array":       {`[{"id": 7, "name": "Acme"}] [1]`, "after the array"},
		"YAML":                  {"- id: 7\n  name: Acme\n", "is YAML"},
		"YAML, one by one":      {"---\nid: 7\nname: Acme\n", "is YAML"},
		"TOML":                  {"[[group]]\nid = 7\n", "TOML"},
		"SQL":                   {"INSERT INTO groups (id, name) VALUES (7, 'Acme');\n", "is SQL"},
		"a dump":                {"--\n-- PostgreSQL database dump\n--\n", "is SQL"},
		"psql":                  {" id | name\n----+------\n  7 | Acme\n(1 row)\n", "printed for people; export it as CSV"},
		"mysql":                 {"+----+------+\n| id | name |\n+----+------+\n", "printed for people"},
		"sqlcmd":                {"id   name\n---- ----\n   7 Acme\n", "printed for people"},
		"duckdb":                {"┌───────┬─────────┐\n│  id   │  name   │\n", "printed for people"},
		"Markdown":              {"| id | name |\n|---:|:-----|\n| 7 | Acme |\n", "printed for people"},
		"COPY, text":            {"7\tAcme\t\\N\n8\tBeta\tx\n\\.\n", "the first line has to be the header"},
		"no header":             {"7,Acme\n8,Beta\n", "the first line has to be the header, such as id,name"},
		"a comment":             {"# exported\nid,name\n", "with nothing above it"},
		"rows of an object":     {`{"total": 1, "data": [ {"id": 7, "name": "Acme"}]}`, `jq -c '.["data"][]'`},
		"an error of the API":   {`{"errors": [{"type": "oauth"}]}`, `there is no field "errors"`},
		"JSON with comments":    {"// groups\n[]", "has comments"},
		"JSON5":                 {"[{id: 7}]", "with keys in double quotes"},
		"a JSON sequence":       {"\x1e{\"id\": 7}\n", "RFC 7464"},
		"SYLK":                  {"ID;PWXL;N;E\r\n", "SYLK"},
		"an image":              {"\x89PNG\r\n\x1a\n\x00\x00", "of the kind image"},
		"Access":                {"\x00\x01\x00\x00Standard Jet DB\x00", "Access database"},
		"Git LFS":               {"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"},
		"UTF-16, Japanese":      {"i\x00d\x00,\x00n\x00\n\x007\x00,\x00\x2a\x68\x0f\x5f", "UTF-16"},
		"latin 1 in the header": {"id,name,Gr\xf6\xdfe\n7,A,\n", "column 3: must be UTF-8"},
		"quotes around lines":   {"\"id,name\"\n\"7,Acme\"\n", "no line is in quotes as a whole"},
		"apostrophes":           {"'id','name'\n'7','Acme'\n", `--column ''\''id'\''=id' takes it`},
		"1,234":                 {"id,name\n\"1,234\",A\n", "without separators"},
		"1.234,00":              {"id;name\n1.234,00;A\n", "without separators"},
		"1.2E+11":               {"id,name\n1.23457E+11,A\n", "exponents"},
		"7.0":                   {"id,name\n7.0,A\n", "decimals"},
		"'7":                    {"id,name\n'7,A\n", "marks"},
		"####":                  {"id,name\n####,A\n", "wide enough"},
		"a total":               {"id,name,notes\n7,Acme,\nTotal 1\n", "a line that is not a row, such as a total, is taken out"},
		"a comma in a cell":     {"id,name\n7,Acme, Inc.\n", "a cell with ',' in it is put in double quotes"},
		"row numbers":           {",id,name\n0,7,Acme\n", "--ignore-unknown passes over it"},
		"columns by spaces":     {"id name\n7 Acme\n", "--delimiter names another"},
		"a report's title":      {"Groups of 2024,,\n\nid,name,notes\n7,Acme,\n", "with nothing above it"},
		"quotes escaped":        {`id,name` + "\n" + `7,"A \"B\""` + "\n", "a quote within a cell is doubled"},
		"a blank and a quote":   {"id, name\n7, \"A\"\n", "without a blank before it"},
	} {
		t.Run(name, func(t *testing.T) {
			lines, errs := read(t, tc.content, rows.Options{})
			if !strings.Contains(errs, tc.want) || strings.ContainsAny(errs, "\x00\xff") || len(errs) > 1000 {
				t.Errorf("rows %s errors %q, want %q", lines, errs, tc.want)
			}
		})
	}
}

// What spreadsheets, databases and other tools write.
func TestDialects(t *testing.T) {
	const acme = `{"id":7,"workspace_group":{"name":"Acme"}}` + "\n"
	for name, tc := range map[string]struct {
		text    string
		options rows.Options
		want    string
		errs    string // that the errors contain
	}{
		"semicolons":                 {text: "id;name;add_workspace_ids\r\n7;Acme;10,12\r\n", want: `{"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":[10,12]}}` + "\n"},
		"a quoted list":              {text: "id;name;add_workspace_ids\n7;Acme;\"10;12\"\n", want: `{"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":[10,12]}}` + "\n"},
		"a list as JSON":             {text: "id,name,add_workspace_ids\n7,Acme,\"[10, 12]\"\n8,B,[]\n", want: `{"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":[10,12]}}` + "\n" + `{"id":8,"workspace_group":{"name":"B","add_workspace_ids":[]}}` + "\n"},
		"tabs":                       {text: "id\tname\n7\tAcme\n", want: acme},
		"bars":                       {text: "id|name\n7|Acme\n", want: acme},
		"Ctrl-Z":                     {text: "id,name\r\n7,Acme\r\n\x1a\r\n", want: acme},
		"Ctrl-Z after JSON":          {text: "{\"id\": 7, \"name\": \"Acme\"}\n\x1a", want: acme},
		"CR CR LF":                   {text: "id,name\r\r\n7,Acme\r\r\n", want: acme},
		"PowerShell":                 {text: "#TYPE System.Object\r\n\"id\";\"name\"\r\n\"7\";\"Acme\"\r\n", want: acme},
		"the end of COPY":            {text: "id,name,notes\n7,Acme,\n\\.\n", want: acme},
		"row numbers, passed over":   {text: "\"\",\"id\",\"name\"\n\"1\",7,\"Acme\"\n", options: rows.Options{IgnoreUnknown: true}, want: acme},
		"sep":                        {text: "sep=;\r\nid;name\r\n7;Acme\r\n", want: acme},
		"sep, quoted, of any":        {text: "\"sep=^\"\nid^name\n7^Acme\n", want: acme},
		"sep, the line of a fault":   {text: "sep=;\nid;name\n7;Acme\nx;B\n", want: acme, errs: "stdin:4: column 1 (id)"},
		"a delimiter that is said":   {text: "id#name\n7#Acme\n", options: rows.Options{Delimiter: '#'}, want: acme},
		"commas in a header of tabs": {text: "id\tname\t\"a,b,c,d\"\n7\tAcme\t\n", options: rows.Options{IgnoreUnknown: true}, want: acme},
		"columns without a name":     {text: "id,name,,,\n7,Acme,,,\n8,Beta\n", want: acme + `{"id":8,"workspace_group":{"name":"Beta"}}` + "\n"},
		"a value without a column":   {text: "id,name,\n7,Acme,x\n", errs: "column 3: has a value, and the header no name for it"},
		"cells after the header":     {text: "id,name\n7,Acme,,\n", want: acme},
		"other names":                {text: "ID,Name\n7,Acme\n", errs: `did you mean "id"? --column 'ID=id' takes it for that`},
		"renamed":                    {text: "Group No., Group Name \n7,Acme\n", options: rows.Options{Columns: map[string]string{"Group No.": "id", "Group Name": "name"}}, want: acme},
		"renamed, but not there":     {text: "id,name\n7,Acme\n", options: rows.Options{Columns: map[string]string{"nmae": "notes"}}, errs: `there is no column "nmae"; did you mean "name"?; it was to be renamed`},
		"renamed to nothing":         {text: "id,n\n7,Acme\n", options: rows.Options{Columns: map[string]string{"n": "nmae"}}, errs: `there is no column "nmae"; did you mean "name"`},
		"renamed JSON":               {text: "{}", options: rows.Options{Columns: map[string]string{"n": "name"}}, errs: "has no columns to be renamed"},
		"columns that are not ours":  {text: "id,name,Owner,Owner\n7,Acme,Zoe,Zoe\n", options: rows.Options{IgnoreUnknown: true}, want: acme},
		"errors of spreadsheets":     {text: "id,name,notes\n7,#N/A,\n7,A,#REF!\n7,A, #VALUE! \n#DIV/0!,A,\n7,A,#WERT!\n7,A,Err:502\n7,A,#NAME?\n", errs: "stdin:8: column 3 (notes): is what a spreadsheet writes for an error"},
		"what looks like one":        {text: "id,name,notes\n7,Acme,#1 customer\n", want: `{"id":7,"workspace_group":{"name":"Acme","notes":"#1 customer"}}` + "\n"},
		"words for null":             {text: "id,name,notes\n7,Acme,NULL\n", want: `{"id":7,"workspace_group":{"name":"Acme","notes":"NULL"}}` + "\n"},
		"a word for null":            {text: "id,name,notes,add_workspace_ids\n7,Acme,NULL,NULL\n", options: rows.Options{Null: "NULL"}, want: `{"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":null,"notes":null}}` + "\n"},
		"blanks around":              {text: "id,name,company,external_reference.service_name,external_reference.service_model,external_reference.service_model_ref,external_reference.status\n\u00a07 ,Acme, 1 ,a,b,c, pending\u200b\n", want: `{"id":7,"workspace_group":{"name":"Acme","company":true,"external_reference":{"service_name":"a","service_model":"b","service_model_ref":"c","status":"pending"}}}` + "\n"},
		"yes":                        {text: "id,name,company\n7,Acme,yes\n", errs: "must be a boolean: true, false, 1 or 0"},
		"an array":                   {text: "\ufeff[ {\"id\": 7, \"name\": \"Acme\"} ]\n", want: acme},
		"an empty array":             {text: "[]"},
		"printed for people":         {text: "{\n  \"id\": 7,\n  \"name\": \"Acme\"\n}\n{\n  \"id\": \"x\",\n  \"name\": \"B\"\n}", want: acme, errs: "stdin:5: id: must be an integer"},
		"groups of the API":          {text: `{"id":"7","name":"Acme","created_at":"2013-04-15T16:48:48-07:00","workspace_ids":["10"]}`, options: rows.Options{IgnoreUnknown: true}, want: acme},
	} {
		t.Run(name, func(t *testing.T) {
			lines, errs := read(t, tc.text, tc.options)
			if lines != tc.want || !strings.Contains(errs, tc.errs) || (errs == "") != (tc.errs == "") {
				t.Errorf("rows %s errors %q, want %s and %q", lines, errs, tc.want, tc.errs)
			}
		})
	}
}

// What looks wrong and is taken is counted by column.
func TestWarnings(t *testing.T) {
	in, err := rows.Open("-", strings.NewReader("id,name,notes\n7,None,NULL\n8,Acme,NULL\n"), rows.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	reader, err := in.Rows()
	for err == nil {
		err = reader.Next(new(rows.Row))
	}
	got := strings.Join(reader.Warnings(), "\n")
	if !strings.HasPrefix(got, "column 2 (name): 1 cells have a word for null") || !strings.Contains(got, "\ncolumn 3 (notes): 2 cells") {
		t.Errorf("got %s", got)
	}
}

// However many columns are wrong, the error stays short.
func TestManyUnknownColumns(t *testing.T) {
	_, errs := read(t, "id,name"+strings.Repeat(","+strings.Repeat("x", 2000), 1000)+"\n7,Acme\n", rows.Options{})
	if len(errs) > 4000 || !strings.Contains(errs, "and 990 more like these") {
		t.Errorf("%d bytes: %.3000s", len(errs), errs)
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
		"white space between the elements": {start: `[{"id":7,"name":"Acme"},`, rest: ' '},
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
		"an array":              "[\n{\"id\": 7,\n\"name\": \"Acme\"}]",
		"semicolons and a mark": "\ufeffid;name;\n7;\"A;B\";\n",
		"a name that is quoted": "id,\"name\"\n7,Acme\n",
	} {
		t.Run(name, func(t *testing.T) {
			want, errs := read(t, text, rows.Options{})
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
				if got, errs := read(t, text, rows.Options{}); got != want || errs != "" {
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
	w := reader.Rejected(&out)
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
