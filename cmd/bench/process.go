package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// process is a running process of one stack.
type process struct {
	stack   string
	addr    string
	cmd     *exec.Cmd
	in      io.WriteCloser
	orders  *json.Encoder
	answers *json.Decoder
}

// startProcess starts this program again, as a stack.
func startProcess(ctx context.Context, name string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{stack: name, cmd: exec.CommandContext(ctx, self, "-serve", name)}
	p.cmd.Stderr = os.Stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.orders, p.answers = json.NewEncoder(p.in), json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	var first answer
	if err := p.answers.Decode(&first); err != nil {
		return nil, errors.Join(fmt.Errorf("%s does not say where it listens: %w", name, err), p.stop())
	}
	p.addr = first.Addr
	return p, nil
}

// ask gives an order and waits for the answer.
func (p *process) ask(o order) (a answer, err error) {
	err = p.orders.Encode(o)
	if err == nil {
		err = p.answers.Decode(&a)
	}
	if err == nil && a.Error != "" {
		err = errors.New(a.Error)
	}
	if err != nil {
		return a, fmt.Errorf("%s %s, %s: %w", o.Do, o.Case, p.stack, err)
	}
	return a, nil
}

// stop ends the process and waits for it.
func (p *process) stop() error {
	return errors.Join(p.in.Close(), p.cmd.Wait())
}
