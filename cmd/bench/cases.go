package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"example.com/oxgroups/cmd/bench/internal/canned"
	"example.com/oxgroups/cmd/bench/internal/stack"
)

// benchCase is one thing that several stacks do.
type benchCase struct {
	name    string
	about   string
	stacks  []string // ours first
	targets map[string]float64
	limits  limits
	op      func(*stack.Stack) op
}

// op is the case as one stack does it.
type op struct {
	run   func()
	check func() error // runs it once and looks at what comes of it
}

// limits are what ours may take, whatever the peers do; 0 is no limit.
type limits struct{ ns, allocs float64 }

// servers are the stacks that are measured as a whole.
var servers = []string{stack.Ours, stack.Ogen, stack.OgenNoOtel, stack.Kin}

// cases are what is measured inside of a process. net-http is only among the stacks of a case that needs no validation.
var cases = []benchCase{
	{
		name: "body", about: "a body to a typed, checked value (net-http: encoding/json, unchecked)",
		stacks:  []string{stack.Ours, stack.Ogen, stack.Kin, stack.NetHTTP},
		targets: map[string]float64{stack.Ogen: 0.65, stack.Kin: 0.08},
		op:      decoding,
	},
	{
		name: "request", about: "a valid request with every field",
		stacks:  append(servers[:4:4], stack.NetHTTP),
		targets: map[string]float64{stack.Ogen: 0.25, stack.OgenNoOtel: 0.45, stack.Kin: 0.08, stack.NetHTTP: 0.3},
		limits:  limits{allocs: 16},
		op:      request{content: typical, status: http.StatusOK, reply: canned.Document(false)}.op,
	},
	{
		name: "included", about: "the same, and five workspaces in the reply",
		stacks: append(servers[:4:4], stack.NetHTTP),
		op:     request{query: "?include=" + canned.Include, content: typical, status: http.StatusOK, reply: canned.Document(true)}.op,
	},
	{
		name: "refused", about: "a request without the name",
		stacks:  servers,
		targets: map[string]float64{stack.Ogen: 0.3, stack.Kin: 0.02},
		op:      request{content: refused, status: http.StatusBadRequest}.op,
	},
	{
		name: "refused50", about: "a request with 50 violations, of which kin-openapi reports one",
		stacks: append(servers[:4:4], stack.KinAll),
		op:     request{content: refused50, status: http.StatusBadRequest}.op,
	},
	{
		name: "large", about: "a request with 1,000 ids",
		stacks: append(servers[:4:4], stack.NetHTTP),
		op:     request{content: large, status: http.StatusOK, reply: canned.Document(false)}.op,
	},
	{
		name: "nested", about: "a request of 20 kB, 9,990 deep",
		stacks: append(servers[:4:4], stack.NetHTTP),
		limits: limits{ns: 1e6},
		op:     request{content: nested, status: http.StatusBadRequest}.op,
	},
	{
		name: "encode", about: "the reply to JSON (net-http: encoding/json)",
		stacks: []string{stack.Ours, stack.Ogen, stack.NetHTTP},
		op:     encoding,
	},
}

// findOp returns a case as s does it.
func findOp(name string, s *stack.Stack) (op, error) {
	i := slices.IndexFunc(cases, func(c benchCase) bool { return c.name == name })
	if i < 0 {
		return op{}, fmt.Errorf("no case is called %q", name)
	}
	return cases[i].op(s), nil
}

// request is a whole request through ServeHTTP: routing, token, request id, body, canned store, reply.
type request struct {
	query   string
	content string
	status  int
	reply   []byte // nil where each stack has its own
}

func (r request) op(s *stack.Stack) op {
	e := newExchange(s.Handler, path+r.query, r.content)
	return op{e.do, func() error { return e.check(r.status, r.reply) }}
}

func decoding(s *stack.Stack) op {
	content := []byte(typical)
	return op{
		run: func() { _ = s.Decode(content) },
		check: func() error {
			if s.Decode([]byte(`{"workspace_group":[]}`)) == nil {
				return errors.New("takes a list for an object")
			}
			return s.Decode(content)
		},
	}
}

func encoding(s *stack.Stack) op {
	return op{
		run: func() { _ = s.Encode(io.Discard) },
		check: func() error {
			var w writer
			return errors.Join(s.Encode(&w), equalJSON(w.body, canned.Document(false)))
		},
	}
}
