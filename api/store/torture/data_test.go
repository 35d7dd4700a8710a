package torture

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
)

const (
	account = 1
	token   = "torture"
)

// data is groups 1 to n and the workspaces that their updates name.
func data(n int) *model.WorkspaceGroupDocument {
	doc := store.NewDocument(n, group.All())
	born := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for id := int64(1); id <= int64(n); id++ {
		none := []string{}
		g := model.WorkspaceGroup{
			ID: strconv.FormatInt(id, 10), Name: nameOf(id), CreatedAt: born, UpdatedAt: born, WorkspaceIds: &none, ExternalReferenceIds: &none, RateCardSetIds: &none,
		}
		doc.WorkspaceGroups[g.ID] = g
		for i := range slots {
			w := model.Workspace{ID: strconv.FormatInt(slot(id, i), 10), Title: fmt.Sprint("Workspace ", i)}
			(*doc.Workspaces)[w.ID] = w
		}
	}
	return &doc
}

// load puts data and a token into a store.
func load(ctx context.Context, to group.Store, n int) error {
	contents, err := store.NewContents(data(n))
	if err == nil {
		err = to.Import(ctx, account, contents)
	}
	if err != nil {
		return err
	}
	_, _, err = to.CreateToken(ctx, group.NewToken{AccountID: account, UserID: 1, Secret: token})
	return err
}

func newWorkers(n int) []*worker {
	workers := make([]*worker, n)
	for i := range workers {
		workers[i] = &worker{id: int64(i + 1)}
	}
	return workers
}
