package memory

import (
	"bytes"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// Token returns the token with a hash.
func (d *data) Token(hash []byte) (*group.Token, error) {
	i := slices.IndexFunc(d.tokens, func(t tokenRow) bool { return bytes.Equal(t.hash, hash) })
	if i < 0 {
		return nil, nil
	}
	found := d.tokens[i].Token
	return &found, nil
}

// AddToken stores a token.
func (d *data) AddToken(t *group.Token, workspaces []int64, hash []byte) error {
	t.ID = int64(len(d.tokens)) + 1
	d.tokens = append(d.tokens, tokenRow{*t, workspaces, slices.Clone(hash)})
	return nil
}

// Tokens lists all tokens.
func (d *data) Tokens() (tokens []group.Token, err error) {
	for _, t := range d.tokens {
		tokens = append(tokens, t.Token)
	}
	return tokens, nil
}

// token returns the token with an id, or nil.
func (d *data) token(id int64) *tokenRow {
	if id < 1 || id > int64(len(d.tokens)) {
		return nil
	}
	return &d.tokens[id-1]
}

// RevokeToken ends a token.
func (d *data) RevokeToken(id int64, at string) (found bool, err error) {
	t := d.token(id)
	if t != nil && t.RevokedAt.IsZero() {
		t.RevokedAt, err = store.ParseTime(at)
	}
	return t != nil, err
}

// UseTokens sets when tokens were used.
func (d *data) UseTokens(uses map[int64]string) error {
	for id, text := range uses {
		at, err := store.ParseTime(text)
		if err != nil {
			return err
		}
		if t := d.token(id); t.LastUsedAt.Before(at) {
			t.LastUsedAt = at
		}
	}
	return nil
}

// Reach returns the lists of workspaces of an account's tokens.
func (d *data) Reach(account int64) (map[int64][]int64, error) {
	reach := map[int64][]int64{}
	for _, t := range d.tokens {
		if t.AccountID == account && !t.AllWorkspaces {
			reach[t.ID] = t.workspaces
		}
	}
	return reach, nil
}

// SetReach gives a token another list of workspaces.
func (d *data) SetReach(token int64, workspaces []int64) error {
	t := d.token(token)
	t.workspaces, t.Workspaces = workspaces, len(workspaces)
	return nil
}
