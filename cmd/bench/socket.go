package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

// many is how many connections a busy server has here.
const many = 32

// socketStacks are the servers that are measured over a socket. The last one does nothing but what net/http does for
// every request: no server on it can take less.
var socketStacks = append(servers[:4:4], stack.NetHTTP, stack.Floor)

// mode is a number of connections and the two cases that come of it.
type mode struct {
	conns        int
	latency, cpu result
}

func newMode(conns int, about string) *mode {
	m := &mode{conns: conns}
	m.latency.name, m.latency.about = fmt.Sprint("socket-", conns), "latency of request over TCP, "+about
	m.cpu.name, m.cpu.about = fmt.Sprint("cpu-", conns), "CPU time of the server for request, over TCP, "+about
	for _, name := range socketStacks {
		m.latency.cells = append(m.latency.cells, cell{stack: name})
		m.cpu.cells = append(m.cpu.cells, cell{stack: name})
	}
	return m
}

// measureSockets sends the valid request over TCP; the stacks take turns.
func measureSockets(ctx context.Context, processes map[string]*process, rounds int, slice time.Duration) (results []result, err error) {
	for _, m := range []*mode{newMode(1, "one connection"), newMode(many, fmt.Sprint(many, " connections"))} {
		if err := m.measure(ctx, processes, rounds, slice); err != nil {
			return nil, err
		}
		results = append(results, m.latency, m.cpu)
	}
	return results, nil
}

func (m *mode) measure(ctx context.Context, processes map[string]*process, rounds int, slice time.Duration) (err error) {
	loads := make([]*load, len(socketStacks))
	for i, name := range socketStacks {
		if loads[i], err = dial(processes[name].addr, m.conns); err != nil {
			return fmt.Errorf("%s, %s: %w", m.latency.name, name, err)
		}
		defer func() { err = errors.Join(err, loads[i].close()) }()
	}
	for round := -1; round < rounds; round++ { // the first one is to warm up
		for i, name := range socketStacks {
			if err := ctx.Err(); err != nil {
				return err
			}
			latency, used, err := exchangeFor(slice, processes[name], loads[i])
			if err != nil {
				return fmt.Errorf("%s, %s: %w", m.latency.name, name, err)
			}
			if round < 0 {
				continue
			}
			n := float64(len(latency))
			l, c := &m.latency.cells[i], &m.cpu.cells[i]
			l.ns, c.ns = append(l.ns, median(latency)), append(c.ns, used.NS/n)
			l.allocs, c.allocs = append(l.allocs, math.Round(used.Allocs/n)), append(c.allocs, math.Round(used.Allocs/n))
		}
	}
	return nil
}

// exchangeFor sends requests for one slice and returns how long each took, and what the server used for all.
func exchangeFor(slice time.Duration, p *process, l *load) (latency []float64, used answer, err error) {
	before, err := p.ask(order{Do: doUsage})
	if err != nil {
		return nil, used, err
	}
	if latency, err = l.run(slice); err != nil {
		return nil, used, err
	}
	after, err := p.ask(order{Do: doUsage})
	if err != nil {
		return nil, used, err
	}
	return latency, answer{NS: after.NS - before.NS, Allocs: after.Allocs - before.Allocs}, nil
}
