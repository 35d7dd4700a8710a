package server

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/form"
	"example.com/oxgroups/gen/model"
	gen "example.com/oxgroups/gen/server"
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
}

// WithJournal makes the server hand an Entry for each request to record, before the handler returns. The context is the
// request's as it came. record is called by many goroutines at once. Without a journal nothing of it costs anything.
func WithJournal(record func(context.Context, Entry)) Option {
	return func(s *Server) error {
		if record == nil {
			return errors.New("the journal is nil")
		}
		s.journal = record
		return nil
	}
}

// record hands the entry of an exchange that has ended to the journal.
func (s *Server) record(x *exchange, r *http.Request) {
	if x.entry != nil {
		x.entry.RequestID, x.entry.Status = x.id, x.status
		s.journal(r.Context(), *x.entry)
	}
}

// sawBody notes the keys of a body that are ignored. body may be anything.
func (e *Entry) sawBody(body []byte, isForm bool) {
	switch {
	case e == nil:
	case isForm:
		e.Ignored = form.Unknown(body, validator.WorkspaceGroupRequestFields)
	default:
		e.Ignored = ignored(nil, "", body, validator.WorkspaceGroupRequestFields)
		slices.Sort(e.Ignored)
	}
}

// sawUpdate notes a request that the spec allows.
func (e *Entry) sawUpdate(r gen.UpdateWorkspaceGroupRequestObject, in group.Includes) {
	if e != nil {
		e.Update, e.Includes = &r.JSONBody.WorkspaceGroup, in
	}
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
