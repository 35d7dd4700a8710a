// Package group is the domain: what updating a workspace group means, who may do it, and the seam behind which engines
// store it. It has no HTTP and no SQL.
//
// Start with Updater in store.go.
package group

import (
	"context"
	"time"

	"example.com/oxgroups/gen/model"
)

// Caller is who asks: the owner of a token.
type Caller struct {
	TokenID    int64 // what the caller has access to is stored with the token
	AccountID  int64
	UserID     int64
	ReadOnly   bool
	Name       string    // of the token
	ExpiresAt  time.Time // of the token; zero: never
	LastUsedAt time.Time // of the token before now, to the minute; zero: never
}

// Snapshot is a group as it was at one moment, with the associations that were asked for. Workspaces that the caller has no
// access to are left out.
type Snapshot struct {
	Group    model.WorkspaceGroup         // the *_ids of an included association are set, the others are nil
	Included model.WorkspaceGroupDocument // the maps of the included associations, and nothing else

	// JSON is the document as the API answers with it where stored values no longer fit the spec: it shows them as they are
	// stored, and the typed objects have only what fits their Go types. It is nil where everything fits.
	JSON []byte
}

// Document puts the snapshot into the form in which the API answers.
func (s Snapshot) Document() model.WorkspaceGroupDocument {
	d := s.Included
	d.Count, d.Meta = 1, NewMeta(1)
	d.Results = []model.Result{{Key: GroupsKey, ID: s.Group.ID}}
	d.WorkspaceGroups = map[string]model.WorkspaceGroup{s.Group.ID: s.Group}
	return d
}

// pageSize is what the vendor's pages hold unless a client asks for another size.
const pageSize = 20

// NewMeta returns what is said of the pages of a document with n groups, all of which are in it.
func NewMeta(n int) model.Meta {
	pages := max(1, (n+pageSize-1)/pageSize)
	return model.Meta{Count: int64(n), PageCount: int64(pages), PageNumber: 1, PageSize: pageSize}
}

// Updater is what serving the endpoint needs. It is safe for concurrent use.
type Updater interface {
	// Authenticate returns who a token belongs to, and notes that the token was used.
	// It returns an Error with Unauthorized where the token is unknown, revoked or expired, Unavailable where storage is away.
	Authenticate(ctx context.Context, token string) (Caller, error)

	// Update applies u to the group as a whole or not at all and returns the group as it is then. When it has returned
	// without an error the update survives the death of the process and the loss of power. updated_at moves only if
	// something changed.
	//
	// It returns an Error with Forbidden where the caller may only read, NotFound where the account has no such group,
	// Refused with every reason where the name is taken, a workspace does not exist or is out of reach (the two read the
	// same) or the merged group breaks a rule of the spec, Unavailable where storage cannot serve or ctx ended first. After
	// Unavailable the update may have been applied if the engine lost the connection to its server during the commit.
	Update(ctx context.Context, by Caller, id int64, u model.WorkspaceGroupUpdate, in Includes) (Snapshot, error)
}

// Store is a whole engine: what serves the endpoint and what administers it. It is safe for concurrent use.
type Store interface {
	Updater

	// Ready returns nil if updates can be served now, else an Error with Unavailable that says why not.
	Ready(ctx context.Context) error

	// Import puts the contents into an account, making the account if it is not there. A row with an id that the account
	// has is replaced; one with an id that another account has is Refused. All of it is done or nothing.
	Import(ctx context.Context, account int64, c *Contents) error

	// Export hands every row of an account to row as it is stored at one moment: each kind in the order of Kinds and in
	// ascending order of id. It stops at the first error and returns it. The row is valid until row returns.
	Export(ctx context.Context, account int64, row func(Kind, *Row) error) error

	// Accounts lists the accounts in ascending order of id.
	Accounts(ctx context.Context) ([]int64, error)

	// Orphans lists the rows that name something that is not there, for example a reference of a missing group.
	Orphans(ctx context.Context) ([]Orphan, error)

	// CreateToken makes a token and returns it; only its SHA-256 is stored, so it cannot be shown again. The account and
	// the user are made if they are not there.
	CreateToken(ctx context.Context, t NewToken) (Token, string, error)

	// Tokens lists the tokens in ascending order of id, revoked and expired ones among them.
	Tokens(ctx context.Context) ([]Token, error)

	// RevokeToken ends a token. It returns an Error with NotFound where there is none with that id.
	RevokeToken(ctx context.Context, id int64) error

	// Close waits for what was accepted and releases the engine. The engine cannot be used after it.
	Close() error
}
