package main

import (
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Every stack does every case as it should: what is compared is comparable.
func TestOperations(t *testing.T) {
	for _, c := range cases {
		for _, name := range c.stacks {
			if c.name == "nested" && name == stack.Kin {
				continue // it takes many seconds and gigabytes, which is what the case is there to show
			}
			t.Run(c.name+"/"+name, func(t *testing.T) {
				s, err := stack.New(name)
				if err != nil {
					t.Fatal(err)
				}
				if err := c.op(s).check(); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// Without the token no stack does any work.
func TestToken(t *testing.T) {
	for _, name := range append(servers[:4:4], stack.KinAll, stack.NetHTTP) {
		t.Run(name, func(t *testing.T) {
			s, err := stack.New(name)
			if err != nil {
				t.Fatal(err)
			}
			e := newExchange(s.Handler, path, typical)
			e.template.Header.Set("Authorization", "Bearer another")
			if err := e.check(401, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTargetsNameStacks(t *testing.T) {
	for _, c := range cases {
		if c.stacks[0] != stack.Ours {
			t.Errorf("%s: the first stack is %s", c.name, c.stacks[0])
		}
		measured := map[string]bool{}
		for _, name := range c.stacks {
			measured[name] = true
		}
		for name := range c.targets {
			if !measured[name] {
				t.Errorf("%s has a target for %s, which is not measured", c.name, name)
			}
		}
	}
}
