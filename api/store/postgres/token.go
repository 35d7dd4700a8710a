package postgres

import (
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

const selectTokens = `SELECT id, account_id, user_id, read_only, all_workspaces, name, created_at, expires_at, last_used_at, coalesce(revoked_at, ''),
	(SELECT count(*) FROM token_workspaces WHERE token_id = id) FROM tokens `

// Token returns the token with a hash.
func (t *tx) Token(hash []byte) (*group.Token, error) {
	tokens, err := t.tokens(selectTokens+`WHERE hash = $1`, hash)
	if err != nil || len(tokens) == 0 {
		return nil, err
	}
	return &tokens[0], nil
}

// Tokens lists all tokens.
func (t *tx) Tokens() ([]group.Token, error) { return t.tokens(selectTokens + `ORDER BY id`) }

func (t *tx) tokens(sql string, args ...any) (tokens []group.Token, err error) {
	var k group.Token
	var created, expires, used, revoked string
	into := []any{&k.ID, &k.AccountID, &k.UserID, &k.ReadOnly, &k.AllWorkspaces, &k.Name, &created, &expires, &used, &revoked, &k.Workspaces}
	err = t.each("read tokens", sql, args, into, func() error {
		err := store.ParseTimes(&k, created, expires, used, revoked)
		tokens = append(tokens, k)
		return err
	})
	return tokens, err
}

// AddToken stores a token.
func (t *tx) AddToken(k *group.Token, workspaces []int64, hash []byte) error {
	t.queue(`INSERT INTO accounts (id) VALUES ($1) ON CONFLICT DO NOTHING`, k.AccountID)
	t.queue(`INSERT INTO users (account_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, k.AccountID, k.UserID)
	t.queue(`INSERT INTO tokens (hash, account_id, user_id, read_only, all_workspaces, name, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`, hash, k.AccountID, k.UserID, k.ReadOnly, k.AllWorkspaces, k.Name,
		store.FormatTime(k.CreatedAt), store.FormatTime(k.ExpiresAt)).QueryRow(func(row pgx.Row) error { return row.Scan(&k.ID) })
	err := t.flush()
	if constraintOf(err) == "tokens_hash" {
		return store.ErrTokenUsed
	}
	if err == nil {
		t.queue(`INSERT INTO token_workspaces (token_id, workspace_id) SELECT $1, unnest($2::bigint[])`, k.ID, ids(workspaces))
		err = t.flush()
	}
	if err != nil {
		return fmt.Errorf("postgres: create token: %w", err)
	}
	return nil
}

// RevokeToken ends a token.
func (t *tx) RevokeToken(id int64, at string) (found bool, err error) {
	var revoked int64
	err = t.each("revoke token", `UPDATE tokens SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING id`,
		[]any{id, at}, []any{&revoked}, func() error { return nil })
	return revoked != 0, err
}

// UseTokens sets when tokens were used.
func (t *tx) UseTokens(uses map[int64]string) error {
	tokens := slices.Sorted(maps.Keys(uses)) // in one order for all processes
	times := make([]string, len(tokens))
	for i, id := range tokens {
		times[i] = uses[id]
	}
	t.queue(`UPDATE tokens AS k SET last_used_at = used.at FROM unnest($1::bigint[], $2::text[]) AS used(id, at)
		WHERE k.id = used.id AND k.last_used_at < used.at`, tokens, times)
	if err := t.flush(); err != nil {
		return fmt.Errorf("postgres: note the use of tokens: %w", err)
	}
	return nil
}
