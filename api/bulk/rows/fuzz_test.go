package rows_test

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
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
		"\x1f\x8b\x08\x00", "{", "[[[", "\"", "id,name\n\"7\",\"", "id,name,rejected_reason\n7,A\n",
	} {
		f.Add(seed, "")
		f.Add(seed, "csv")
		f.Add(seed, "jsonl")
		f.Add(seed, "document")
	}
	f.Fuzz(func(t *testing.T, text, format string) {
		if !slices.Contains(append(rows.Formats(), rows.Auto), rows.Format(format)) {
			return
		}
		in, err := rows.Open("-", strings.NewReader(text), rows.Options{Format: rows.Format(format)})
		if err != nil {
			return // not gzip although it begins like that
		}
		defer func() { _ = in.Close() }()
		lines, errs := pass(t, in)
		if again, errsAgain := pass(t, in); again != lines || errsAgain != errs {
			t.Errorf("two passes differ:\n%s%s\n%s%s", lines, errs, again, errsAgain)
		}
		if again, errs := read(t, lines, rows.JSONL); again != lines || errs != "" {
			t.Errorf("as JSONL the rows\n%sare\n%s%s", lines, again, errs)
		}
	})
}

// A CSV is split as encoding/csv splits it, but for the carriage returns inside quotes, which encoding/csv drops.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"7,Acme\n8,Beta", "7,\"a\"\"b,\nc\"\n", "7,a\"b\n", "7,\"a\"b\n", "\n\n7,\n", "7,\"\n", "7,\"a\"\r\n", "7,\"a\r\nb\"\r\n", "7,a\r8,b\n", "\"7\",\"\"\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsAny(text, "\x00\\") || strings.ToValidUTF8(text, "") != text {
			return // not about how cells are split
		}
		oracle := csv.NewReader(strings.NewReader("id,name\n" + text))
		oracle.FieldsPerRecord = -1
		all, oracleErr := oracle.ReadAll()
		var want []string
		for _, r := range all[min(1, len(all)):] {
			if len(r) < 2 {
				r = append(r, "") // as it is among the rejected rows
			}
			if strings.Join(r, "") != "" {
				want = append(want, strings.Join(r, "|"))
			}
		}
		got, err := records(text)
		if (err != nil) != (oracleErr != nil) {
			t.Fatalf("error %v, encoding/csv says %v", err, oracleErr)
		}
		if err == nil && !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// records returns the cells of each row, without carriage returns in front of line feeds, by way of the file of rejected
// rows, which has them all.
func records(text string) ([]string, error) {
	in, err := rows.Open("-", strings.NewReader("id,name\n"+text), rows.Options{Format: rows.CSV})
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	reader, err := in.Rows()
	if err != nil {
		return nil, err
	}
	var out []string
	for {
		var row rows.Row
		err := reader.Next(&row)
		var invalid *rows.Error
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil && (!errors.As(err, &invalid) || invalid.Fatal):
			return out, err
		}
		var line strings.Builder
		w := rows.NewRejected(&line, reader)
		if err := w.Write(&row, "why"); err != nil {
			return nil, err
		}
		_, record, _ := strings.Cut(line.String(), "\n")
		cells, err := csv.NewReader(strings.NewReader(record)).Read()
		if err != nil {
			return nil, err
		}
		out = append(out, strings.Join(cells[:len(cells)-1], "|"))
	}
}
