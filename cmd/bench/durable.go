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

// dialWrites opens the connections and checks one reply: it has to be about as long as the one that echo returns.
func dialWrites(addr string) (*writes, error) {
	w := &writes{}
	for i := range durableConns {
		request, err := wireUpdate(addr, i%stack.Groups+1)
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, errors.Join(err, w.close())
		}
		w.requests = append(w.requests, request)
		w.conns = append(w.conns, &connection{Conn: c, reader: bufio.NewReader(c), vary: count(request)})
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

// wireUpdate returns the bytes of a request for a group.
func wireUpdate(addr string, id int) ([]byte, error) {
	body := strings.NewReplacer("Acme Corporation", stack.GroupName(id), numbered, strings.Repeat("0", len(numbered))).Replace(typical)
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
func measureDurable(ctx context.Context, rounds int, slice time.Duration) (line string, err error) {
	names := []string{stack.Durable, stack.EchoCanned}
	rates := make([][]float64, len(names))
	loads := make([]*writes, len(names))
	for i, name := range names {
		p, err := startProcess(ctx, name)
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, p.stop()) }()
		if loads[i], err = dialWrites(p.addr); err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		defer func() { err = errors.Join(err, loads[i].close()) }()
	}
	for round := -1; round < rounds; round++ { // the first one is to warm up
		for i := range names {
			if err := ctx.Err(); err != nil {
				return "", err
			}
			rate, err := loads[i].run(slice)
			if err != nil {
				return "", fmt.Errorf("%s: %w", names[i], err)
			}
			if round >= 0 {
				rates[i] = append(rates[i], rate)
			}
		}
	}
	ours, theirs := median(rates[0]), median(rates[1])
	return fmt.Sprintf("durable: PUT on SQLite, %d connections: %.0f/s; echo with a canned reply: %.0f/s; ratio %.2f, target at least %.2f, holds: %t",
		durableConns, ours, theirs, ours/theirs, durableTarget, ours/theirs >= durableTarget), nil
}
