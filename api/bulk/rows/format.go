package rows

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"example.com/oxgroups/api/group"
)

// Format is how an input is written.
type Format string

// The formats. Auto is none of its own: it is found out.
const (
	Auto     Format = ""
	CSV      Format = "csv"
	JSONL    Format = "jsonl"
	Document Format = "document" // as the API returns groups, and oxgroupsd export writes them
)

// Formats returns the formats that an input can have.
func Formats() []Format { return []Format{CSV, JSONL, Document} }

var byExtension = map[string]Format{".csv": CSV, ".jsonl": JSONL, ".ndjson": JSONL}

const bom = "\ufeff"

// detect finds the format out where it is not given: by the end of the name, else by how the input begins.
func (in *Input) detect(name string) error {
	extension := filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz"))
	if in.Format == Auto {
		in.Format = byExtension[extension]
	}
	if in.Format != Auto {
		return nil
	}
	head := in.stream
	if head == nil {
		from, err := in.bytes()
		if err != nil {
			return err
		}
		head = bufio.NewReaderSize(from, bufferSize)
	}
	start, err := head.Peek(bufferSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	in.Format = sniff(start)
	return nil
}

// documentKeys can be the first key of a document; none of them is a field of an update.
var documentKeys = []string{
	"count", "meta", "results", group.GroupsKey, group.ExternalReferences, group.RateCardSets, group.Workspaces,
}

// sniff tells the formats apart by how an input begins: what is no JSON is a CSV.
func sniff(start []byte) Format {
	start = bytes.TrimPrefix(start, []byte(bom))
	dec := json.NewDecoder(bytes.NewReader(start))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		if trimmed := bytes.TrimSpace(start); len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
			return JSONL
		}
		return CSV
	}
	if key, err := dec.Token(); err == nil && slices.Contains(documentKeys, fmt.Sprint(key)) {
		return Document
	}
	return JSONL
}

// skipBOM reads over a byte order mark, which editors on Windows put in front of UTF-8.
func skipBOM(in *bufio.Reader, name string) error {
	head, err := in.Peek(len(bom))
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return fmt.Errorf("%s: %w", name, err)
	case string(head) == bom:
		_, _ = in.Discard(len(bom))
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return &Error{Input: name, Line: 1, Fatal: true, Problems: []Problem{{Rule: "syntax", Message: "the file is in UTF-16; save it as UTF-8"}}}
	}
	return nil
}
