// Package demo is the sample data that a server shows what it does with. It works on any group.Store.
package demo

import (
	"context"
	_ "embed" // of data
	"errors"
	"fmt"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/gen/model"
)

const (
	// Account is the account of the data.
	Account = 1
	// Token is the token of its one user. Everybody can read it here: never load the data where others can reach it.
	Token = "demo"

	user = 1

	// The token has access to the workspaces of the data without those from firstHidden to lastHidden.
	workspaces  = 200
	firstHidden = 101
	lastHidden  = 110
)

// data has the form in which an account is exported. Group 7, "Acme", is the one that documentation and examples use.
//
//go:embed demo.json
var data []byte

// Load puts the data into store. Where the account has a group already its data stays as it is, and so does the token if
// it was ever made, revoked or not. It returns ErrNotEmpty where the token needs workspaces that other data has not; other
// errors are those of the store.
func Load(ctx context.Context, to group.Store) error { return LoadWithToken(ctx, to, Token) }

// LoadWithToken is Load with another token, which may be one that nobody else knows.
func LoadWithToken(ctx context.Context, to group.Store, token string) error {
	used, err := hasGroups(ctx, to)
	if err != nil {
		return fmt.Errorf("demo: look for groups: %w", err)
	}
	if !used {
		if err := load(ctx, to); err != nil {
			return fmt.Errorf("demo: import: %w", err)
		}
	}
	if err := ensureToken(ctx, to, token); err != nil {
		return fmt.Errorf("demo: token: %w", err)
	}
	return nil
}

func load(ctx context.Context, to group.Store) error {
	docs, err := store.ReadDocuments(data, store.ReadOptions{})
	if err != nil {
		return err
	}
	return to.Import(ctx, Account, &docs[0].Contents)
}

// Document returns the data in the form of the API, the same each time.
func Document() model.WorkspaceGroupDocument {
	ctx, from := context.Background(), memory.Open()
	err := load(ctx, from)
	doc, readErr := store.ReadModel(ctx, from, Account)
	if err = errors.Join(err, readErr); err != nil {
		panic(err) // the data is a constant
	}
	return doc
}

func ensureToken(ctx context.Context, store group.Store, token string) error {
	_, err := store.Authenticate(ctx, token)
	if group.CodeOf(err) != group.Unauthorized {
		return err
	}
	t := group.NewToken{AccountID: Account, UserID: user, Secret: token}
	for id := int64(1); id <= workspaces; id++ {
		if id < firstHidden || id > lastHidden {
			t.Workspaces = append(t.Workspaces, id)
		}
	}
	_, _, err = store.CreateToken(ctx, t)
	var e *group.Error
	switch {
	case !errors.As(err, &e) || e.Code != group.Refused:
		return err
	case slices.ContainsFunc(e.Problems, func(p group.Problem) bool { return p.Field != "secret" }):
		return ErrNotEmpty
	}
	return nil // it was revoked, and stays so
}

// ErrNotEmpty says that a store has data of its own.
var ErrNotEmpty = errors.New("the store has other data, and the demo needs an empty one")

// errFound ends an export at its first group.
var errFound = errors.New("found")

func hasGroups(ctx context.Context, store group.Store) (bool, error) {
	accounts, err := store.Accounts(ctx)
	if err != nil || !slices.Contains(accounts, Account) {
		return false, err
	}
	err = store.Export(ctx, Account, func(k group.Kind, _ *group.Row) error {
		if k == group.GroupKind {
			return errFound
		}
		return nil
	})
	if errors.Is(err, errFound) {
		return true, nil
	}
	return false, err
}
