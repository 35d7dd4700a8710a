package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/form"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

const (
	contentJSON = "application/json"
	contentForm = "application/x-www-form-urlencoded"
)

// acceptBody refuses bodies of other types and encodings, and those that say they are too large, before they are read.
// Behind it the type of every body is application/json: to the generated code the form is a detail of the binder.
func (s *Server) acceptBody(x *exchange, r *http.Request) error {
	given := r.Header["Content-Type"]
	contentType, ok := contentType(given)
	if !ok {
		return &refusal{status: http.StatusUnsupportedMediaType}
	}
	if !plainEncoding(r.Header) {
		return &refusal{
			status:  http.StatusUnsupportedMediaType,
			message: "Content-Encoding must be left out: the body is taken as it is",
			header:  [2]string{"Accept-Encoding", "identity"},
		}
	}
	if r.ContentLength > s.maxBody {
		return &http.MaxBytesError{Limit: s.maxBody}
	}
	x.form = contentType == contentForm
	if given[0] != contentJSON {
		r.Header["Content-Type"] = jsonField
	}
	return nil
}

// contentType returns the type of the body, in lower case, if it is one that is taken. values are those of its field.
func contentType(values []string) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	if values[0] == contentJSON {
		return contentJSON, true
	}
	name, parameters, err := mime.ParseMediaType(values[0])
	if err != nil || name != contentJSON && name != contentForm {
		return "", false
	}
	charset, ok := parameters["charset"]
	return name, !ok || strings.EqualFold(charset, "utf-8")
}

func plainEncoding(h http.Header) bool {
	for _, v := range h["Content-Encoding"] {
		if v != "" && !strings.EqualFold(v, "identity") {
			return false
		}
	}
	return true
}

// binder reads a body into the type of its schema. Generated code calls it in place of echo's own, which would accept
// what the schema forbids.
type binder struct{ maxBody int64 }

var _ echo.Binder = (*binder)(nil)

// Bind returns a *validate.SyntaxError, a validate.Violations, or an *http.MaxBytesError.
func (b *binder) Bind(into any, c echo.Context) error {
	body, err := readBody(c, b.maxBody)
	if err != nil {
		return err
	}
	switch into := into.(type) {
	case *model.WorkspaceGroupRequest:
		x := exchangeOf(c)
		x.entry.sawBody(body, x.form)
		if x.form {
			if body, err = form.AppendJSON(nil, body, validator.WorkspaceGroupRequestFields); err != nil {
				return err
			}
		}
		return validator.DecodeWorkspaceGroupRequest(body, into)
	default:
		return fmt.Errorf("bind a body: no decoder for %T", into)
	}
}

// firstRead is how much is set aside for a body before any of it has arrived.
const firstRead = 64 << 10

// readBody reads the whole body into memory that nobody else uses: decoded strings share it.
func readBody(c echo.Context, limit int64) ([]byte, error) {
	r := c.Request()
	var data []byte
	var err error
	if n := r.ContentLength; n >= 0 && n <= firstRead {
		data = make([]byte, n)
		_, err = io.ReadFull(r.Body, data)
	} else {
		var buf bytes.Buffer
		_, err = buf.ReadFrom(http.MaxBytesReader(exchangeOf(c).ResponseWriter, r.Body, limit))
		data = buf.Bytes()
	}
	if err == nil {
		exchangeOf(c).read = true
		return data, nil
	}
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		return nil, tooLong
	}
	// The connection broke, was too slow, or its chunks are malformed. What the reader says of it may quote the body.
	return nil, &validate.SyntaxError{Offset: len(data), Message: "the body could not be read to its end"}
}
