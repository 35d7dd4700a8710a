package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"example.com/oxgroups/api/client"
)

// The exit codes.
const (
	ExitDone         = 0
	ExitFailed       = 1
	ExitUsage        = 2
	ExitRefused      = 3
	ExitUnauthorized = 4
	ExitUnavailable  = 5
	ExitRows         = 6
	ExitInterrupted  = 130 // 128 + SIGINT, as a shell has it
)

// What an error of a command is, beside the errors of the client; for errors.Is.
var (
	ErrInterrupted = errors.New("interrupted")                // also after an interrupt that a command waited for
	ErrRows        = errors.New("some rows were not applied") // of a file
	ErrUsage       = errors.New("wrong usage")                // in the arguments, the environment or the input: nothing was sent
	ErrSent        = errors.New("sent")                       // of a request that may have reached the API
	ErrPrinted     = errors.New("printed")                    // it is in the JSON that the command has printed
)

// marked is an error that is mark too, which its text does not say.
type marked struct {
	error
	mark error
}

// Unwrap returns the error and its mark.
func (m *marked) Unwrap() []error { return []error{m.error, m.mark} }

// Mark makes err one of the errors above too, or client.ErrNoToken.
func Mark(err, mark error) error { return &marked{err, mark} }

// Usagef returns an error that is ErrUsage.
func Usagef(format string, args ...any) error { return Mark(fmt.Errorf(format, args...), ErrUsage) }

// HintError is an error with a line that says how to go on.
type HintError struct {
	error
	Hint string
}

// Hinted returns err with a hint.
func Hinted(err error, hint string) error { return &HintError{err, hint} }

// Unwrap returns the error.
func (e *HintError) Unwrap() error { return e.error }

// ExitCode returns the code for what a command came back with.
func ExitCode(ctx context.Context, err error) int {
	var answer *client.Error
	switch {
	case err == nil:
		return ExitDone
	case interrupted(ctx, err):
		return ExitInterrupted
	case errors.Is(err, ErrRows):
		return ExitRows
	case errors.Is(err, ErrUsage), errors.As(err, new(*client.ValidationError)):
		return ExitUsage
	case errors.Is(err, client.ErrNoToken), errors.Is(err, client.ErrUnauthorized), errors.Is(err, client.ErrForbidden):
		return ExitUnauthorized
	case errors.Is(err, client.ErrConnection):
		return ExitUnavailable
	case errors.As(err, &answer) && answer.StatusCode >= http.StatusInternalServerError:
		return ExitUnavailable
	case errors.Is(err, client.ErrRefused), errors.As(err, &answer) && answer.StatusCode >= http.StatusBadRequest:
		return ExitRefused
	}
	return ExitFailed
}

func interrupted(ctx context.Context, err error) bool {
	return errors.Is(err, ErrInterrupted) || ctx.Err() != nil && errors.Is(err, context.Canceled)
}

// Problem is one reason, as JSON shows it.
type Problem struct {
	Row     int64  `json:"row,omitempty"`
	Line    int64  `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Field   string `json:"field,omitempty"`
	Type    string `json:"type,omitempty"` // the rule that is broken, or the API's word for the kind of error
	Message string `json:"message"`
}

// Report is an error as JSON shows it.
type Report struct {
	Message  string    `json:"message"`
	ExitCode int       `json:"exit_code"`
	Status   int       `json:"status,omitempty"` // of the API's reply
	Request  string    `json:"request_id,omitempty"`
	Hint     string    `json:"hint,omitempty"`
	Problems []Problem `json:"problems,omitempty"`
}

// NewReport describes err.
func NewReport(ctx context.Context, err error) Report {
	r := Report{ExitCode: ExitCode(ctx, err)}
	var (
		hint     *HintError
		invalid  *client.ValidationError
		answer   *client.Error
		problems []client.Problem
		listed   interface{ Problems() []Problem }
	)
	if errors.As(err, &hint) {
		r.Hint = hint.Hint
	}
	if errors.As(err, &answer) {
		r.Status, r.Request, problems = answer.StatusCode, answer.RequestID, answer.Errors
	}
	if errors.As(err, &invalid) {
		problems = invalid.Problems()
	}
	for _, p := range problems {
		r.Problems = append(r.Problems, Problem{Field: p.Field, Type: p.Type, Message: p.Message})
	}
	if errors.As(err, &listed) {
		r.Problems = listed.Problems()
	}
	r.Message = message(ctx, err, answer)
	return r
}

func message(ctx context.Context, err error, answer *client.Error) string {
	switch {
	case interrupted(ctx, err) && errors.Is(err, ErrSent):
		return "interrupted; the update may have been applied or not"
	case interrupted(ctx, err):
		return "interrupted"
	case errors.As(err, new(*client.ValidationError)):
		return "the update is not valid; nothing was sent"
	case err == client.ErrNoToken:
		return "no token; set " + client.EnvToken + ` or run "oxgroups auth login"`
	case answer != nil && !strings.HasPrefix(err.Error(), "bulk: ") && !errors.Is(err, ErrUsage) && !errors.Is(err, ErrRows):
		return describe(answer)
	}
	return strings.TrimPrefix(strings.TrimPrefix(err.Error(), "bulk: "), "client: ")
}

// describe words a reply that is not a result.
func describe(answer *client.Error) string {
	var b strings.Builder
	switch status := answer.StatusCode; {
	case errors.Is(answer, client.ErrRefused):
		b.WriteString("the API refused the update")
	case status < 300:
		b.WriteString("the reply cannot be used")
	case status < 400:
		b.WriteString("the API is somewhere else; check --url and " + client.EnvURL)
	case status < 500:
		b.WriteString("the API refused the update")
	default:
		b.WriteString("the API could not serve the update")
	}
	fmt.Fprintf(&b, " (%d", answer.StatusCode)
	if text := http.StatusText(answer.StatusCode); text != "" {
		b.WriteString(" " + text)
	}
	if answer.RequestID != "" {
		b.WriteString(", request " + answer.RequestID)
	}
	b.WriteString(")")
	if answer.RetryAfter > 0 {
		fmt.Fprintf(&b, "; it asks to wait %v", answer.RetryAfter)
	}
	if answer.Err != nil {
		b.WriteString(": " + strings.TrimPrefix(answer.Err.Error(), "client: "))
	}
	return b.String()
}

// Show writes a report for people: a line that says what failed, below it one for each field that is at fault, and the hint.
func (c IO) Show(r Report) {
	to := c.Screen(c.Err)
	var b strings.Builder
	b.WriteString(to.Red("oxgroups:") + " " + Printable(r.Message) + "\n")
	for _, p := range r.Problems {
		if p.Row > 0 || p.Line > 0 {
			continue // rows are listed when they are read
		}
		if p.Field != "" {
			b.WriteString(to.Bold(Printable(p.Field)) + ": ")
		}
		b.WriteString(Printable(p.Message) + "\n")
	}
	if r.Hint != "" {
		b.WriteString(Printable(r.Hint) + "\n")
	}
	_, _ = c.Err.Write([]byte(b.String())) // there is nowhere left to say that it failed
}

// ShowJSON writes a report to stdout, for programs.
func (c IO) ShowJSON(r Report) error {
	return json.NewEncoder(c.Out).Encode(struct {
		Error Report `json:"error"`
	}{r})
}
