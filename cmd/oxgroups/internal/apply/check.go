package apply

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"example.com/oxgroups/api/bulk/journal"
	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// maxListed bounds how many rows that are not valid are listed.
const maxListed = 100

// invalidError says that rows are not valid, and which.
type invalidError struct {
	text     string
	problems []console.Problem
}

// Error returns how many there are.
func (e *invalidError) Error() string { return e.text }

// Problems returns what is wrong with each of the first rows.
func (e *invalidError) Problems() []console.Problem { return e.problems }

func listed(err *rows.Error) []console.Problem {
	var out []console.Problem
	for _, p := range err.Problems {
		out = append(out, console.Problem{Row: err.Row, Line: max(p.Line, err.Line), Column: p.Column, Field: p.Field, Type: p.Rule, Message: p.Message})
	}
	return out[:min(len(out), maxListed)]
}

// validate checks every row and hands those that are valid to each, if that is not nil. It returns how many rows there are.
// Invalid rows are listed on stderr; any makes it a usage error.
func (o *Options) validate(ctx context.Context, in *rows.Input, each func(*rows.Row) error) (total int64, err error) {
	reader, err := in.Rows()
	if err != nil {
		return 0, o.inputError(ctx, err)
	}
	bar := newBar(o.IO, -1, "checking")
	defer func() { _ = bar.Clear() }()
	var (
		row     rows.Row
		invalid int64
		all     []console.Problem
	)
	for ctx.Err() == nil {
		err := reader.Next(&row)
		var bad *rows.Error
		switch {
		case errors.Is(err, io.EOF):
			_ = bar.Clear()
			for _, warning := range reader.Warnings() {
				o.IO.Say("oxgroups: %s: %s", in.Name, warning)
			}
			if invalid > maxListed {
				o.IO.Say("... and %s more", thousands(invalid-maxListed))
			}
			if invalid > 0 {
				text := fmt.Sprintf("%s of %s rows of %s are not valid; nothing was sent", thousands(invalid), thousands(total), in.Name)
				return total, console.Mark(&invalidError{text, all}, console.ErrUsage)
			}
			return total, nil
		case errors.As(err, &bad):
			if invalid++; invalid <= maxListed {
				_ = bar.Clear()
				o.IO.Say("%s", bad.Error())
				all = append(all, listed(bad)...)
			}
			if bad.Fatal {
				return total, console.Mark(&invalidError{in.Name + " is not valid; nothing was sent", all}, console.ErrUsage)
			}
		case err != nil:
			return total, err
		case each != nil:
			if err := each(&row); err != nil {
				return total, err
			}
		}
		total++
		_ = bar.Set64(total)
	}
	return total, console.Hinted(console.ErrInterrupted, "nothing was sent")
}

// preview says what would be sent.
func (o *Options) preview(ctx context.Context, in *rows.Input, header journal.Header) error {
	past := &journal.Past{}
	if path := o.journalPath(in); o.Resume && path != "" {
		var err error
		if past, err = journal.Read(path, header); errors.Is(err, fs.ErrNotExist) {
			return console.Usagef("there is no journal %s to go on with", path)
		} else if err != nil {
			return console.Mark(err, console.ErrUsage)
		}
	}
	out := bufio.NewWriter(o.IO.Out)
	var buf []byte
	var count int64
	total, err := o.validate(ctx, in, func(row *rows.Row) error {
		switch outcome, _, ok := past.Lookup(row.Number, row.Digest.String()); {
		case !ok:
			return console.Usagef("%w: row %d differs", journal.ErrOther, row.Number)
		case outcome != "":
			return nil
		}
		if o.Limit > 0 && count == o.Limit {
			return nil
		}
		count++
		if o.JSON {
			return nil
		}
		var err error
		if buf, err = row.AppendJSON(buf[:0]); err == nil {
			_, err = out.Write(append(buf, '\n'))
		}
		return err
	})
	if o.JSON && err == nil {
		err = json.NewEncoder(out).Encode(struct {
			DryRun bool   `json:"dry_run"`
			Rows   int64  `json:"rows"`
			Send   int64  `json:"would_be_sent"`
			Target string `json:"url"`
		}{true, total, count, header.Target})
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	o.IO.Say("%s of %s rows would be sent to %s", thousands(count), thousands(total), header.Target)
	return nil
}
