package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/api/validate"
	gen "example.com/oxgroups/gen/client"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Include is an association that the API puts beside the group if it is asked for.
type Include string

// Value returns an optional field that sets v, including a zero value.
func Value[T any](v T) nullable.Nullable[T] { return nullable.NewNullableWithValue(v) }

// Null returns an optional field that clears what is stored.
func Null[T any]() nullable.Nullable[T] { return nullable.NewNullNullable[T]() }

// FromPtr returns an optional field that sets what p points to, or clears what is stored if p is nil, as encoding/json
// writes a nil pointer. To leave the stored value as it is, leave the field out.
func FromPtr[T any](p *T) nullable.Nullable[T] {
	if p == nil {
		return Null[T]()
	}
	return Value(*p)
}

// route is the path of the operation in logs; the id is data.
const route = "/workspace_groups/{id}"

// UpdateWorkspaceGroup changes the named fields of the group id (1 to 2^63-1), all or none, and returns the group as it is
// then. opts hold for this call. Requests that fail for a reason that may pass are repeated; see "Retries" in the package
// documentation.
//
// ErrNoToken and *ValidationError mean that nothing was sent.
//
// *Error is a reply that is not the result. With status 200 it is ErrRefused if the API gave reasons, else ErrBadResponse
// or ErrResponseTooLarge, and then the update may have been applied.
//
// *TransportError means that there is no reply: ErrConnection, ErrLimiter, ErrNoToken, or the error of ctx. Unless its
// Attempts is 0 the update may have been applied.
func (c *Client) UpdateWorkspaceGroup(ctx context.Context, id int64, update Update, opts ...Option) (*Result, error) {
	c, err := c.With(opts...)
	if err != nil {
		return nil, err
	}
	if c.settings.token == "" && c.settings.source == nil {
		return nil, ErrNoToken
	}
	n := &tally{route: route}
	req, err := c.request(context.WithValue(ctx, tallyKey{}, n), id, &update)
	if err != nil {
		return nil, err
	}
	resp, err := c.retry.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if n.failed != nil {
		return nil, n.failed
	}
	result, err := newResult(resp, n.body, n.token, id, c.settings.strict)
	if err != nil {
		return nil, n.stamp(err)
	}
	result.Attempts, result.Throttled = n.attempts, n.throttled
	return result, nil
}

// Request returns the request that UpdateWorkspaceGroup would send, without the token, to show or to record it. It returns
// a *ValidationError for an update that would not be sent.
func (c *Client) Request(ctx context.Context, id int64, update Update, opts ...Option) (*http.Request, error) {
	c, err := c.With(opts...)
	if err != nil {
		return nil, err
	}
	return c.request(ctx, id, &update)
}

// request builds the request without the token, and checks it unless the settings say otherwise.
func (c *Client) request(ctx context.Context, id int64, update *Update) (*http.Request, error) {
	s := &c.settings
	document := model.WorkspaceGroupRequest{WorkspaceGroup: *update}
	body, err := validator.AppendWorkspaceGroupRequest(nil, &document)
	if err != nil {
		return nil, fmt.Errorf("client: encoding the update: %w", err)
	}
	params := s.params
	if len(s.include) > 0 {
		names := joinIncludes(params.Include, s.include)
		params.Include = &names
	}
	// The reader lets net/http send the body again if an idle connection turns out to be closed.
	req, err := gen.NewUpdateWorkspaceGroupRequestWithBody(s.server, id, &params, "application/json", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("client: building the request: %w", err)
	}
	for key, values := range s.header {
		req.Header[key] = values
	}
	if !s.unchecked {
		if err := check(id, req, &document, body); err != nil {
			return nil, err
		}
	}
	return req.WithContext(ctx), nil
}

// joinIncludes returns the names in the form of the query parameter.
func joinIncludes(first *string, includes []Include) string {
	var names []string
	if first != nil && *first != "" {
		names = append(names, *first)
	}
	for _, include := range includes {
		names = append(names, string(include))
	}
	return strings.Join(names, ",")
}

// check returns a *ValidationError unless the parameters in req and document, which body encodes, keep the rules.
func check(id int64, req *http.Request, document *model.WorkspaceGroupRequest, body []byte) error {
	path := func(string) string { return strconv.FormatInt(id, 10) }
	_, _, err := validator.ParseUpdateWorkspaceGroupParameters(validate.Parameters{Path: path, Query: req.URL.RawQuery, Header: req.Header})
	found := violations(err)
	if !isUTF8(document, body) {
		found = append(found, validate.Violation{Rule: "type", Message: "a string of the update is not UTF-8"})
	}
	found = append(found, violations(validator.DecodeWorkspaceGroupRequest(body, new(model.WorkspaceGroupRequest)))...)
	if len(found) == 0 {
		return nil
	}
	return &ValidationError{Violations: found}
}

// violations returns what a validator found.
func violations(err error) validate.Violations {
	if err == nil {
		return nil
	}
	if list := (validate.Violations)(nil); errors.As(err, &list) {
		return list.Strip("/workspace_group")
	}
	// The encoder writes JSON, so this is a string that no API takes, such as one with U+0000.
	return validate.Violations{{Rule: "syntax", Message: err.Error()}}
}

// isUTF8 reports whether all strings of document are UTF-8. The encoder writes U+FFFD for other bytes, so only a body with
// that needs a closer look: fmt writes strings as they are.
func isUTF8(document *model.WorkspaceGroupRequest, body []byte) bool {
	if !bytes.Contains(body, []byte("\ufffd")) && !bytes.Contains(body, []byte(`\ufffd`)) {
		return true
	}
	return utf8.Valid(fmt.Appendf(nil, "%v", *document))
}
