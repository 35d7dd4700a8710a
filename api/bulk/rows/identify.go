package rows

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"example.com/oxgroups/api/group"
)

const bom = "\ufeff"

const (
	saveAsCSV = "; save it as CSV (UTF-8) and apply that"
	exportCSV = "; export the rows as CSV and apply those"
	unpack    = "; unpack it and apply what is in it"
	asUTF8    = "; save it as UTF-8 (in a spreadsheet: CSV UTF-8)"
)

// formats are files that people take for CSV or JSON, by the bytes at a place.
var formats = []struct {
	at          int
	bytes, what string
}{
	{0, "\xd0\xcf\x11\xe0", "is a workbook of an old Office (.xls)" + saveAsCSV},
	{0, "%PDF", "is a PDF" + saveAsCSV},
	{0, "{\\rtf", "is a text document (RTF)" + saveAsCSV},
	{0, "ID;PWXL", "is a spreadsheet in the SYLK format (.slk)" + saveAsCSV},
	{0, "SQLite format 3\x00", "is an SQLite database" + exportCSV},
	{8, "DUCK@\x00", "is a DuckDB database" + exportCSV},
	{4, "Standard Jet DB\x00", "is an Access database" + exportCSV},
	{0, "PAR1", "is a Parquet file" + exportCSV},
	{0, "ARROW1", "is an Arrow file" + exportCSV},
	{0, "FEA1", "is a Feather file" + exportCSV},
	{0, "Obj\x01", "is an Avro file" + exportCSV},
	{0, "\x89HDF", "is an HDF5 file" + exportCSV},
	{0, "RDX3\n", "is a workspace of R" + exportCSV},
	{0, "$FL2", "is an SPSS file" + exportCSV},
	{0, "\x80\x04\x95", "is a Python pickle" + exportCSV},
	{0, "\x1f\x8b", "is compressed twice" + unpack},
	{0, "\x1f\x9d", "is compressed with compress (.Z)" + unpack},
	{0, "\x28\xb5\x2f\xfd", "is compressed with zstd" + unpack},
	{0, "BZh", "is compressed with bzip2" + unpack},
	{0, "\xfd7zXZ\x00", "is compressed with xz" + unpack},
	{0, "\x5d\x00\x00", "is compressed with lzma" + unpack},
	{0, "\x04\x22\x4d\x18", "is compressed with lz4" + unpack},
	{0, "7z\xbc\xaf\x27\x1c", "is a 7z archive" + unpack},
	{0, "Rar!", "is a RAR archive" + unpack},
	{257, "ustar", "is a tar archive" + unpack},
	{0, "\xff\xfe\x00\x00", "is in UTF-32" + asUTF8},
	{0, "\x00\x00\xfe\xff", "is in UTF-32" + asUTF8},
	{0, "\xff\xfe", "is in UTF-16" + asUTF8},
	{0, "\xfe\xff", "is in UTF-16" + asUTF8},
	{0, "\x1e", `is a JSON text sequence (RFC 7464); take its separators out: tr -d '\036' < FILE`},
	{0, "version https://git-lfs", `is a pointer of Git LFS, not the file; "git lfs pull" fetches it`},
}

// Text that people take for CSV or JSON, by its first lines.
var texts = []struct {
	start *regexp.Regexp
	what  string
}{
	{regexp.MustCompile(`^<`), "is HTML or XML, which some tools name .xls or .csv, or a page to log in at; open it in a spreadsheet" + saveAsCSV},
	{regexp.MustCompile(`^(---\n|- |[a-z_]+: .*\n[a-z_]+: )`), "is YAML; convert it to JSON: yq -o=json . FILE"},
	{regexp.MustCompile(`^(//|/\*)`), "has comments, which JSON has not; take them out"},
	{regexp.MustCompile(`^(--[ \n]|(INSERT INTO|CREATE TABLE|COPY|SELECT|SET) )`), "is SQL; export the rows as CSV and apply those (psql --csv, sqlite3 -csv -header)"},
	{regexp.MustCompile(`^\[+["a-z_]+\]+\n`), "is TOML or an INI file; export the rows as CSV and apply those"},
	{regexp.MustCompile(`^(.*\n)?[|+ ─┌├┬┼┐┤═╔╦╗╠╬╣-]*--[|+:, -]*\n`), "is a table printed for people; export it as CSV (psql --csv, sqlite3 -csv -header, mysql --batch)"},
	{regexp.MustCompile(`^[┌╔╭]`), "is a table printed for people; export it as CSV (sqlite3 -csv -header, duckdb -csv)"},
}

