package client

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RateLimit is what a reply tells of the limit on requests. The vendor documents no header for it; what is in common use is
// understood: X-RateLimit-Limit, -Remaining and -Reset, the same without "X-", and the field RateLimit in the forms of the
// IETF's drafts ("limit=100, remaining=4, reset=30" and "policy";r=4;t=30) with RateLimit-Policy.
type RateLimit struct {
	Limit      int64         // requests in a period; -1: not told
	Remaining  int64         // of them; -1: not told
	Reset      time.Time     // when the next period begins; the zero Time: not told
	RetryAfter time.Duration // how long the API asks to wait; 0: it does not
}

// readRateLimit returns what header tells, and whether it tells anything.
func readRateLimit(header http.Header, now time.Time) (limit RateLimit, ok bool) {
	limit = RateLimit{Limit: -1, Remaining: -1, RetryAfter: retryAfter(header, now)}
	for _, prefix := range []string{"X-Ratelimit-", "Ratelimit-"} {
		limit.set("limit", header.Get(prefix+"Limit"), now)
		limit.set("remaining", header.Get(prefix+"Remaining"), now)
		limit.set("reset", header.Get(prefix+"Reset"), now)
	}
	for _, key := range []string{"Ratelimit-Policy", "Ratelimit"} {
		for part := range strings.FieldsFuncSeq(header.Get(key), func(r rune) bool { return r == ';' || r == ',' }) {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			limit.set(name, value, now)
		}
	}
	return limit, limit != RateLimit{Limit: -1, Remaining: -1}
}

// set reads one value under one of its names. What it cannot read it leaves as it is.
func (l *RateLimit) set(name, value string, now time.Time) {
	if date, err := http.ParseTime(value); err == nil && name == "reset" {
		l.Reset = date
		return
	}
	value, _, _ = strings.Cut(value, ",") // the first of several periods
	value, _, _ = strings.Cut(value, ";")
	n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
	if err != nil || n < 0 {
		return
	}
	switch name {
	case "limit", "q":
		l.Limit = n
	case "remaining", "r":
		l.Remaining = n
	case "reset", "t":
		l.Reset = resetTime(n, now)
	}
}

// resetTime understands both seconds from now and seconds since 1970: nobody has a period of thirty years.
func resetTime(n int64, now time.Time) time.Time {
	const thirtyYears = 946_684_800
	switch {
	case n < thirtyYears:
		return now.Add(time.Duration(n) * time.Second)
	case n > 1e11: // milliseconds
		return time.UnixMilli(n)
	}
	return time.Unix(n, 0)
}
