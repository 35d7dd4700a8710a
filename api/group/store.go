// Package group is the domain: what updating a workspace group means, who may do it, and the seam behind which engines
// store it. It has no HTTP and no SQL.
package group

import (
	"context"
	"time"

	"example.com/oxgroups/gen/model"
)

// Caller is who asks: the owner of a token.
type Caller struct {
	TokenID   int64 // what the caller has access to is stored with the token
	AccountID int64
	UserID    int64
	ReadOnly  bool
}

// Snapshot is a group as it was at one moment, with the associations that were asked for. All lists are in ascending
// order of id. Workspaces that the caller has no access to are left out.
type Snapshot struct {
	Group              model.WorkspaceGroup // the *_ids of an included association are set, the others are nil
	ExternalReferences []model.ExternalReference
	RateCardSets       []model.RateCardSet
	Workspaces         []model.Workspace
}

// Updater is what serving the endpoint needs. It is safe for concurrent use.
type Updater interface {
	// Authenticate returns who a token belongs to.
	// It returns an Error with Unauthorized where the token is unknown or revoked, Unavailable where storage is away.
	Authenticate(ctx context.Context, token string) (Caller, error)

	// Update applies u to the group as a whole or not at all and returns the group as it is then. When it has returned
	// without an error the update survives the death of the process and the loss of power. updated_at moves only if
	// something changed.
	//
	// It returns an Error with Forbidden where the caller may only read, NotFound where the account has no such group,
	// Refused with every reason where the name is taken or a workspace does not exist or is out of reach (the two read
	// the same), Unavailable where storage cannot serve or ctx ended first.
	Update(ctx context.Context, by Caller, id int64, u model.WorkspaceGroupUpdate, in Includes) (Snapshot, error)
}

// Store is a whole engine: what serves the endpoint and what administers it. It is safe for concurrent use.
type Store interface {
	Updater

	// Import puts the objects of doc into an account, making the account if it is not there. An object with an id that
	// the account has is replaced; one with an id that another account has is Refused. All of it is done or nothing.
	Import(ctx context.Context, account int64, doc *model.WorkspaceGroupDocument) error

	// Export hands every object of an account to to, as of one moment: all groups, then all references, rate card sets and
	// workspaces, each kind in ascending order of id. It stops at the first error and returns it.
	Export(ctx context.Context, account int64, to Exporter) error

	// CreateToken makes a token and returns it; only its SHA-256 is stored, so it cannot be shown again. The account and
	// the user are made if they are not there.
	CreateToken(ctx context.Context, t NewToken) (Token, string, error)

	// Tokens lists the tokens in ascending order of id, revoked ones among them.
	Tokens(ctx context.Context) ([]Token, error)

	// RevokeToken ends a token. It returns an Error with NotFound where there is none with that id.
	RevokeToken(ctx context.Context, id int64) error

	// Close waits for what was accepted and releases the engine. The engine cannot be used after it.
	Close() error
}

// Exporter takes the objects of an export one by one. The groups have all their *_ids.
type Exporter interface {
	Group(model.WorkspaceGroup) error
	ExternalReference(model.ExternalReference) error
	RateCardSet(model.RateCardSet) error
	Workspace(model.Workspace) error
}

// NewToken says what a token is for.
type NewToken struct {
	AccountID int64
	UserID    int64
	ReadOnly  bool
	// Workspaces are the ids that the token has access to; nil is all of the account.
	Workspaces []int64
	// Secret is the token itself; "" makes a random one of 256 bits.
	Secret string
}

// Token is what is known of a token; the token itself is not.
type Token struct {
	ID            int64
	AccountID     int64
	UserID        int64
	ReadOnly      bool
	AllWorkspaces bool
	Workspaces    int // how many the token has access to where it is not all
	CreatedAt     time.Time
	RevokedAt     time.Time // zero: not revoked
}
