package torture

import (
	"flag"
	"math/rand/v2"
	"os"
	"testing"

	"example.com/oxgroups/api/internal/postgrestest"
)

var (
	torture   = flag.Bool("torture", false, "run the long versions")
	seed      = flag.Uint64("seed", 0, "what random choices follow from; 0 is a new one for each run")
	histories = flag.Int("histories", 0, "how many histories of each engine are checked (2, long: 100)")
	kills     = flag.Int("kills", 0, "how often oxgroupsd is killed (5, long: 200)")
	cuts      = flag.Int("cuts", 0, "at how many writes of each run the power is cut (40 and 4, long: at each, five times)")
	crashes   = flag.Int("crashes", 0, "how often PostgreSQL crashes (2, long: 50)")
	failovers = flag.Int("failovers", 0, "how often a standby of PostgreSQL takes over (2, long: 20)")
	updates   = flag.Int("updates", 0, "how many updates two oxgroupsd make on one PostgreSQL (400, long: 1000000)")
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := postgrestest.Run(m)
	removeBinary()
	os.Exit(code)
}

// times is what a flag says, or how often it is in the short or the long version.
func times(set, short, long int) int {
	switch {
	case set > 0:
		return set
	case *torture:
		return long
	}
	return short
}

// random returns numbers that follow from the seed, which is logged so that a failure can be repeated.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64()
	}
	t.Logf("random choices follow from -seed %d", s)
	return rand.New(rand.NewPCG(s, 0))
}
