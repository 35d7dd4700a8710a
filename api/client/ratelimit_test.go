package client_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/client"
)

func TestRateLimit(t *testing.T) {
	soon := time.Date(2000, 1, 1, 0, 0, 30, 0, time.UTC) // it is midnight in the bubble
	const none = -1
	tests := map[string]struct {
		header []string
		ok     bool
		want   client.RateLimit
	}{
		"nothing":           {nil, false, client.RateLimit{Limit: none, Remaining: none}},
		"X-RateLimit":       {[]string{"X-RateLimit-Limit", "400", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "946684830"}, true, client.RateLimit{Limit: 400, Reset: soon}},
		"seconds from now":  {[]string{"X-RateLimit-Reset", "30"}, true, client.RateLimit{Limit: none, Remaining: none, Reset: soon}},
		"milliseconds":      {[]string{"X-RateLimit-Reset", "946684830000"}, true, client.RateLimit{Limit: none, Remaining: none, Reset: soon}},
		"a date":            {[]string{"X-RateLimit-Reset", "Sat, 01 Jan 2000 00:00:30 GMT"}, true, client.RateLimit{Limit: none, Remaining: none, Reset: soon}},
		"without X":         {[]string{"RateLimit-Limit", "100", "RateLimit-Remaining", "7", "RateLimit-Reset", "30"}, true, client.RateLimit{Limit: 100, Remaining: 7, Reset: soon}},
		"several periods":   {[]string{"RateLimit-Limit", "100, 100;w=60"}, true, client.RateLimit{Limit: 100, Remaining: none}},
		"one field":         {[]string{"RateLimit", "limit=100, remaining=7, reset=30"}, true, client.RateLimit{Limit: 100, Remaining: 7, Reset: soon}},
		"a structured one":  {[]string{"RateLimit", `"default";r=7;t=30`, "RateLimit-Policy", `"default";q=100;w=60`}, true, client.RateLimit{Limit: 100, Remaining: 7, Reset: soon}},
		"Retry-After":       {[]string{"Retry-After", "30"}, true, client.RateLimit{Limit: none, Remaining: none, RetryAfter: 30 * time.Second}},
		"not numbers":       {[]string{"X-RateLimit-Limit", "many", "RateLimit", "x"}, false, client.RateLimit{Limit: none, Remaining: none}},
		"negative, too big": {[]string{"X-RateLimit-Limit", "-4", "X-RateLimit-Remaining", "99999999999999999999"}, false, client.RateLimit{Limit: none, Remaining: none}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, _ := newScripted(t, []step{respond(200, document, tt.header...), respond(500, "", tt.header...)})
				check := func(got client.RateLimit, ok bool) {
					t.Helper()
					if ok != tt.ok || !got.Reset.Equal(tt.want.Reset) || got.Limit != tt.want.Limit || got.Remaining != tt.want.Remaining || got.RetryAfter != tt.want.RetryAfter {
						t.Errorf("got %+v %v, want %+v", got, ok, tt.want)
					}
				}
				r, err := c.UpdateWorkspaceGroup(t.Context(), 7, acme)
				if err != nil {
					t.Fatal(err)
				}
				check(r.RateLimit())
				_, err = c.UpdateWorkspaceGroup(t.Context(), 7, acme)
				var answer *client.Error
				if !errors.As(err, &answer) {
					t.Fatal(err)
				}
				check(answer.RateLimit())
			})
		})
	}
}
