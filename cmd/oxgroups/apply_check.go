package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
)

// maxListed bounds how many rows that are not valid are listed.
const maxListed = 100

// validate checks every row and hands those that are valid to each, if that is not nil. It returns how many rows there
// are. What is not valid is listed on stderr, and makes the whole wrong usage.
func (a *applyCommand) validate(ctx context.Context, in *rows.Input, each func(*rows.Row) error) (int64, error) {
	total, invalid, err := a.scan(ctx, in, each)
	var fatal *rows.Error
	switch {
	case errors.As(err, &fatal):
		a.list(fatal)
		return total, usagef("%s is not valid; nothing was sent", in.Name)
	case err != nil:
		return total, err
	case invalid > 0:
		if invalid > maxListed {
			a.sys.say("... and %s more", thousands(invalid-maxListed))
		}
		return total, usagef("%s of %s rows of %s are not valid; nothing was sent", thousands(invalid), thousands(total), in.Name)
	}
	return total, nil
}

func (a *applyCommand) scan(ctx context.Context, in *rows.Input, each func(*rows.Row) error) (total, invalid int64, err error) {
	reader, err := in.Rows()
	if err != nil && ctx.Err() == nil {
		return 0, 0, err
	}
	line := newLine(a.sys)
	defer line.clear()
	var row rows.Row
	for ctx.Err() == nil {
		err := reader.Next(&row)
		var bad *rows.Error
		switch {
		case errors.Is(err, io.EOF) && ctx.Err() == nil: // an interrupt may have ended the program that writes the rows
			return total, invalid, nil
		case errors.Is(err, io.EOF), errors.Is(err, context.Canceled):
			continue
		case errors.As(err, &bad) && !bad.Fatal:
			if invalid++; invalid <= maxListed {
				line.clear()
				a.list(bad)
			}
		case err != nil:
			return total, invalid, err
		case each != nil:
			if err := each(&row); err != nil {
				return total, invalid, err
			}
		}
		if total++; total%10000 == 0 {
			line.show("checking: " + thousands(total) + " rows")
		}
	}
	return total, invalid, &stoppedError{errInterrupted, "nothing was sent"}
}

// list writes what is wrong with a row.
func (a *applyCommand) list(err *rows.Error) {
	a.sys.say("%s", err.Error())
}

// preview says what would be sent.
func (a *applyCommand) preview(ctx context.Context, in *rows.Input, base string) error {
	past := &journal.Past{}
	if path := a.journalPath(in); a.resume && path != "" {
		var err error
		if past, err = journal.Read(path, journal.Header{Target: base}); err != nil {
			return &usageError{err}
		}
	}
	out := bufio.NewWriter(a.sys.stdout)
	var buf []byte
	var count int64
	total, err := a.validate(ctx, in, func(row *rows.Row) error {
		switch outcome, _, ok := past.Lookup(row.Number, row.Digest.String()); {
		case !ok:
			return usagef("%w: row %d differs", journal.ErrOther, row.Number)
		case outcome != "":
			return nil
		}
		count++
		if a.json {
			return nil
		}
		buf = append(row.AppendJSON(buf[:0]), '\n')
		_, err := out.Write(buf)
		return err
	})
	if a.json {
		writeErr := json.NewEncoder(out).Encode(struct {
			DryRun bool   `json:"dry_run"`
			Rows   int64  `json:"rows"`
			Send   int64  `json:"would_be_sent"`
			Target string `json:"url"`
		}{true, total, count, base})
		err = errors.Join(err, writeErr)
	}
	if flushErr := out.Flush(); flushErr != nil {
		return errors.Join(err, flushErr)
	}
	if err != nil {
		return err
	}
	a.sys.say("%s of %s rows would be sent to %s", thousands(count), thousands(total), base)
	return nil
}
