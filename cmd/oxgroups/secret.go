package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"golang.org/x/term"

	"example.com/oxgroups/api/client"
)

// maxToken bounds what is read as a token.
const maxToken = 64 << 10

// readToken reads a token from stdin: with a prompt and without an echo from a terminal, else the one line that is there.
func readToken(ctx context.Context, sys system, prompt string) (string, error) {
	var (
		text []byte
		err  error
	)
	if fd, ok := terminal(sys.stdin); ok {
		text, err = readPassword(ctx, sys, fd, prompt)
	} else if text, err = readAll(ctx, sys.stdin, maxToken); err != nil {
		err = fmt.Errorf("reading the token from stdin: %w", err)
	}
	if err != nil {
		return "", err
	}
	line := strings.TrimRight(string(text), "\r\n")
	if line == "" {
		return "", usagef("stdin has no token")
	}
	token := line
	if _, err := client.New(client.WithToken(token)); err != nil {
		return "", &usageError{err}
	}
	return token, nil
}

// readPassword reads a line that the terminal does not show. The terminal does not show what is typed before the prompt
// either, and is as it was afterwards.
func readPassword(ctx context.Context, sys system, fd int, prompt string) ([]byte, error) {
	state, err := term.MakeRaw(fd)
	if err != nil {
		return nil, fmt.Errorf("preparing the terminal: %w", err)
	}
	keys := &keyboard{from: sys.stdin}
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, sys.stderr}, "")
	text, err := interruptible(ctx, func() ([]byte, error) {
		line, err := screen.ReadPassword(prompt)
		return []byte(line), err
	})
	if err := term.Restore(fd, state); err != nil {
		return nil, fmt.Errorf("giving the terminal its echo back: %w", err)
	}
	if err != nil {
		_, _ = fmt.Fprintln(sys.stderr) // the prompt's line is not ended
	}
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case keys.interrupted.Load():
		return nil, errInterrupted
	case errors.Is(err, io.EOF): // Ctrl-D
		return nil, nil
	}
	return text, err
}

// keyboard notices Ctrl-C, which is a key like others while the terminal does not show them.
type keyboard struct {
	from        io.Reader
	interrupted atomic.Bool
}

// Read reads keys.
func (k *keyboard) Read(p []byte) (int, error) {
	n, err := k.from.Read(p)
	if bytes.IndexByte(p[:n], '\x03') >= 0 {
		k.interrupted.Store(true)
	}
	return n, err
}

// readAll reads r, which must not have more than limit bytes.
func readAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	data, err := interruptible(ctx, func() ([]byte, error) { return io.ReadAll(io.LimitReader(r, limit+1)) })
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("it is larger than %d bytes", limit)
	}
	return data, err
}

// interruptible returns what read returns, or the error of ctx when that ends first. A read from stdin cannot be ended:
// it is left behind then, and ends with the program, which has nothing more to do.
func interruptible(ctx context.Context, read func() ([]byte, error)) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		data, err := read()
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
