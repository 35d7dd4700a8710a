// Package storetest holds every engine to the contract of group.Store, so that no caller can tell one from another. What only
// one engine has, such as its files, is tested beside that engine.
package storetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/internal/postgrestest"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/api/store/sqlite"
)

func TestMain(m *testing.M) { os.Exit(postgrestest.Run(m)) }

// Opener returns a new empty store, which may have a clock of its own; it registers with t what closes it. Closing twice is part
// of the contract.
type Opener func(t *testing.T, clock ...func() time.Time) group.Store

func TestMemory(t *testing.T) {
	run(t, func(t *testing.T, clock ...func() time.Time) group.Store {
		return closing(t, memory.Open(memory.WithClock(first(clock))), nil)
	})
}

func TestSQLite(t *testing.T) { run(t, openSQLite) }

func openSQLite(t *testing.T, clock ...func() time.Time) group.Store {
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "groups.db"), sqlite.WithClock(first(clock)))
	return closing(t, s, err)
}

// TestPostgreSQL gives each store a schema of its own.
func TestPostgreSQL(t *testing.T) {
	url := postgrestest.Database(t)
	run(t, func(t *testing.T, clock ...func() time.Time) group.Store {
		return openPostgreSQL(t, postgrestest.Schema(t, url), clock...)
	})
}

func openPostgreSQL(t *testing.T, url string, clock ...func() time.Time) group.Store {
	s, err := postgres.Open(t.Context(), url, postgres.WithClock(first(clock)))
	return closing(t, s, err)
}

func first(clock []func() time.Time) func() time.Time {
	if len(clock) == 0 {
		return time.Now
	}
	return clock[0]
}

func closing(t *testing.T, s group.Store, err error) group.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func run(t *testing.T, open Opener) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Opener)
	}{
		{"Update", testUpdate},
		{"Partial", testPartial},
		{"UpdatedAt", testUpdatedAt},
		{"Members", testMembers},
		{"Reference", testReference},
		{"Refusals", testRefusals},
		{"Names", testNames},
		{"Text", testText},
		{"Includes", testIncludes},
		{"Associations", testAssociations},
		{"Concurrency", testConcurrency},
		{"Contexts", testContexts},
		{"Tokens", testTokens},
		{"RoundTrip", testRoundTrip},
		{"Import", testImport},
		{"ImportRefusals", testImportRefusals},
		{"Misfits", testMisfits},
		{"Lossless", testLossless},
		{"Documents", testDocuments},
		{"Numbering", testNumbering},
		{"Time", testTime},
		{"TokenTimes", testTokenTimes},
		{"TokenCache", testTokenCache},
		{"Replace", testReplace},
		{"Seen", testSeen},
		{"Close", testClose},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}
