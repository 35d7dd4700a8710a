//go:build !unix

package postgrestest

import "testing"

// Pair is not to be had on this system.
type Pair struct{}

// StartPair skips the test.
func StartPair(tb testing.TB) *Pair { tb.Skip("PostgreSQL is not tested on this system"); return nil }

// Database does nothing.
func (*Pair) Database(testing.TB) string { return "" }

// Kill does nothing.
func (*Pair) Kill(testing.TB) {}

// Demote does nothing.
func (*Pair) Demote(testing.TB) {}

// StopStandby does nothing.
func (*Pair) StopStandby(testing.TB) {}

// Rejoin does nothing.
func (*Pair) Rejoin(testing.TB) {}

// Bouncer skips the test.
func Bouncer(tb testing.TB, _ string) string {
	tb.Skip("PgBouncer is not tested on this system")
	return ""
}
