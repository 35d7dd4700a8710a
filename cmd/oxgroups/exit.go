package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"example.com/oxgroups/api/client"
)

// The exit codes.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitRefused      = 3
	exitUnauthorized = 4
	exitUnavailable  = 5
	exitRows         = 6
	exitInterrupted  = 130 // 128 + SIGINT, as a shell has it
)

// usageError is an error in the arguments, the environment or the input. Nothing was sent.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// noTokenError says why the token that is meant cannot be used.
type noTokenError struct{ error }

func (e *noTokenError) Unwrap() []error { return []error{client.ErrNoToken, e.error} }

// sentError is what came of a request that may have reached the API.
type sentError struct{ error }

func (e *sentError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// exitCode returns the code for what a command came back with.
func exitCode(ctx context.Context, err error) int {
	var (
		usage   *usageError
		invalid *client.ValidationError
		answer  *client.Error
	)
	switch {
	case err == nil:
		return exitDone
	case interrupted(ctx, err):
		return exitInterrupted
	case errors.Is(err, errRows):
		return exitRows
	case errors.As(err, &usage), errors.As(err, &invalid):
		return exitUsage
	case errors.Is(err, client.ErrNoToken), errors.Is(err, client.ErrUnauthorized), errors.Is(err, client.ErrForbidden):
		return exitUnauthorized
	case errors.Is(err, client.ErrConnection):
		return exitUnavailable
	case errors.As(err, &answer) && answer.StatusCode >= http.StatusInternalServerError:
		return exitUnavailable
	case errors.As(err, &answer) && answer.StatusCode >= http.StatusBadRequest:
		return exitRefused
	}
	return exitFailed
}

// errInterrupted is an interrupt that did not end the context: one that came as a key, or one that a command waited behind.
var errInterrupted = errors.New("interrupted")

func interrupted(ctx context.Context, err error) bool {
	return errors.Is(err, errInterrupted) || ctx.Err() != nil && errors.Is(err, context.Canceled)
}

// report writes a line that says what failed, and below it one for each field that is at fault.
func report(sys system, ctx context.Context, err error) {
	heading, problems := describe(ctx, err)
	to := sys.screen(sys.stderr)
	var b strings.Builder
	b.WriteString(to.red("oxgroups:") + " " + printable(heading) + "\n")
	for _, p := range problems {
		if p.Field != "" {
			b.WriteString(to.bold(printable(p.Field)) + ": ")
		}
		b.WriteString(printable(p.Message) + "\n")
	}
	_, _ = io.WriteString(sys.stderr, b.String()) // there is nowhere left to say that it failed
}

func describe(ctx context.Context, err error) (heading string, problems []client.Problem) {
	var (
		stopped *stoppedError
		invalid *client.ValidationError
		answer  *client.Error
		noToken *noTokenError
		sent    *sentError
	)
	switch {
	case errors.As(err, &stopped):
		heading, problems = describe(ctx, stopped.error)
		return heading, append(problems, client.Problem{Message: stopped.hint})
	case interrupted(ctx, err) && errors.As(err, &sent):
		return "interrupted; the update may have been applied or not", nil
	case interrupted(ctx, err):
		return "interrupted", nil
	case errors.As(err, &invalid):
		return "the update is not valid; nothing was sent", invalid.Problems()
	case errors.As(err, &noToken):
		return "no token: " + noToken.Error(), nil
	case errors.Is(err, client.ErrNoToken):
		return "no token; set " + client.EnvToken + ` or run "oxgroups auth login"`, nil
	case errors.As(err, &answer):
		return describeAnswer(answer), answer.Errors
	}
	return strings.TrimPrefix(err.Error(), "client: "), nil
}

func describeAnswer(answer *client.Error) string {
	var b strings.Builder
	switch {
	case answer.StatusCode < 300:
		b.WriteString("the update was applied, but its result could not be read")
	case answer.StatusCode < 400:
		b.WriteString("the API is somewhere else; check --url and " + client.EnvURL)
	case answer.StatusCode < 500:
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
