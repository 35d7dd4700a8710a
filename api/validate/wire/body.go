package wire

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
)

// preallocated is how much memory an announced length alone is worth: Content-Length is only a hint.
const preallocated = 64 << 10

// Read reads a body of at most limit bytes and decodes it. What decode finds is added to problems. The value is not to be used
// if problems has any. The error is a *BodyError.
func Read[T any](r *http.Request, limit int64, problems *Problems, decode func([]byte, *T) error) (*T, error) {
	data, err := readAll(r, limit)
	if err != nil {
		return nil, err
	}
	value := new(T)
	problems.Add(decode(data, value))
	return value, nil
}

// readAll reads a body into memory of its own, which decoded strings may share.
func readAll(r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	if 0 <= r.ContentLength && r.ContentLength <= preallocated {
		data := make([]byte, r.ContentLength)
		if _, err := io.ReadFull(r.Body, data); err != nil {
			return nil, broken(err)
		}
		return data, nil
	}
	var buffer bytes.Buffer
	buffer.Grow(preallocated)
	if _, err := buffer.ReadFrom(http.MaxBytesReader(nil, r.Body, limit)); err != nil {
		return nil, broken(err)
	}
	return buffer.Bytes(), nil
}

// broken returns the error for a body that could not be read. What net/http says of it may quote the body.
func broken(err error) *BodyError {
	var limit *http.MaxBytesError
	switch {
	case errors.As(err, &limit):
		return tooLarge(limit.Limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &BodyError{status: http.StatusRequestTimeout, message: "the body came too slowly", cause: err}
	}
	return &BodyError{status: http.StatusBadRequest, message: "the body could not be read to its end", cause: err}
}

// Stream is a body that is handed on unread. Reading more than the limit fails with a *BodyError.
type Stream struct {
	ContentType string // with its parameters, for example the boundary of a multipart body
	Length      int64  // bytes; -1 if it is not announced
	body        io.Reader
	limit       int64
}

// NewStream returns the body of r with a bound of limit bytes.
func NewStream(r *http.Request, limit int64) *Stream {
	return &Stream{r.Header.Get("Content-Type"), r.ContentLength, http.MaxBytesReader(nil, r.Body, limit), limit}
}

// Read reads from the body.
func (s *Stream) Read(p []byte) (int, error) {
	if s.Length > s.limit {
		return 0, tooLarge(s.limit)
	}
	n, err := s.body.Read(p)
	if err != nil && err != io.EOF {
		return n, broken(err)
	}
	return n, err
}
