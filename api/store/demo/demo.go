// Package demo is the sample data that a server shows what it does with. It works on any group.Store.
package demo

import (
	"context"
	"errors"
	"fmt"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

const (
	// Account is the account of the data.
	Account = 1
	// Token is the token of its one user. Everybody can read it here: never load the data where others can reach it.
	Token = "demo"

	user = 1

	groups     = 20
	workspaces = 200

	// The token has no access to the workspaces from firstHidden to lastHidden.
	firstHidden = 101
	lastHidden  = 110

	acme = 7 // the group that documentation and examples use
)

// Load puts the data into store. Where the account has a group already its data stays as it is, and so does the token if
// it was ever made, revoked or not. Errors are those of store.
func Load(ctx context.Context, store group.Store) error { return LoadWithToken(ctx, store, Token) }

// LoadWithToken is Load with another token, which may be one that nobody else knows.
func LoadWithToken(ctx context.Context, store group.Store, token string) error {
	used, err := hasGroups(ctx, store)
	if err != nil {
		return fmt.Errorf("demo: look for groups: %w", err)
	}
	if !used {
		doc := Document()
		if err := store.Import(ctx, Account, &doc); err != nil {
			return fmt.Errorf("demo: import: %w", err)
		}
	}
	if err := ensureToken(ctx, store, token); err != nil {
		return fmt.Errorf("demo: token: %w", err)
	}
	return nil
}

// Document returns the data in the form of the API, the same each time.
func Document() model.WorkspaceGroupDocument {
	doc := group.NewDocument(groups, group.All())
	for id := int64(1); id <= workspaces; id++ {
		w := workspace(id)
		(*doc.Workspaces)[w.ID] = w
	}
	for id := int64(1); id <= groups; id++ {
		doc.Add(snapshot(id))
	}
	return doc.WorkspaceGroupDocument
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
	if e := (*group.Error)(nil); errors.As(err, &e) && e.Code == group.Refused && onlySecret(e.Problems) {
		return nil // it was revoked, and stays so
	}
	return err
}

func onlySecret(problems []group.Problem) bool {
	return len(problems) == 1 && problems[0].Field == "secret"
}

// errFound ends an export at its first group.
var errFound = errors.New("found")

func hasGroups(ctx context.Context, store group.Store) (bool, error) {
	err := store.Export(ctx, Account, finder{})
	if errors.Is(err, errFound) {
		return true, nil
	}
	return false, err
}

type finder struct{}

var _ group.Exporter = finder{}

func (finder) Group(model.WorkspaceGroup) error                { return errFound }
func (finder) ExternalReference(model.ExternalReference) error { return nil }
func (finder) RateCardSet(model.RateCardSet) error             { return nil }
func (finder) Workspace(model.Workspace) error                 { return nil }
