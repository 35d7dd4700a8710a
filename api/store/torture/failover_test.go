package torture

import (
	"slices"
	"testing"
	"time"

	"example.com/oxgroups/api/internal/postgrestest"
)

// TestFailover has the primary of a pair with synchronous replication crash, or be demoted, under load, and its standby take
// over. It reports how long nothing was acknowledged, the promotion by the test included.
func TestFailover(t *testing.T) {
	chance, pair := random(t), postgrestest.StartPair(t)
	cl := newCluster(t, pair.Database(t))
	var away []time.Duration
	for n := range times(*failovers, 2, 20) {
		event := func() { pair.Kill(t) }
		if n%2 == 1 {
			event = func() { pair.Demote(t) }
		}
		away = append(away, cl.disturb(t, chance, event))
		pair.Rejoin(t)
		cl.check(t)
	}
	slices.Sort(away)
	t.Logf("without service: median %v, at most %v", away[len(away)/2].Round(time.Millisecond), away[len(away)-1].Round(time.Millisecond))
	cl.counts.report(t)
}
