package format

import (
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"example.com/oxgroups/api/validate"
)

// IsBase64 reports whether text is in the standard encoding of RFC 4648, section 4, with padding.
func IsBase64(text string) bool {
	_, ok := parseBase64(text)
	return ok
}

func parseBase64(text string) ([]byte, bool) {
	data, err := base64.StdEncoding.DecodeString(text)
	return data, err == nil && !strings.ContainsAny(text, "\r\n") // which the decoder skips
}

// ReadBase64 reads a string in Base64; any other value is a violation and skipped.
func ReadBase64(s *validate.Scanner) ([]byte, bool) {
	return read(s, parseBase64, "byte")
}

// ReadDateTime reads a date-time of RFC 3339; any other value is a violation and skipped.
func ReadDateTime(s *validate.Scanner) (time.Time, bool) {
	return read(s, ParseDateTime, "date-time")
}

// ReadDate reads a full-date of RFC 3339 as midnight UTC; any other value is a violation and skipped.
func ReadDate(s *validate.Scanner) (time.Time, bool) {
	return read(s, ParseDate, "date")
}

// ReadUUID reads a UUID of RFC 9562; any other value is a violation and skipped.
func ReadUUID(s *validate.Scanner) ([16]byte, bool) {
	return read(s, ParseUUID, "uuid")
}

func read[T any](s *validate.Scanner, parse func(string) (T, bool), name string) (value T, ok bool) {
	text, ok := s.String()
	if !ok {
		return value, false
	}
	if value, ok = parse(text); !ok {
		s.Violation("format", name)
	}
	return value, ok
}

// EncodeDateTime appends t as a date-time of RFC 3339, which has years of four digits.
func EncodeDateTime(e *validate.Encoder, t time.Time) {
	if year := t.Year(); year < 0 || year > 9999 {
		e.Fail(fmt.Errorf("encode JSON: a time of RFC 3339 cannot be in the year %d", year))
		return
	}
	var text [40]byte
	e.Raw(AppendDateTime(text[:0], t))
}
