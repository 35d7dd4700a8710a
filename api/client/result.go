package client

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Result is what the API answered to an update. It is safe for concurrent use as long as nobody changes what it returns.
type Result struct {
	StatusCode int
	Header     http.Header
	RequestID  string // X-Request-Id
	Attempts   int    // how often the request was sent
	Throttled  bool   // an attempt before was answered with 429

	doc      model.WorkspaceGroupDocument
	group    model.WorkspaceGroup
	raw      []byte // strings of doc share its memory
	received time.Time
}

// newResult returns the result in r, or an *Error that is ErrBadResponse.
func newResult(r *reply) (*Result, error) {
	res := &Result{
		StatusCode: r.status,
		Header:     r.header,
		RequestID:  r.requestID(),
		Attempts:   r.attempts,
		Throttled:  r.throttled,
		raw:        r.body,
		received:   r.received,
	}
	if err := validator.DecodeWorkspaceGroupDocument(r.body, &res.doc); err != nil {
		return nil, newError(r, fmt.Errorf("%w: %w", ErrBadResponse, err))
	}
	for _, result := range res.doc.Results {
		if g, ok := res.doc.WorkspaceGroups[result.ID]; ok && result.Key == group.GroupsKey {
			res.group = g
			return res, nil
		}
	}
	return nil, newError(r, fmt.Errorf("%w: %w", ErrBadResponse, errNoGroup))
}

var errNoGroup = errors.New("its results name no group that it has")

// Group returns the group as it was right after the update. Its *_ids are nil unless the association was included.
func (r *Result) Group() Group { return r.group }

// Meta returns the page that the document says it is.
func (r *Result) Meta() Meta { return r.doc.Meta }

// RateLimit returns what the reply tells of the limit on requests; ok is false where it tells nothing.
func (r *Result) RateLimit() (limit RateLimit, ok bool) { return readRateLimit(r.Header, r.received) }

// Raw returns a copy of the document as it came.
func (r *Result) Raw() []byte { return bytes.Clone(r.raw) }

// Workspaces returns the members of the group in the order in which the API lists them. It is empty without
// IncludeWorkspaces, and lacks members that the token has no access to.
func (r *Result) Workspaces() []Workspace {
	return inOrder(r.group.WorkspaceIds, r.doc.Workspaces)
}

// ExternalReferences returns the references of the group in the order in which the API lists them. It is empty without
// IncludeExternalReferences.
func (r *Result) ExternalReferences() []Reference {
	return inOrder(r.group.ExternalReferenceIds, r.doc.ExternalReferences)
}

// RateCardSets returns the rate card sets of the group in the order in which the API lists them. It is empty without
// IncludeRateCardSets.
func (r *Result) RateCardSets() []RateCardSet {
	return inOrder(r.group.RateCardSetIds, r.doc.RateCardSets)
}

// Workspace returns the included workspace with an id.
func (r *Result) Workspace(id string) (Workspace, bool) { return lookup(r.doc.Workspaces, id) }

// ExternalReference returns the included reference with an id.
func (r *Result) ExternalReference(id string) (Reference, bool) {
	return lookup(r.doc.ExternalReferences, id)
}

// RateCardSet returns the included rate card set with an id.
func (r *Result) RateCardSet(id string) (RateCardSet, bool) { return lookup(r.doc.RateCardSets, id) }

func lookup[T any](objects *map[string]T, id string) (object T, ok bool) {
	if objects != nil {
		object, ok = (*objects)[id]
	}
	return object, ok
}

// inOrder returns the objects that ids name, or all in ascending order of id where the group names none.
func inOrder[T any](ids *[]string, objects *map[string]T) []T {
	if objects == nil {
		return nil
	}
	var order []string
	if ids != nil {
		order = *ids
	} else {
		order = validate.SortedKeys(*objects)
	}
	out := make([]T, 0, len(order))
	for _, id := range order {
		if object, ok := (*objects)[id]; ok {
			out = append(out, object)
		}
	}
	return out
}
