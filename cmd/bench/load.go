package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"example.com/oxgroups/cmd/bench/internal/canned"
)

// load is a number of connections to one server. On each of them requests follow each other without a pause.
type load struct {
	conns   []*connection
	request []byte
}

// connection is kept open over all rounds.
type connection struct {
	net.Conn
	reader *bufio.Reader
	ns     []float64    // of each request in a slice
	vary   func([]byte) // makes a request another one; nil where all are the same
}

// dial opens n connections and checks one reply.
func dial(addr string, n int) (*load, error) {
	request, err := wire(addr)
	if err != nil {
		return nil, err
	}
	l := &load{request: request}
	for range n {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l.conns = append(l.conns, &connection{Conn: c, reader: bufio.NewReader(c)})
	}
	reply, err := l.conns[0].send(request)
	if err == nil {
		err = equalJSON(reply, canned.Document(false))
	}
	if err != nil {
		return nil, errors.Join(err, l.close())
	}
	return l, nil
}

// wire returns the bytes of the request.
func wire(addr string) ([]byte, error) {
	r, err := http.NewRequest(http.MethodPut, "http://"+addr+path, bytes.NewReader([]byte(typical)))
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

func (c *connection) send(request []byte) (reply []byte, err error) {
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	res, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, err
	}
	reply, err = io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answered %d", res.StatusCode)
	}
	return reply, nil
}

// run sends requests on every connection for d and returns how long each took.
func (l *load) run(d time.Duration) (ns []float64, err error) {
	var wg sync.WaitGroup
	errs := make([]error, len(l.conns))
	end := time.Now().Add(d)
	for i, c := range l.conns {
		wg.Go(func() { errs[i] = c.runUntil(end, l.request) })
	}
	wg.Wait()
	for _, c := range l.conns {
		ns = append(ns, c.ns...)
	}
	return ns, errors.Join(errs...)
}

func (c *connection) runUntil(end time.Time, request []byte) error {
	c.ns = c.ns[:0]
	if err := c.SetDeadline(end.Add(10 * time.Second)); err != nil {
		return err
	}
	for start := time.Now(); start.Before(end); {
		if c.vary != nil {
			c.vary(request)
		}
		if _, err := c.send(request); err != nil {
			return err
		}
		now := time.Now()
		c.ns = append(c.ns, float64(now.Sub(start)))
		start = now
	}
	return nil
}

func (l *load) close() error {
	var errs []error
	for _, c := range l.conns {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
