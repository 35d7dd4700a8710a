package spec

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Error is a mistake in a document, with its place.
type Error struct {
	Place   Place
	Message string
}

// Error returns "file:line:column: #pointer: message".
func (e *Error) Error() string { return e.Place.String() + ": " + e.Message }

// notYAML is what JSON strings may have and YAML reads differently: \/, surrogate pairs, line breaks of Unicode and control characters.
var notYAML = regexp.MustCompile(`\\\\|\\/|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[\x{7f}-\x{9f}\x{2028}\x{2029}\x{fffe}\x{ffff}]`)

// ParseJSON reads a document from JSON.
func ParseJSON(file string, data []byte) (*Document, error) {
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data, new(any)); errors.As(err, &syntax) {
		read := data[:syntax.Offset]
		line := read[bytes.LastIndexByte(read, '\n')+1:]
		at := Place{File: file, Line: 1 + bytes.Count(read, []byte{'\n'}), Column: max(1, utf8.RuneCount(line))}
		return nil, &Error{at, "not JSON: " + err.Error()}
	}
	head := data[:len(data)-len(bytes.TrimLeft(data, " \t\r\n"))]
	data = append(bytes.ReplaceAll(head, []byte{'\t'}, []byte{' '}), data[len(head):]...) // YAML has no tab there
	return ParseYAML(file, notYAML.ReplaceAllFunc(data, func(found []byte) []byte {
		switch {
		case string(found) == `\\`:
			return found
		case string(found) == `\/`:
			return found[1:]
		case found[0] != '\\':
			r, _ := utf8.DecodeRune(found)
			return fmt.Appendf(nil, `\u%04x`, r)
		}
		high, _ := strconv.ParseUint(string(found[2:6]), 16, 16)
		low, _ := strconv.ParseUint(string(found[8:12]), 16, 16)
		return []byte(string(utf16.DecodeRune(rune(high), rune(low))))
	}))
}
