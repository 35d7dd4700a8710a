package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/form"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Entry is what the journal says of one request beside what HTTP itself shows of it.
type Entry struct {
	RequestID string
	// Update is what was asked for, whether or not the store took it; nil where the body is not a valid one. It shares
	// memory with the body.
	Update *model.WorkspaceGroupUpdate
	// Includes are the associations that were asked for, in the query or the body.
	Includes group.Includes
	// Ignored are the keys of the body that the spec does not know, dotted and in ascending order.
	Ignored []string
	// Status is what was answered.
	Status int

	body *bytes.Buffer // a copy, kept until the reply is known
	form bool
}

// WithJournal makes the server hand an Entry for each request to record, before the handler returns. The context is the
// request's as it came. record is called by many goroutines at once. It costs a copy of each body.
func WithJournal(record func(context.Context, Entry)) Option {
	return func(s *Server) error {
		if record == nil {
			return errors.New("the journal is nil")
		}
		s.journal = record
		return nil
	}
}

// copyBody returns r with a body that is kept while it is read.
func (e *Entry) copyBody(r *http.Request) *http.Request {
	e.body, e.form = new(bytes.Buffer), !strings.Contains(r.Header.Get("Content-Type"), "json")
	kept := *r
	kept.Body = struct {
		io.Reader
		io.Closer
	}{io.TeeReader(r.Body, e.body), r.Body}
	return &kept
}

// sawUpdate notes a request that the spec allows.
func (e *Entry) sawUpdate(body *model.WorkspaceGroupRequest, in group.Includes) {
	if e != nil {
		e.Update, e.Includes = &body.WorkspaceGroup, in
	}
}

// finish returns the entry of a request that was answered.
func (e *Entry) finish(status int) Entry {
	done := *e
	done.Status, done.body = status, nil
	switch {
	case e.body == nil:
	case e.form:
		done.Ignored = form.Unknown(e.body.Bytes(), validator.WorkspaceGroupRequestFields)
	default:
		done.Ignored = ignored(nil, "", e.body.Bytes(), validator.WorkspaceGroupRequestFields)
		slices.Sort(done.Ignored)
	}
	return done
}

// ignored appends the keys of an object, at any level, that are not among fields.
func ignored(keys []string, at string, object []byte, fields []validate.Field) []string {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return keys
	}
	for _, f := range fields {
		if value, ok := members[f.Name]; ok && len(f.Fields) > 0 {
			keys = ignored(keys, at+f.Name+".", value, f.Fields)
		}
		delete(members, f.Name)
	}
	for name := range maps.Keys(members) {
		keys = append(keys, at+name)
	}
	return keys
}
