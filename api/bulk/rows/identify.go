package rows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"example.com/oxgroups/api/group"
)

const bom = "\ufeff"

const (
	saveAsCSV = "; save it as CSV (UTF-8) and apply that"
	unpack    = "; unpack it and apply what is in it"
	asUTF8    = "; save it as UTF-8 (in a spreadsheet: CSV UTF-8)"
)

// formats are files that people take for CSV or JSON, by their first bytes.
var formats = []struct{ start, what string }{
	{"\xd0\xcf\x11\xe0", "is a workbook of an old Office (.xls)" + saveAsCSV},
	{"%PDF", "is a PDF" + saveAsCSV},
	{"{\\rtf", "is a text document (RTF)" + saveAsCSV},
	{"SQLite format 3\x00", "is an SQLite database; export the rows as CSV and apply those"},
	{"PAR1", "is a Parquet file; export the rows as CSV and apply those"},
	{"ARROW1", "is an Arrow file; export the rows as CSV and apply those"},
	{"Obj\x01", "is an Avro file; export the rows as CSV and apply those"},
	{"\x1f\x8b", "is compressed twice" + unpack},
	{"\x28\xb5\x2f\xfd", "is compressed with zstd" + unpack},
	{"BZh", "is compressed with bzip2" + unpack},
	{"\xfd7zXZ\x00", "is compressed with xz" + unpack},
	{"\x04\x22\x4d\x18", "is compressed with lz4" + unpack},
	{"7z\xbc\xaf\x27\x1c", "is a 7z archive" + unpack},
	{"Rar!", "is a RAR archive" + unpack},
	{"\xff\xfe\x00\x00", "is in UTF-32" + asUTF8},
	{"\x00\x00\xfe\xff", "is in UTF-32" + asUTF8},
	{"\xff\xfe", "is in UTF-16" + asUTF8},
	{"\xfe\xff", "is in UTF-16" + asUTF8},
}

// identify says what a file is that is neither CSV nor JSON, and the remedy; "" is none of these.
func identify(head []byte, size int64) string {
	for _, f := range formats {
		if bytes.HasPrefix(head, []byte(f.start)) {
			return f.what
		}
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte(bom)))
	switch {
	case size == 0:
		return "is empty"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return identifyZip(head)
	case len(head) > 262 && string(head[257:262]) == "ustar":
		return "is a tar archive" + unpack
	case bytes.IndexByte(head, 0) >= 0:
		return identifyNUL(head)
	case len(text) == 0:
		return "has nothing but blanks"
	case text[0] == '<':
		return "is HTML or XML, which some tools name .xls or .csv; open it in a spreadsheet" + saveAsCSV
	case bytes.IndexByte(text, '\r') >= 0 && bytes.IndexByte(text, '\n') < 0:
		return `has lines that end with a carriage return alone, as on an old Mac; convert them: tr '\r' '\n' < FILE`
	}
	return ""
}

func identifyZip(head []byte) string {
	switch {
	case bytes.Contains(head, []byte("xl/")), bytes.Contains(head, []byte("[Content_Types].xml")):
		return "is an Excel workbook (.xlsx)" + saveAsCSV
	case bytes.Contains(head, []byte("opendocument")):
		return "is an OpenDocument spreadsheet (.ods)" + saveAsCSV
	case bytes.Contains(head, []byte("Index/")):
		return "is a Numbers spreadsheet" + saveAsCSV
	}
	return "is a ZIP archive" + unpack
}

// identifyNUL tells UTF-16 without a byte order mark, in which every other byte of plain text is zero, from other data.
func identifyNUL(head []byte) string {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	if most, least := max(zeros[0], zeros[1]), min(zeros[0], zeros[1]); most > len(head)/4 && least <= most/10 {
		return "is in UTF-16" + asUTF8
	}
	return "has zero bytes in it, and so is no text" + saveAsCSV
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
