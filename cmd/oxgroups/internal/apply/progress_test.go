package apply

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"example.com/oxgroups/api/bulk"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// Without a terminal there is a line of text every ten seconds.
func TestProgressAsText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stderr bytes.Buffer
		out := console.IO{Err: &stderr, Getenv: func(string) string { return "" }, TextInterval: 10 * time.Second}
		stopping := make(chan struct{})
		d := show(out, new(bulk.Progress), 2000, stopping)
		time.Sleep(25 * time.Second)
		close(stopping)
		synctest.Wait()
		d.end()
		const line = "0 of 2,000 rows done (0%), 0 rows/s, 0 rejected, 0 sent again, limit none\n"
		if want := line + line + "interrupted: waiting for 0 requests; interrupt again to stop at once\n"; stderr.String() != want {
			t.Errorf("got\n%swant\n%s", &stderr, want)
		}
	})
}

func TestProgressText(t *testing.T) {
	s := bulk.Snapshot{Applied: 12000, Refused: 300, Failed: 45, Before: 1000, Retries: 1234, Limit: 87.6, Elapsed: 10 * time.Second}
	const want = "13,345 of 100,000 rows done (13%), 1,235 rows/s, 1m11s left, 345 rejected, 1,234 sent again, limit 87/s"
	if got := progressText(s, 100000); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
