package memory

import (
	"crypto/sha256"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// Token returns the token with a hash.
func (d *data) Token(hash []byte) (*group.Token, error) {
	t, ok := d.tokens[[sha256.Size]byte(hash)]
	if !ok {
		return nil, nil
	}
	found := t.Token
	return &found, nil
}

// AddToken stores a token.
func (d *data) AddToken(t *group.Token, workspaces []int64, hash []byte) error {
	h := [sha256.Size]byte(hash)
	d.hashes = append(d.hashes, h)
	t.ID = int64(len(d.hashes))
	d.tokens[h] = &tokenRow{Token: *t, workspaces: workspaces}
	return nil
}

// Tokens lists all tokens.
func (d *data) Tokens() (tokens []group.Token, err error) {
	for _, hash := range d.hashes {
		tokens = append(tokens, d.tokens[hash].Token)
	}
	return tokens, nil
}

// RevokeToken ends a token.
func (d *data) RevokeToken(id int64, at string) (found bool, err error) {
	if id < 1 || id > int64(len(d.hashes)) {
		return false, nil
	}
	if t := d.tokens[d.hashes[id-1]]; t.RevokedAt.IsZero() {
		t.RevokedAt, err = store.ParseTime(at)
	}
	return true, err
}

// UseTokens sets when tokens were used.
func (d *data) UseTokens(uses map[int64]string) error {
	for id, text := range uses {
		at, err := store.ParseTime(text)
		if err != nil {
			return err
		}
		if t := d.tokens[d.hashes[id-1]]; t.LastUsedAt.Before(at) {
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
	t := *d.tokens[d.hashes[token-1]]
	t.workspaces, t.Workspaces = workspaces, len(workspaces)
	d.tokens[d.hashes[token-1]] = &t
	return nil
}
