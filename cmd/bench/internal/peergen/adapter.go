//go:build ignore

// The canned store behind a server of ogen. It is written by hand, and peergen copies it into each package that ogen
// generates: their types have the same names and are still different types.
package adapter

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/go-faster/jx"
	"github.com/ogen-go/ogen/ogenerrors"

	"example.com/oxgroups/cmd/bench/internal/canned"
)

// NewHandler returns the generated server, below the API's base path.
func NewHandler() (http.Handler, error) {
	var h handler
	if err := h.group.UnmarshalJSON(canned.Document(false)); err != nil {
		return nil, fmt.Errorf("ogen: the canned group: %w", err)
	}
	if err := h.included.UnmarshalJSON(canned.Document(true)); err != nil {
		return nil, fmt.Errorf("ogen: the canned group with workspaces: %w", err)
	}
	return NewServer(&h, security{}, WithPathPrefix(canned.BasePath))
}

// DecodeBody reads and validates a body as the generated server does.
func DecodeBody(body []byte) error {
	var request WorkspaceGroupRequest
	d := jx.DecodeBytes(body)
	if err := request.Decode(d); err != nil {
		return err
	}
	if err := d.Skip(); err != io.EOF {
		return fmt.Errorf("data after the document: %w", err)
	}
	return request.Validate()
}

// Encoder returns what writes the canned reply as the generated server does.
func Encoder() (func(io.Writer) error, error) {
	var doc WorkspaceGroupDocument
	if err := doc.UnmarshalJSON(canned.Document(false)); err != nil {
		return nil, fmt.Errorf("ogen: the canned group: %w", err)
	}
	return func(w io.Writer) error {
		e := new(jx.Encoder)
		doc.Encode(e)
		_, err := e.WriteTo(w)
		return err
	}, nil
}

type handler struct{ group, included WorkspaceGroupDocument }

var _ Handler = (*handler)(nil)

// UpdateWorkspaceGroup returns a document of its own for each request, as a handler on a real store has to.
func (h *handler) UpdateWorkspaceGroup(_ context.Context, _ *WorkspaceGroupRequest, params UpdateWorkspaceGroupParams) (UpdateWorkspaceGroupRes, error) {
	doc := h.group
	if strings.Contains(params.Include.Value, canned.Include) {
		doc = h.included
		doc.Workspaces.Value = maps.Clone(doc.Workspaces.Value)
	}
	doc.Results = slices.Clone(doc.Results)
	doc.WorkspaceGroups = maps.Clone(doc.WorkspaceGroups)
	return &WorkspaceGroupDocumentHeaders{Response: doc}, nil
}

// NewError returns the reply to an error, with the status that ogen has for it.
func (h *handler) NewError(_ context.Context, err error) *RefusedStatusCodeWithHeaders {
	return &RefusedStatusCodeWithHeaders{
		StatusCode: ogenerrors.ErrorCode(err),
		Response:   Errors{Errors: []Error{{Type: "system", Message: err.Error()}}},
	}
}

type security struct{}

var _ SecurityHandler = security{}

// HandleBearerAuth finds out who asks.
func (security) HandleBearerAuth(ctx context.Context, _ OperationName, t BearerAuth) (context.Context, error) {
	return canned.Authenticate(ctx, t.Token)
}
