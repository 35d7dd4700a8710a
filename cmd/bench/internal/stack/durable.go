package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/sqlite"
	"example.com/oxgroups/cmd/bench/internal/canned"
	"example.com/oxgroups/gen/model"
)

// Durable is the project's server on a SQLite file, and EchoCanned what a handler on echo takes that returns always the same
// bytes. They are measured beside each other only: the stacks in Names have no storage.
const (
	Durable    = "sqlite"
	EchoCanned = "echo-canned"
)

// Groups is how many groups Durable has, with the ids from 1. GroupName names them.
const Groups = 64

// GroupName returns the name of a group, as long as that in canned's reply.
func GroupName(id int) string { return fmt.Sprintf("Acme Company %03d", id) }

// namedWorkspaces are those that Durable has.
func namedWorkspaces() (ids []string) {
	for id := 1_000_010; id < 1_000_020; id++ {
		ids = append(ids, strconv.Itoa(id))
	}
	return ids
}

// serveDurable serves a new file in a directory for temporary files until ctx ends, and removes it. It collects garbage as
// seldom as oxgroupsd does.
func serveDurable(ctx context.Context, ln net.Listener) (err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "groups.db"))
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	srv, err := server.New(store)
	if err == nil {
		err = fill(ctx, store)
	}
	if err != nil {
		return errors.Join(err, ln.Close())
	}
	return srv.Serve(ctx, ln)
}

func fill(ctx context.Context, to group.Store) error {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	doc := store.NewDocument(Groups, group.Includes{group.WorkspaceKind: true})
	for id := range Groups {
		g := model.WorkspaceGroup{ID: strconv.Itoa(id + 1), Name: GroupName(id + 1), CreatedAt: at, UpdatedAt: at}
		doc.WorkspaceGroups[g.ID] = g
	}
	for _, id := range namedWorkspaces() {
		(*doc.Workspaces)[id] = model.Workspace{ID: id, Title: "Rocket skates"}
	}
	contents, err := store.NewContents(&doc)
	if err == nil {
		err = to.Import(ctx, 1, contents)
	}
	if err != nil {
		return err
	}
	_, _, err = to.CreateToken(ctx, group.NewToken{AccountID: 1, UserID: 1, Secret: canned.Token})
	return err
}

func echoCanned() (*Stack, error) {
	reply := canned.Document(false)
	e := echo.New()
	e.PUT(canned.BasePath+"/workspace_groups/:id", func(c echo.Context) error {
		return c.JSONBlob(http.StatusOK, reply)
	})
	return &Stack{Handler: e}, nil
}