// identify says what a file is that is neither CSV nor JSON, and the remedy; "" is none of these.
func identify(head []byte, file io.ReaderAt, size int64) string {
	for _, f := range formats {
		if len(head) > f.at && bytes.HasPrefix(head[f.at:], []byte(f.bytes)) {
			return f.what
		}
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte(bom)))
	binary := bytes.IndexByte(head, 0) >= 0
	kind, _, _ := strings.Cut(http.DetectContentType(head), "/")
	switch {
	case size == 0:
		return "is empty"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return identifyZip(file, size)
	case isUTF16(head):
		return "is in UTF-16" + asUTF8
	case binary && slices.Contains([]string{"image", "audio", "video", "font"}, kind):
		return "is of the kind " + kind + ", not text" + saveAsCSV
	case binary:
		return "has zero bytes in it, so it is not text" + saveAsCSV
	case len(text) == 0:
		return "has nothing but blanks"
	}
	if line, rest, found := bytes.Cut(text, []byte("\r")); found && !bytes.Contains(line, []byte("\n")) && !bytes.HasPrefix(bytes.TrimLeft(rest, "\r"), []byte("\n")) {
		return `has lines that end with a carriage return alone, as on an old Mac; convert them: tr '\r' '\n' < FILE`
	}
	lines := bytes.ReplaceAll(text, []byte("\r"), nil)
	for _, t := range texts {
		if t.start.Match(lines) {
			return t.what
		}
	}
	return ""
}

// containers are what else than an archive a ZIP is, by a name in it.
var containers = []struct{ name, what string }{
	{"xl/", "is an Excel workbook (.xlsx)"},
	{"word/", "is a Word document (.docx)"},
	{"ppt/", "is a PowerPoint presentation (.pptx)"},
	{"Index/", "is a document of Numbers, Pages or Keynote"},
	{"content.xml", "is an OpenDocument file, such as a spreadsheet (.ods)"},
}

func identifyZip(file io.ReaderAt, size int64) string {
	archive, err := zip.NewReader(file, size)
	if err != nil {
		return "is a ZIP archive or a workbook, and damaged; copy the file again"
	}
	for _, c := range containers {
		if slices.ContainsFunc(archive.File, func(f *zip.File) bool { return strings.HasPrefix(f.Name, c.name) }) {
			return c.what + saveAsCSV
		}
	}
	if len(archive.File) == 0 {
		return "is an empty ZIP archive"
	}
	return fmt.Sprintf("is a ZIP archive of %d files, the first of them %q", len(archive.File), shown(archive.File[0].Name)) + unpack
}

// isUTF16 recognises UTF-16 without a byte order mark by the start of a header, where every other byte is zero.
func isUTF16(head []byte) bool {
	ascii := func(b byte) bool { return b >= ' ' && b < 0x7f }
	if len(head) < 4 {
		return false
	}
	return ascii(head[0]) && head[1] == 0 && ascii(head[2]) && head[3] == 0 || head[0] == 0 && ascii(head[1]) && head[2] == 0 && ascii(head[3])
}

// documentRemedy is for documents as the API returns them.
const documentRemedy = "is a document as the API returns it; to send its groups: " +
	`jq -c '.` + group.GroupsKey + `[]' FILE | oxgroups apply - --ignore-unknown; to load it into a stand-in: oxgroupsd import FILE`

// isDocument reports whether JSON is a document of the API: an object with one of the document's own keys in front.
func isDocument(text []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(text))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return false
	}
	key, err := dec.Token()
	return err == nil && slices.Contains([]string{"count", "meta", "results", group.GroupsKey}, fmt.Sprint(key))
}
