package torture

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

// state is what a group has of the fields that the proofs change.
type state struct {
	notes, website string
	members        []int64
	references     []string // what each refers to
}

func (s state) equal(t state) bool {
	return s.notes == t.notes && s.website == t.website && slices.Equal(s.members, t.members) && slices.Equal(s.references, t.references)
}

// target is where updates go.
type target interface {
	update(ctx context.Context, id int64, u model.WorkspaceGroupUpdate) (state, error)
}

// errUncertain says that an update may have been applied or not.
var errUncertain = errors.New("not acknowledged")

// overHTTP sends updates through the public client.
type overHTTP struct{ *client.Client }

var _ target = overHTTP{}

func dial(t *testing.T, url string) overHTTP {
	t.Helper()
	c, err := client.New(client.WithBaseURL(url+"/api/v1"), client.WithToken(token), client.WithoutRetries(),
		client.WithInclude(client.IncludeWorkspaces, client.IncludeExternalReferences))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return overHTTP{c}
}

func (h overHTTP) update(ctx context.Context, id int64, u model.WorkspaceGroupUpdate) (state, error) {
	r, err := h.UpdateWorkspaceGroup(ctx, id, u)
	if errors.Is(err, client.ErrConnection) || errors.Is(err, client.ErrUnavailable) || ctx.Err() != nil {
		return state{}, fmt.Errorf("%w: %w", errUncertain, err)
	}
	if err != nil {
		return state{}, err
	}
	var s state
	s.notes, _ = r.Group.Notes.Value()
	s.website, _ = r.Group.Website.Value()
	s.members = r.Group.WorkspaceIds
	for _, reference := range r.ExternalReferences {
		s.references = append(s.references, reference.ServiceModelRef)
	}
	return s, nil
}

// inProcess calls an engine.
type inProcess struct {
	group.Updater
	caller group.Caller
}

var _ target = inProcess{}

func (p inProcess) update(ctx context.Context, id int64, u model.WorkspaceGroupUpdate) (state, error) {
	s, err := p.Update(ctx, p.caller, id, u, group.All())
	if group.CodeOf(err) == group.Unavailable {
		return state{}, fmt.Errorf("%w: %w", errUncertain, err)
	}
	if err != nil {
		return state{}, err
	}
	return stateOf(s)
}

func stateOf(snapshot group.Snapshot) (s state, err error) {
	g := snapshot.Group
	s.notes, _ = g.Notes.Value()
	s.website, _ = g.Website.Value()
	for _, text := range *g.WorkspaceIds {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return s, err
		}
		s.members = append(s.members, id)
	}
	for _, id := range *g.ExternalReferenceIds {
		s.references = append(s.references, (*snapshot.Included.ExternalReferences)[id].ServiceModelRef)
	}
	return s, nil
}
