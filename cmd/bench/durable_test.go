package main

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"example.com/oxgroups/cmd/bench/internal/stack"
)

// TestDurable has both servers answer the same requests, all of them with replies of about the same size.
func TestDurable(t *testing.T) {
	for _, name := range []string{stack.Durable, stack.EchoCanned} {
		for _, body := range []string{oneField, typical} {
			w, err := dialWrites(started(t, name).addr, body)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			rate, err := w.run(20 * time.Millisecond)
			if err := errors.Join(err, w.close()); err != nil || rate <= 0 {
				t.Errorf("%s: %f a second, %v", name, rate, err)
			}
		}
	}
}

func TestCount(t *testing.T) {
	request, err := wireUpdate("127.0.0.1:1", oneField, 7)
	if err != nil {
		t.Fatal(err)
	}
	next := count(request)
	for range 100 {
		next(request)
	}
	if !bytes.Contains(request, []byte(`"notes":"000000000000100.`)) {
		t.Errorf("after 100 the request is %s", request)
	}
}
