package sqlite_test

import (
	"path/filepath"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/api/store/storetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) group.Store {
		return open(t, filepath.Join(t.TempDir(), "groups.db"))
	})
}

func open(t testing.TB, path string, opts ...sqlite.Option) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return store
}
