package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

// order is what the process of a stack is asked for, as a line of JSON; it has one answer.
type order struct {
	Do    string `json:"do"`
	Case  string `json:"case,omitempty"`
	Count int    `json:"count,omitempty"`
}

// What can be ordered.
const (
	doCheck  = "check"  // one operation, to see whether it does the right thing
	doSample = "sample" // so many operations; NS and Allocs are those of one
	doUsage  = "usage"  // NS is the CPU time of the process, Allocs all its allocations
)

type answer struct {
	Addr   string  `json:"addr,omitempty"` // in the first one, which nobody asks for
	NS     float64 `json:"ns"`
	Allocs float64 `json:"allocs"`
	Error  string  `json:"error,omitempty"`
}

// serve is the process of one stack: its memory and its time are its own, and none of a peer's or of the client's. It
// listens, says where, answers orders, and ends where in does.
func serve(ctx context.Context, name string, in io.Reader, out io.Writer) (err error) {
	var s *stack.Stack // nil of the one that can only be asked over its socket
	if name != stack.Durable {
		if s, err = stack.New(name); err != nil {
			return err
		}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- stack.Serve(ctx, name, ln) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	return obey(s, ln.Addr().String(), in, out)
}

func obey(s *stack.Stack, addr string, in io.Reader, out io.Writer) error {
	answers, orders := json.NewEncoder(out), json.NewDecoder(in)
	if err := answers.Encode(answer{Addr: addr}); err != nil {
		return err
	}
	for {
		var o order
		if err := orders.Decode(&o); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("read an order: %w", err)
		}
		a, err := do(s, o)
		if err != nil {
			a.Error = err.Error()
		}
		if err := answers.Encode(a); err != nil {
			return err
		}
	}
}

func do(s *stack.Stack, o order) (a answer, err error) {
	if o.Do == doUsage {
		return usage()
	}
	op, err := findOp(o.Case, s)
	if err != nil {
		return a, err
	}
	switch o.Do {
	case doCheck:
		return a, op.check()
	case doSample:
		a.NS, a.Allocs = sample(op.run, o.Count)
		return a, nil
	default:
		return a, fmt.Errorf("nobody knows how to do %q", o.Do)
	}
}

func usage() (a answer, err error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return a, os.NewSyscallError("getrusage", err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return answer{NS: float64(r.Utime.Nano() + r.Stime.Nano()), Allocs: float64(m.Mallocs)}, nil
}
