package sqlite

import (
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

const selectTokens = `SELECT id, account_id, user_id, read_only, all_workspaces, name, created_at, expires_at, last_used_at, coalesce(revoked_at, ''),
	(SELECT count(*) FROM token_workspaces WHERE token_id = id) FROM tokens `

// Token returns the token with a hash.
func (c *conn) Token(hash []byte) (*group.Token, error) {
	tokens, err := c.tokens(selectTokens+`WHERE hash = ?1`, hash)
	if err != nil || len(tokens) == 0 {
		return nil, err
	}
	return &tokens[0], nil
}

// Tokens lists all tokens.
func (c *conn) Tokens() ([]group.Token, error) { return c.tokens(selectTokens + `ORDER BY id`) }

func (c *conn) tokens(sql string, args ...any) (tokens []group.Token, err error) {
	err = c.each(sql, func(row *sqlite3.Stmt) (err error) {
		t := group.Token{
			ID: row.ColumnInt64(0), AccountID: row.ColumnInt64(1), UserID: row.ColumnInt64(2), ReadOnly: row.ColumnBool(3),
			AllWorkspaces: row.ColumnBool(4), Name: row.ColumnText(5), Workspaces: row.ColumnInt(10),
		}
		err = store.ParseTimes(&t, row.ColumnText(6), row.ColumnText(7), row.ColumnText(8), row.ColumnText(9))
		tokens = append(tokens, t)
		return err
	}, args...)
	return tokens, wrap("read tokens", err)
}

// AddToken stores a token.
func (c *conn) AddToken(t *group.Token, workspaces []int64, hash []byte) error {
	err := c.run(`INSERT INTO accounts (id) VALUES (?1) ON CONFLICT DO NOTHING`, t.AccountID)
	if err == nil {
		err = c.run(`INSERT INTO users (account_id, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, t.AccountID, t.UserID)
	}
	if err == nil {
		err = c.run(`INSERT INTO tokens (hash, account_id, user_id, read_only, all_workspaces, name, created_at, expires_at)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`,
			hash, t.AccountID, t.UserID, t.ReadOnly, t.AllWorkspaces, t.Name, store.FormatTime(t.CreatedAt), store.FormatTime(t.ExpiresAt))
	}
	if err == nil {
		t.ID = c.LastInsertRowID()
		err = c.addReach(t.ID, workspaces)
	}
	return wrap("create token", err)
}

// RevokeToken ends a token.
func (c *conn) RevokeToken(id int64, at string) (found bool, err error) {
	ids, err := c.ids(`SELECT id FROM tokens WHERE id = ?1`, id)
	if err != nil || len(ids) == 0 {
		return false, wrap("find token", err)
	}
	err = c.run(`UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL`, id, at)
	return true, wrap("revoke token", err)
}

// UseTokens sets when tokens were used.
func (c *conn) UseTokens(uses map[int64]string) error {
	for id, at := range uses {
		if err := c.run(`UPDATE tokens SET last_used_at = ?2 WHERE id = ?1 AND last_used_at < ?2`, id, at); err != nil {
			return fmt.Errorf("sqlite: token %d: %w", id, err)
		}
	}
	return nil
}

func (c *conn) addReach(token int64, workspaces []int64) error {
	return c.run(`INSERT INTO token_workspaces (token_id, workspace_id) SELECT ?1, value FROM json_each(?2)`, token, array(workspaces))
}

// Reach returns the lists of workspaces of an account's tokens.
func (c *conn) Reach(account int64) (map[int64][]int64, error) {
	reach := map[int64][]int64{}
	err := c.each(`SELECT t.id, coalesce(w.workspace_id, 0) FROM tokens AS t LEFT JOIN token_workspaces AS w ON w.token_id = t.id
		WHERE t.account_id = ?1 AND NOT t.all_workspaces ORDER BY t.id, w.workspace_id`, func(row *sqlite3.Stmt) error {
		if token, id := row.ColumnInt64(0), row.ColumnInt64(1); id != 0 {
			reach[token] = append(reach[token], id)
		} else {
			reach[token] = []int64{}
		}
		return nil
	}, account)
	return reach, wrap("read the workspaces of tokens", err)
}

// SetReach gives a token another list of workspaces.
func (c *conn) SetReach(token int64, workspaces []int64) error {
	err := c.run(`DELETE FROM token_workspaces WHERE token_id = ?1`, token)
	if err == nil {
		err = c.addReach(token, workspaces)
	}
	return wrap("set the workspaces of a token", err)
}
