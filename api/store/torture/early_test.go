package torture

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/gen/validator"
)

// TestKillEarly kills oxgroupsd while it makes its file, and while it imports into it: all of an import is there or nothing.
func TestKillEarly(t *testing.T) {
	const groups = 500
	document := filepath.Join(t.TempDir(), "groups.json")
	text, err := validator.AppendWorkspaceGroupDocument(nil, data(groups))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(document, text, 0o600); err != nil {
		t.Fatal(err)
	}
	chance, whole, nothing := random(t), 0, 0
	var took time.Duration
	for range 2 { // the first time oxgroupsd has to be built
		began := time.Now()
		command(t, storeIn(t), "import", document).end(t)
		took = time.Since(began)
	}
	for range times(*kills, 4, 60) {
		store := storeIn(t)
		killAfter(chance, 40*time.Millisecond, start(t, store))
		killAfter(chance, took*3/2, command(t, store, "import", document))
		switch n := groupsIn(t, store); n {
		case 0:
			nothing++
		case groups:
			whole++
		default:
			t.Errorf("torn: %d groups of an import of %d are there", n, groups)
		}
		command(t, store, "import", document).end(t)
		if n := groupsIn(t, store); n != groups {
			t.Errorf("lost: %d groups are there, %d were imported", n, groups)
		}
	}
	t.Logf("imports that were killed: %d had done nothing, %d all", nothing, whole)
}

func storeIn(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "groups.db") }

// killAfter kills a process after some time, up to limit.
func killAfter(chance *rand.Rand, limit time.Duration, p *process) {
	<-time.After(time.Duration(chance.Int64N(int64(limit))))
	p.kill()
}

// groupsIn opens a file, looks whether it is sound, and counts its groups.
func groupsIn(t *testing.T, url string) int {
	t.Helper()
	path := url[len("sqlite:"):]
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	count := func(k group.Kind, _ *group.Row) error {
		if k == group.GroupKind {
			found++
		}
		return nil
	}
	if err := errors.Join(store.Export(t.Context(), account, count), store.Close(), integrity("file:"+filepath.ToSlash(path))); err != nil {
		t.Fatal(err)
	}
	return found
}
