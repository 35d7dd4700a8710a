package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Errors of a call that are about its transport.
var (
	// ErrConnection says that no whole reply came: the API could not be reached, or the connection broke, or the timeout
	// of WithTimeout ran out. Whether the update was applied is not known. The cause can be unwrapped.
	ErrConnection = errors.New("client: no reply from the API")
	// ErrResponseTooLarge says that the reply was longer than WithMaxResponseBytes allows.
	ErrResponseTooLarge = errors.New("client: the reply is too large")
)

// reply is the whole answer to one request.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// attempt sends the request once and returns the reply, or an *Error for one with a status other than 200. What repeats a
// request belongs around it; it can be called any number of times with the same body.
func (s *settings) attempt(ctx context.Context, id int64, body []byte) (*reply, error) {
	actx := ctx
	if s.timeout > 0 {
		var cancel context.CancelFunc
		actx, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
	req, err := s.request(actx, id, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+s.token.Reveal())
	resp, err := s.httpClient.Do(req)
	if err != nil {
		return nil, connectionError(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	r := &reply{status: resp.StatusCode, header: resp.Header}
	r.body, err = readAll(resp, s.maxResponse)
	switch {
	case errors.Is(err, ErrResponseTooLarge):
		return nil, newError(r, s.token, err)
	case err != nil:
		return nil, connectionError(ctx, fmt.Errorf("reading the reply: %w", err))
	case r.status != http.StatusOK:
		return nil, newError(r, s.token, nil)
	}
	return r, nil
}

// readAll reads the body and returns ErrResponseTooLarge where it is longer than limit. What is announced is trusted only
// as far as memory goes that is worth nothing.
func readAll(resp *http.Response, limit int64) ([]byte, error) {
	var buf bytes.Buffer
	if announced := min(resp.ContentLength, limit, 1<<20); announced > 0 {
		buf.Grow(int(announced) + bytes.MinRead)
	}
	n, err := buf.ReadFrom(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, err
	case n > limit:
		return buf.Bytes()[:limit], fmt.Errorf("%w: more than %d bytes", ErrResponseTooLarge, limit)
	}
	return buf.Bytes(), nil
}

// connectionError keeps a context that the caller ended apart from a fault of the network.
func connectionError(ctx context.Context, err error) error {
	switch ended := ctx.Err(); {
	case ended == nil:
		return fmt.Errorf("%w: %w", ErrConnection, err)
	case errors.Is(err, ended):
		return fmt.Errorf("client: %w", err)
	default:
		return fmt.Errorf("client: %w: %w", ended, err)
	}
}
