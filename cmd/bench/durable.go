package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/oxgroups/cmd/bench/internal/canned"
	"example.com/oxgroups/cmd/bench/internal/stack"
)

const (
	// durableConns is how many connections the server on SQLite has.
	durableConns = 64
	// durableTarget is the least share of the throughput of a handler on echo that returns always the same bytes.
	durableTarget = 0.4
)

// numbered is what of the notes in typical makes room for a number, so that every request changes a row.
const numbered = "Prefers rockets"

// writes are connections that update one group each, with other notes in each request.
type writes struct {
	conns    []*connection
	requests [][]byte
}

// oneField is what typical has of the notes.
const oneField = `{"workspace_group":{"name":"Acme Corporation","notes":"Prefers rockets.\nCall before noon; the café is closed on Mondays."}}`

// dialWrites opens the connections, has every group get all fields, and checks one reply: it has to be about as long as the
// one that echo returns.
func dialWrites(addr, body string) (*writes, error) {
	w := &writes{}
	for i := range durableConns {
		c, request, err := dialWrite(addr, body, i%stack.Groups+1)
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		w.requests, w.conns = append(w.requests, request), append(w.conns, c)
	}
	reply, err := w.conns[0].send(w.requests[0])
	if want := len(canned.Document(false)); err == nil && (len(reply) < want*9/10 || len(reply) > want*11/10) {
		err = fmt.Errorf("the reply has %d bytes, want about %d", len(reply), want)
	}
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func dialWrite(addr, body string, id int) (c *connection, request []byte, err error) {
	all, err := wireUpdate(addr, typical, id)
	if err != nil {
		return nil, nil, err
	}
	if request, err = wireUpdate(addr, body, id); err != nil {
		return nil, nil, err
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	c = &connection{Conn: conn, reader: bufio.NewReader(conn), vary: count(request)}
	if _, err = c.send(all); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return c, request, nil
}

// wireUpdate returns the bytes of a request for a group.
func wireUpdate(addr, body string, id int) ([]byte, error) {
	body = strings.NewReplacer("Acme Corporation", stack.GroupName(id), numbered, strings.Repeat("0", len(numbered))).Replace(body)
	r, err := http.NewRequest(http.MethodPut, "http://"+addr+canned.BasePath+"/workspace_groups/"+strconv.Itoa(id), strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = header()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// count returns a function that adds one to the number in a request.
func count(request []byte) func([]byte) {
	at := bytes.Index(request, []byte(strings.Repeat("0", len(numbered))))
	return func(request []byte) {
		for i := at + len(numbered) - 1; i >= at; i-- {
			if request[i]++; request[i] <= '9' {
				return
			}
			request[i] = '0'
		}
	}
}

// run sends requests on every connection for d and returns how many were answered in a second.
func (w *writes) run(d time.Duration) (float64, error) {
	var wg sync.WaitGroup
	errs := make([]error, len(w.conns))
	start := time.Now()
	for i, c := range w.conns {
		wg.Go(func() { errs[i] = c.runUntil(start.Add(d), w.requests[i]) })
	}
	wg.Wait()
	n := 0
	for _, c := range w.conns {
		n += len(c.ns)
	}
	return float64(n) / time.Since(start).Seconds(), errors.Join(errs...)
}

func (w *writes) close() error {
	var errs []error
	for _, c := range w.conns {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// measureDurable compares the server on SQLite, where every update is on the disk before it is answered, with echo, which
// does nothing. They take turns.
func measureDurable(ctx context.Context, rounds int, slice time.Duration) (lines []string, err error) {
	ours, err := startProcess(ctx, stack.Durable)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ours.stop()) }()
	peer, err := startProcess(ctx, stack.EchoCanned)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, peer.stop()) }()
	for _, kind := range []struct{ name, body string }{{"one field", oneField}, {"every field", typical}} {
		line, err := compare(ctx, [2]*process{ours, peer}, kind.body, rounds, slice)
		if err != nil {
			return nil, fmt.Errorf("durable, %s: %w", kind.name, err)
		}
		lines = append(lines, fmt.Sprintf("durable: PUT of %s on SQLite, %d connections: %s", kind.name, durableConns, line))
	}
	return lines, nil
}

func compare(ctx context.Context, processes [2]*process, body string, rounds int, slice time.Duration) (line string, err error) {
	var loads [2]*writes
	for i, p := range processes {
		if loads[i], err = dialWrites(p.addr, body); err != nil {
			return "", fmt.Errorf("%s: %w", p.stack, err)
		}
		defer func() { err = errors.Join(err, loads[i].close()) }()
	}
	var ours, theirs, ratios []float64
	for round := -1; round < rounds; round++ { // the first one is to warm up
		if err := ctx.Err(); err != nil {
			return "", err
		}
		var rates [2]float64
		for i, p := range processes {
			if rates[i], err = loads[i].run(slice); err != nil {
				return "", fmt.Errorf("%s: %w", p.stack, err)
			}
		}
		if round >= 0 {
			ours, theirs, ratios = append(ours, rates[0]), append(theirs, rates[1]), append(ratios, rates[0]/rates[1])
		}
	}
	ratio := median(ratios)
	return fmt.Sprintf("%.0f/s; echo with a canned reply: %.0f/s; ratio %.2f, target at least %.2f, holds: %t",
		median(ours), median(theirs), ratio, durableTarget, ratio >= durableTarget), nil
}
