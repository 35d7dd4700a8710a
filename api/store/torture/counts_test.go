package torture

import (
	"fmt"
	"sync"
	"testing"
)

// counts are what a proof comes to. It is safe for concurrent use.
type counts struct {
	mu           sync.Mutex
	cycles       int
	acknowledged int
	lost         int // acknowledged updates that are not there
	torn         int // updates of which a part is there
	examples     []string
}

func (c *counts) cycle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cycles++
}

func (c *counts) acknowledge() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.acknowledged++
}

// blame counts what a check found, "" being nothing.
func (c *counts) blame(lost, torn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, found := range []struct {
		n    *int
		what string
	}{{&c.lost, lost}, {&c.torn, torn}} {
		if found.what != "" {
			*found.n++
			c.examples = append(c.examples, found.what)
		}
	}
}

func (c *counts) String() string {
	return fmt.Sprintf("cycles %d, acknowledged %d, lost %d, torn %d", c.cycles, c.acknowledged, c.lost, c.torn)
}

// report prints the counts and fails where something was lost or torn.
func (c *counts) report(t *testing.T) {
	t.Helper()
	t.Log(c)
	if c.lost+c.torn > 0 {
		t.Errorf("%v, for example: %s", c, c.examples[0])
	}
	if c.acknowledged == 0 {
		t.Error("nothing was acknowledged, so nothing was proved")
	}
}
