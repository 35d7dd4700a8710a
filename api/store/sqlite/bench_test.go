package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/oxgroups/api/group"
)

// BenchmarkUpdate has callers that change one field of one group each.
func BenchmarkUpdate(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			store, caller := loaded(b, filepath.Join(b.TempDir(), "groups.db"))
			b.ReportAllocs()
			b.ResetTimer()
			update(b, store, caller, callers, b.N)
		})
	}
}

// update has a number of callers make n updates of one group.
func update(b *testing.B, store group.Updater, caller group.Caller, callers, n int) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if _, err := store.Update(context.Background(), caller, 7, noted(fmt.Sprint(i)), group.Includes{}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
