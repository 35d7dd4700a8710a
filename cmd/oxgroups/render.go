package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/itchyny/gojq"
)

// renderer writes a reply for its reader: a person, or a program.
type renderer func(ctx context.Context, w io.Writer, document []byte) error

// renderer returns what the flags ask for. It checks a jq expression before anything is sent.
func (u *updateCommand) renderer() (renderer, error) {
	switch {
	case u.jq != "":
		return newJQ(u.jq)
	case u.json:
		return renderJSON, nil
	}
	return renderTables, nil
}

// renderJSON writes the document as it came, in one line.
func renderJSON(_ context.Context, w io.Writer, document []byte) error {
	var line bytes.Buffer
	if err := json.Compact(&line, document); err != nil {
		return err
	}
	line.WriteByte('\n')
	_, err := w.Write(line.Bytes())
	return err
}

// newJQ returns a renderer that writes each value of a jq expression in a line of its own. The expression cannot see the
// environment, which has the token.
func newJQ(expression string) (renderer, error) {
	query, err := gojq.Parse(expression)
	if err != nil {
		return nil, usagef("--jq: %w", err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, usagef("--jq: %w", err)
	}
	return func(ctx context.Context, w io.Writer, document []byte) error {
		dec := json.NewDecoder(bytes.NewReader(document))
		dec.UseNumber()
		var input any
		if err := dec.Decode(&input); err != nil {
			return err
		}
		return writeValues(w, code.RunWithContext(ctx, input))
	}, nil
}

func writeValues(w io.Writer, values gojq.Iter) error {
	for {
		value, ok := values.Next()
		if !ok {
			return nil
		}
		if err, failed := value.(error); failed {
			if halt := (*gojq.HaltError)(nil); errors.As(err, &halt) && halt.Value() == nil {
				return nil // the expression ended itself
			}
			return fmt.Errorf("--jq: %w", err)
		}
		line, err := jqLine(value)
		if err != nil {
			return fmt.Errorf("--jq: %w", err)
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
}

// jqLine returns a string as it is and every other value as JSON.
func jqLine(value any) (string, error) {
	if text, ok := value.(string); ok {
		return text, nil
	}
	line, err := gojq.Marshal(value)
	return string(line), err
}
