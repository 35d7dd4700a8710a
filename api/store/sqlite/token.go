package sqlite

import (
	"fmt"

	"github.com/ncruces/go-sqlite3"
)

// UseTokens sets when tokens were used.
func (c *conn) UseTokens(uses map[int64]string) error {
	for id, at := range uses {
		if err := c.run(`UPDATE tokens SET last_used_at = ?2 WHERE id = ?1 AND last_used_at < ?2`, id, at); err != nil {
			return fmt.Errorf("sqlite: token %d: %w", id, err)
		}
	}
	return nil
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
		err = c.AddReach(token, workspaces)
	}
	return wrap("set the workspaces of a token", err)
}
