package clienttest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// When says which requests a fault hits. It is called for one request at a time, in the order in which they arrive, by
// whichever goroutine serves it, so it must not wait and must not call the Server.
type When func(Arrival) bool

// Arrival is what is known of a request when it arrives.
type Arrival struct {
	N       int     // 1 is the first request since New or Reset
	Nth     int     // 1 is the first request since the fault was scripted
	GroupID int64   // 0 where the path has no id
	Random  float64 // from 0 up to 1, by the seed, the fault and Nth
}

// Always is every request.
func Always() When { return func(Arrival) bool { return true } }

// Nth are the requests with these numbers; 1 is the first one since the fault was scripted.
func Nth(n ...int) When { return func(a Arrival) bool { return slices.Contains(n, a.Nth) } }

// First are the first n requests since the fault was scripted.
func First(n int) When { return func(a Arrival) bool { return a.Nth <= n } }

// Every is each kth request: for 3 the third, the sixth, and so on.
func Every(k int) When { return func(a Arrival) bool { return k > 0 && a.Nth%k == 0 } }

// Sometimes is a request with a probability of p, from 0 to 1. Which ones are hit depends on WithSeed and on nothing else:
// of the first thousand requests the same ones are, however many callers send them.
func Sometimes(p float64) When { return func(a Arrival) bool { return a.Random < p } }

// ForGroup are the requests for the groups with these ids, whether or not there are such groups.
func ForGroup(ids ...int64) When {
	return func(a Arrival) bool { return slices.Contains(ids, a.GroupID) }
}

// And are the requests that are in all of whens.
func And(whens ...When) When {
	return func(a Arrival) bool {
		return !slices.ContainsFunc(whens, func(w When) bool { return !w(a) })
	}
}

// rule is a fault and when it hits.
type rule struct {
	when  When
	fault Fault
	since int // how many requests there were when it was scripted
}

// hits reports whether the rule, which is the ith one, hits request n.
func (r *rule) hits(seed uint64, i, n int, groupID int64) bool {
	nth := n - r.since
	random := rand.New(rand.NewPCG(seed, uint64(i)<<48^uint64(nth))).Float64()
	return r.when(Arrival{N: n, Nth: nth, GroupID: groupID, Random: random})
}

// groupID returns the id in the path of a request, or 0.
func groupID(path string) int64 {
	id, err := strconv.ParseInt(strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".json"), 10, 64)
	if err != nil || id < 1 {
		return 0
	}
	return id
}
