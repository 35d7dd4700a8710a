package format

import (
	"strings"
	"time"
)

// IsDate reports whether text is a full-date of RFC 3339.
func IsDate(text string) bool {
	_, ok := ParseDate(text)
	return ok
}

// ParseDate returns the day that a full-date of RFC 3339 names, at midnight UTC.
func ParseDate(text string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return t, err == nil
}

// IsDateTime reports whether text is a date-time of RFC 3339.
func IsDateTime(text string) bool {
	_, ok := ParseDateTime(text)
	return ok
}

// ParseDateTime returns the time that a date-time of RFC 3339 names, with its offset and its fraction to nanoseconds. A leap
// second is taken at the end of a day in UTC, and is the first second of the next day in Go.
func ParseDateTime(text string) (time.Time, bool) {
	text = strings.ToUpper(text) // "t" and "z" are allowed
	head, rest, leap := strings.Cut(text, ":60")
	if leap = leap && len(head) == len("2006-01-02T15:04"); leap {
		text = head + ":59" + rest
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || !isStrict(text) {
		return time.Time{}, false
	}
	if leap {
		t = t.Add(time.Second)
		utc := t.UTC()
		return t, utc.Hour() == 0 && utc.Minute() == 0
	}
	return t, true
}

// isStrict reports whether text has nothing that time.Parse takes beyond RFC 3339: an hour of one digit, a comma, or an offset
// out of range.
func isStrict(text string) bool {
	zone := text[len(text)-len("+07:00"):]
	return text[13] == ':' && text[19] != ',' && (zone[5] == 'Z' || zone[1:3] < "24" && zone[4:] < "60")
}

// AppendDateTime appends t as a JSON string in the form of RFC 3339, with a fraction only where there is one. A time whose
// offset has seconds, which the form has no place for, is written in UTC.
func AppendDateTime(dst []byte, t time.Time) []byte {
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC()
	}
	return append(t.AppendFormat(append(dst, '"'), time.RFC3339Nano), '"')
}
