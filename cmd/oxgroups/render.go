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

// renderer writes a document for its reader: a person at a screen, or a program.
type renderer func(ctx context.Context, w io.Writer, to screen, document []byte) error

// renderer returns what the flags ask for. It checks a jq expression before anything is sent.
func (u *updateCommand) renderer() (renderer, error) {
	switch {
	case u.jq != "":
		return newJQ(u.jq)
	case u.json:
		return renderJSON, nil
	}
	return renderSheet, nil
}

// renderJSON writes the document as it came: in one line, or indented on a terminal.
func renderJSON(_ context.Context, w io.Writer, to screen, document []byte) error {
	var out bytes.Buffer
	compact := json.Compact
	if to.terminal {
		compact = func(dst *bytes.Buffer, src []byte) error { return json.Indent(dst, src, "", "  ") }
	}
	if err := compact(&out, document); err != nil {
		return err
	}
	text := out.String()
	if to.terminal {
		text = printableJSON(text)
	}
	_, err := io.WriteString(w, text+"\n")
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
	return func(ctx context.Context, w io.Writer, to screen, document []byte) error {
		dec := json.NewDecoder(bytes.NewReader(document))
		dec.UseNumber()
		var input any
		if err := dec.Decode(&input); err != nil {
			return err
		}
		return writeValues(w, to, code.RunWithContext(ctx, input))
	}, nil
}

func writeValues(w io.Writer, to screen, values gojq.Iter) error {
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
		line, err := jqLine(to, value)
		if err != nil {
			return fmt.Errorf("--jq: %w", err)
		}
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
}

// jqLine returns a string as it is, but printable on a terminal, and every other value as JSON.
func jqLine(to screen, value any) (string, error) {
	text, isText := value.(string)
	if !isText {
		data, err := gojq.Marshal(value)
		if err != nil {
			return "", err
		}
		text = string(data)
	}
	switch {
	case !to.terminal:
		return text, nil
	case isText:
		return printable(text), nil
	}
	return printableJSON(text), nil
}
