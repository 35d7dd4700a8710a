package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

// started is the process of a stack inside of the test.
func started(t *testing.T, name string) *process {
	t.Helper()
	orders, in := io.Pipe()
	out, answers := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- errors.Join(serve(t.Context(), name, orders, answers), answers.Close()) }()
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), <-ended); err != nil {
			t.Error(err)
		}
	})
	p := &process{stack: name, in: in, orders: json.NewEncoder(in), answers: json.NewDecoder(out)}
	var first answer
	if err := p.answers.Decode(&first); err != nil {
		t.Fatal(err)
	}
	p.addr = first.Addr
	return p
}

func TestProcessMeasures(t *testing.T) {
	p := started(t, stack.Ours)
	if _, err := p.ask(order{Do: doCheck, Case: "request"}); err != nil {
		t.Error(err)
	}
	a, err := p.ask(order{Do: doSample, Case: "request", Count: 10})
	if err != nil || a.NS <= 0 || a.Allocs <= 0 {
		t.Errorf("a sample is %+v, %v", a, err)
	}
	for _, o := range []order{{Do: doCheck, Case: "none"}, {Do: "dance", Case: "request"}} {
		if _, err := p.ask(o); err == nil {
			t.Errorf("%+v is no error", o)
		}
	}
}

func TestProcessServes(t *testing.T) {
	for _, name := range append(servers[:4:4], stack.NetHTTP, stack.Floor) {
		t.Run(name, func(t *testing.T) {
			p := started(t, name)
			l, err := dial(p.addr, 3)
			if err != nil {
				t.Fatal(err)
			}
			latency, used, err := exchangeFor(20*time.Millisecond, p, l)
			if err := errors.Join(err, l.close()); err != nil {
				t.Fatal(err)
			}
			if len(latency) < 3 || used.Allocs <= 0 {
				t.Errorf("%d requests, used %+v", len(latency), used)
			}
		})
	}
}

func TestUnknownStack(t *testing.T) {
	if err := serve(t.Context(), "none", strings.NewReader(""), io.Discard); err == nil {
		t.Error("a stack that does not exist is served")
	}
}
