package format

import "time"

// IsDate reports whether text is a full-date of RFC 3339.
func IsDate(text string) bool {
	_, ok := ParseDate(text)
	return ok
}

// ParseDate returns the day that a full-date of RFC 3339 names, at midnight UTC.
func ParseDate(text string) (time.Time, bool) {
	if len(text) != len("2006-01-02") {
		return time.Time{}, false
	}
	return date(text)
}

func date(text string) (time.Time, bool) {
	year, ok1 := number(text[0:4])
	month, ok2 := number(text[5:7])
	day, ok3 := number(text[8:10])
	if !ok1 || !ok2 || !ok3 || text[4] != '-' || text[7] != '-' || month < 1 || month > 12 || day < 1 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return t, t.Day() == day
}

// IsDateTime reports whether text is a date-time of RFC 3339.
func IsDateTime(text string) bool {
	_, ok := ParseDateTime(text)
	return ok
}

// ParseDateTime returns the time that a date-time of RFC 3339 names, with its offset. A leap second is taken where there can
// be one, at the end of a day in UTC, and is the first second of the next day in Go. Fractions are kept to nanoseconds.
func ParseDateTime(text string) (time.Time, bool) {
	const least = len("2006-01-02T15:04:05Z")
	if len(text) < least || text[10]|0x20 != 't' || text[13] != ':' || text[16] != ':' {
		return time.Time{}, false
	}
	day, ok := date(text[:10])
	hour, ok1 := number(text[11:13])
	minute, ok2 := number(text[14:16])
	second, ok3 := number(text[17:19])
	if !ok || !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	nanosecond, rest, ok := fraction(text[19:])
	if !ok {
		return time.Time{}, false
	}
	zone, ok := offset(rest)
	if !ok {
		return time.Time{}, false
	}
	t := time.Date(day.Year(), day.Month(), day.Day(), hour, minute, second, nanosecond, zone)
	if utc := t.UTC(); second == 60 && (utc.Hour() != 0 || utc.Minute() != 0) {
		return time.Time{}, false
	}
	return t, true
}

// fraction reads the digits behind a point, if there is one.
func fraction(text string) (nanosecond int, rest string, ok bool) {
	if text[0] != '.' {
		return 0, text, true
	}
	i, scale := 1, 100_000_000
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		nanosecond += int(text[i]-'0') * scale
		scale /= 10
		i++
	}
	return nanosecond, text[i:], i > 1 && i < len(text)
}

func offset(text string) (*time.Location, bool) {
	if text == "Z" || text == "z" {
		return time.UTC, true
	}
	if len(text) != len("+07:00") || text[3] != ':' || text[0] != '+' && text[0] != '-' {
		return nil, false
	}
	hour, ok1 := number(text[1:3])
	minute, ok2 := number(text[4:6])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return nil, false
	}
	seconds := hour*3600 + minute*60
	if text[0] == '-' {
		seconds = -seconds
	}
	return time.FixedZone("", seconds), true
}

func number(text string) (n int, ok bool) {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = n*10 + int(text[i]-'0')
	}
	return n, true
}

// AppendDateTime appends t as a JSON string in the form of RFC 3339, with a fraction only where there is one. A time whose
// offset has seconds, which the form has no place for, is written in UTC.
func AppendDateTime(dst []byte, t time.Time) []byte {
	_, offset := t.Zone()
	if offset%60 != 0 {
		t, offset = t.UTC(), 0
	}
	dst = append(dst, '"')
	year, month, day := t.Date()
	const hours = 60 * 60
	if t.Nanosecond() != 0 || year < 0 || year > 9999 || offset <= -100*hours || offset >= 100*hours {
		dst = t.AppendFormat(dst, time.RFC3339Nano)
		return append(dst, '"')
	}
	hour, minute, second := t.Clock()
	dst = append(twoDigits(twoDigits(dst, year/100), year%100), '-')
	dst = append(twoDigits(dst, int(month)), '-')
	dst = append(twoDigits(dst, day), 'T')
	dst = append(twoDigits(dst, hour), ':')
	dst = append(twoDigits(dst, minute), ':')
	dst = appendOffset(twoDigits(dst, second), offset/60)
	return append(dst, '"')
}

// appendOffset appends an offset of so many minutes.
func appendOffset(dst []byte, minutes int) []byte {
	sign := byte('+')
	switch {
	case minutes == 0:
		return append(dst, 'Z')
	case minutes < 0:
		sign, minutes = '-', -minutes
	}
	return twoDigits(append(twoDigits(append(dst, sign), minutes/60), ':'), minutes%60)
}

func twoDigits(dst []byte, n int) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }
