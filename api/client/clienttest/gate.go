package clienttest

import (
	"context"
	"sync/atomic"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/gen/model"
)

// sighting is what the real server saw of a request. One goroutine at a time has it.
type sighting struct {
	withheld bool // the store must not see the update
	applied  bool // the store took it
	entry    server.Entry
}

type sightingKey struct{}

// record is the journal of the real server.
func record(ctx context.Context, e server.Entry) {
	ctx.Value(sightingKey{}).(*sighting).entry = e
}

// gate stands between the real server and the store, and keeps from it what a fault withholds.
type gate struct{ store atomic.Pointer[group.Store] }

func (g *gate) open() group.Store { return *g.store.Load() }

var _ group.Updater = (*gate)(nil)

func (g *gate) Authenticate(ctx context.Context, token string) (group.Caller, error) {
	return g.open().Authenticate(ctx, token)
}

func (g *gate) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	seen := ctx.Value(sightingKey{}).(*sighting)
	if seen.withheld {
		return group.Snapshot{}, &group.Error{Code: group.Unavailable}
	}
	snapshot, err := g.open().Update(ctx, by, id, u, in)
	seen.applied = err == nil
	return snapshot, err
}
