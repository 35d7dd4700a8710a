package client

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// reply is the whole answer to one request.
type reply struct {
	status   int
	header   http.Header
	body     []byte
	received time.Time
	token    Token // that the request was sent with
	tally
}

// attempt sends the request once and returns the reply, or an *Error for one with a status other than 200, or a
// *CallError. What repeats a request is around it, in call; it can be called any number of times with the same body.
func (s *settings) attempt(ctx context.Context, token Token, id int64, body []byte) (*reply, error) {
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
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	resp, err := s.sender.Do(req)
	if err != nil {
		return nil, noReply(ctx, token, err)
	}
	defer func() { _ = resp.Body.Close() }()
	r := &reply{status: resp.StatusCode, header: resp.Header, token: token, received: time.Now()}
	r.body, err = readAll(resp, s.maxResponse)
	switch {
	case errors.Is(err, ErrResponseTooLarge), errors.Is(err, ErrBadResponse):
		return nil, newError(r, err)
	case err != nil:
		return nil, noReply(ctx, token, networkError{fmt.Errorf("reading the reply: %w", err)})
	case r.status != http.StatusOK:
		return nil, newError(r, nil)
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
	case isCorrupt(err):
		return nil, fmt.Errorf("%w: %w", ErrBadResponse, err)
	case err != nil:
		return nil, err
	case n > limit:
		return buf.Bytes()[:limit], fmt.Errorf("%w: more than %d bytes", ErrResponseTooLarge, limit)
	}
	return buf.Bytes(), nil
}

// isCorrupt reports whether the body arrived but cannot be decompressed.
func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}
