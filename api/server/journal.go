package server

import (
	"context"
	"errors"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
)

// Entry is what the server knows of one request beside what HTTP itself shows of it.
type Entry struct {
	RequestID string
	// Caller is who asked; the zero Caller where the token was not good.
	Caller group.Caller
	// Update is what was asked for, whether or not the store took it; nil where the body is not a valid one. It shares
	// memory with the body.
	Update *model.WorkspaceGroupUpdate
	// Includes are the associations that were asked for, in the query or the body.
	Includes group.Includes
	// Syntax says why the body is not JSON, or no form; nil where it is.
	Syntax *validate.SyntaxError
	// Violations are the rules of the spec that parameters and body break.
	Violations validate.Violations
	// Refused are the reasons of the store.
	Refused []group.Problem
	// Limit is the limit that refused the request, or "".
	Limit string
	// Status is what was answered.
	Status int
}

// WithJournal makes the server hand an Entry for each request to record, before the handler returns. The context is the
// request's as it came. record is called by many goroutines at once.
func WithJournal(record func(context.Context, Entry)) Option {
	return func(s *Server) error {
		if record == nil {
			return errors.New("the journal is nil")
		}
		s.journal = record
		return nil
	}
}

// sawUpdate notes a request that the spec allows.
func (e *Entry) sawUpdate(body *model.WorkspaceGroupRequest, in group.Includes) {
	if e != nil {
		e.Update, e.Includes = &body.WorkspaceGroup, in
	}
}

// finish returns the entry of a request that was answered.
func (e *Entry) finish(x *call) Entry {
	e.Caller, e.Status = x.by, x.status
	e.Syntax, e.Violations, e.Refused, e.Limit = x.why.syntax, x.why.violations, x.why.refused, x.why.limit
	return *e
}
