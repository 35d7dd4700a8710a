package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
)

// Grown is a store with groups of which the ids follow one another.
type Grown struct {
	Store  group.Updater
	Caller group.Caller
	First  int64 // the first id
}

// Growth measures updates of only the name, in turns, in a small and in a large store, and reports how long they take in the
// large one against the small one. grown makes a store with so many groups, the first of which has so many members.
func Growth(b *testing.B, grown func(b *testing.B, groups, members int) Grown) {
	for _, kind := range []struct {
		name    string
		groups  [2]int // of which random ones are updated
		members [2]int
	}{
		{"groups=1000,100000", [2]int{1_000, 100_000}, [2]int{10, 10}},
		{"groups=1000,1000000", [2]int{1_000, 1_000_000}, [2]int{10, 10}},
		{"workspaces=10,1000", [2]int{1, 1}, [2]int{10, 1_000}},
		{"workspaces=10,100000", [2]int{1, 1}, [2]int{10, 100_000}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			var took [2]time.Duration
			var runs [2]func(n int)
			for i := range runs {
				g, chance := grown(b, kind.groups[i], kind.members[i]), rand.New(rand.NewPCG(1, 2))
				runs[i] = func(n int) { g.rename(b, n, func() int64 { return chance.Int64N(int64(kind.groups[i])) }) }
				runs[i](200) // connections are made, statements are prepared
			}
			for b.Loop() {
				for i, run := range runs {
					before := time.Now()
					run(20)
					took[i] += time.Since(before)
				}
			}
			b.ReportMetric(float64(took[1])/float64(took[0]), "large-against-small")
		})
	}
}

// rename gives groups other names, n times: those that are as far behind the first one as which says.
func (g Grown) rename(b *testing.B, n int, which func() int64) {
	b.Helper()
	for i := range n {
		id := g.First + which()
		u := renamed(fmt.Sprintf("Group %d, %d", id, i))
		if _, err := g.Store.Update(context.Background(), g.Caller, id, u, group.Includes{}); err != nil {
			b.Fatal(err)
		}
	}
}
