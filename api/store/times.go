package store

import (
	"fmt"
	"time"

	"example.com/oxgroups/api/group"
)

// FormatTime returns t as engines store times: whole seconds, with the offset that t has; "" is the zero time.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// ParseTime is the inverse of FormatTime.
func ParseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

// ParseTimes sets the times of a token from their stored form.
func ParseTimes(t *group.Token, created, expires, used, revoked string) (err error) {
	for _, field := range []struct {
		time *time.Time
		text string
	}{{&t.CreatedAt, created}, {&t.ExpiresAt, expires}, {&t.LastUsedAt, used}, {&t.RevokedAt, revoked}} {
		if *field.time, err = ParseTime(field.text); err != nil {
			return fmt.Errorf("token %d: %w", t.ID, err)
		}
	}
	return nil
}
