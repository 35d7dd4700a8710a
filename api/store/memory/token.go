package memory

import (
	"context"
	"slices"

	"example.com/oxgroups/api/group"
)

// Authenticate returns who a token belongs to.
func (s *Store) Authenticate(ctx context.Context, token string) (caller group.Caller, err error) {
	hash := group.SecretHash(token)
	err = s.with(ctx, func(d *data) error {
		t, ok := d.tokens[hash]
		if !ok || !t.RevokedAt.IsZero() {
			return &group.Error{Code: group.Unauthorized}
		}
		caller = group.Caller{TokenID: t.ID, AccountID: t.AccountID, UserID: t.UserID, ReadOnly: t.ReadOnly}
		return nil
	})
	return caller, err
}

// CreateToken makes a token. It returns a group.Error with Refused where t names what is not there, or a secret that is
// in use.
func (s *Store) CreateToken(ctx context.Context, t group.NewToken) (made group.Token, secret string, err error) {
	if t, err = t.Prepare(); err != nil {
		return group.Token{}, "", err
	}
	hash := group.SecretHash(t.Secret)
	err = s.with(ctx, func(d *data) error {
		known := slices.Sorted(slices.Values(t.Workspaces))
		known = slices.DeleteFunc(known, func(id int64) bool {
			w, ok := d.workspaces[id]
			return !ok || w.account != t.AccountID
		})
		_, used := d.tokens[hash]
		if err := t.CheckStored(known, used); err != nil {
			return err
		}
		d.hashes = append(d.hashes, hash)
		made = t.Token(s.timestamp())
		made.ID = int64(len(d.hashes))
		d.tokens[hash] = &tokenRow{Token: made, workspaces: slices.Compact(known)}
		return nil
	})
	if err != nil {
		return group.Token{}, "", err
	}
	return made, t.Secret, nil
}

// Tokens lists all tokens.
func (s *Store) Tokens(ctx context.Context) (tokens []group.Token, err error) {
	err = s.with(ctx, func(d *data) error {
		for _, hash := range d.hashes {
			tokens = append(tokens, d.tokens[hash].Token)
		}
		return nil
	})
	return tokens, err
}

// RevokeToken ends a token; one that is revoked already stays as it is.
func (s *Store) RevokeToken(ctx context.Context, id int64) error {
	return s.with(ctx, func(d *data) error {
		if id < 1 || id > int64(len(d.hashes)) {
			return &group.Error{Code: group.NotFound}
		}
		if t := d.tokens[d.hashes[id-1]]; t.RevokedAt.IsZero() {
			t.RevokedAt = s.timestamp()
		}
		return nil
	})
}
