package sqlite

import (
	"context"
	"fmt"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"github.com/ncruces/go-sqlite3"
)

// Authenticate returns who a token belongs to. It may be tokencache.MaxAge behind a revocation by another process;
// revocations through this Store are seen at once.
func (s *Store) Authenticate(ctx context.Context, token string) (group.Caller, error) {
	hash := group.SecretHash(token)
	caller, generation, ok := s.auth.Get(hash)
	if ok {
		return caller, nil
	}
	at, found := s.now(), false
	err := s.readers.read(ctx, func(c *conn) error {
		return c.each(`SELECT id, account_id, user_id, read_only FROM tokens WHERE hash = ?1 AND revoked_at IS NULL`,
			func(row *sqlite3.Stmt) error {
				found = true
				caller = group.Caller{
					TokenID: row.ColumnInt64(0), AccountID: row.ColumnInt64(1),
					UserID: row.ColumnInt64(2), ReadOnly: row.ColumnBool(3),
				}
				return nil
			}, hash[:])
	})
	if err != nil {
		return group.Caller{}, err
	}
	if !found {
		return group.Caller{}, &group.Error{Code: group.Unauthorized}
	}
	s.auth.Put(hash, caller, generation, at)
	return caller, nil
}

// CreateToken makes a token. It returns a group.Error with Refused where t names what is not there, or a secret that is
// in use.
func (s *Store) CreateToken(ctx context.Context, t group.NewToken) (group.Token, string, error) {
	t, err := t.Prepare()
	if err != nil {
		return group.Token{}, "", err
	}
	made := t.Token(s.timestamp())
	err = s.writer.do(ctx, func(c *conn) (err error) {
		made.ID, err = c.createToken(t, made)
		return err
	})
	if err != nil {
		return group.Token{}, "", err
	}
	return made, t.Secret, nil
}

func (c *conn) createToken(t group.NewToken, made group.Token) (int64, error) {
	hash := group.SecretHash(t.Secret)
	used, err := c.ids(`SELECT id FROM tokens WHERE hash = ?1`, hash[:])
	if err != nil {
		return 0, fmt.Errorf("sqlite: look for token: %w", err)
	}
	known, err := c.ids(`SELECT w.id FROM json_each(?1) AS named CROSS JOIN workspaces AS w ON w.id = named.value
		WHERE w.account_id = ?2 ORDER BY w.id`, array(t.Workspaces), t.AccountID)
	if err != nil {
		return 0, fmt.Errorf("sqlite: look for workspaces: %w", err)
	}
	if err := t.CheckStored(known, len(used) > 0); err != nil {
		return 0, err
	}
	return c.insertToken(t, made, hash[:])
}

func (c *conn) insertToken(t group.NewToken, made group.Token, hash []byte) (int64, error) {
	err := firstError(
		c.run(`INSERT INTO accounts (id) VALUES (?1) ON CONFLICT DO NOTHING`, t.AccountID),
		c.run(`INSERT INTO users (account_id, id) VALUES (?1, ?2) ON CONFLICT DO NOTHING`, t.AccountID, t.UserID),
		c.run(`INSERT INTO tokens (hash, account_id, user_id, read_only, all_workspaces, created_at)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6)`,
			hash, t.AccountID, t.UserID, t.ReadOnly, made.AllWorkspaces, document.FormatTime(made.CreatedAt)),
	)
	if err != nil {
		return 0, fmt.Errorf("sqlite: create token: %w", err)
	}
	id := c.LastInsertRowID()
	err = c.run(`INSERT INTO token_workspaces (token_id, workspace_id)
		SELECT DISTINCT ?1, value FROM json_each(?2)`, id, array(t.Workspaces))
	if err != nil {
		return 0, fmt.Errorf("sqlite: create token: %w", err)
	}
	return id, nil
}

// Tokens lists all tokens.
func (s *Store) Tokens(ctx context.Context) ([]group.Token, error) {
	var tokens []group.Token
	err := s.readers.read(ctx, func(c *conn) error {
		return c.each(`SELECT id, account_id, user_id, read_only, all_workspaces, created_at, coalesce(revoked_at, ''),
			(SELECT count(*) FROM token_workspaces WHERE token_id = id) FROM tokens ORDER BY id`,
			func(row *sqlite3.Stmt) error {
				t := group.Token{
					ID: row.ColumnInt64(0), AccountID: row.ColumnInt64(1), UserID: row.ColumnInt64(2),
					ReadOnly: row.ColumnBool(3), AllWorkspaces: row.ColumnBool(4), Workspaces: row.ColumnInt(7),
				}
				var err error
				if t.CreatedAt, err = time.Parse(time.RFC3339, row.ColumnText(5)); err != nil {
					return fmt.Errorf("sqlite: token %d: %w", t.ID, err)
				}
				if revoked := row.ColumnText(6); revoked != "" {
					if t.RevokedAt, err = time.Parse(time.RFC3339, revoked); err != nil {
						return fmt.Errorf("sqlite: token %d: %w", t.ID, err)
					}
				}
				tokens = append(tokens, t)
				return nil
			})
	})
	return tokens, err
}

// RevokeToken ends a token; one that is revoked already stays as it is.
func (s *Store) RevokeToken(ctx context.Context, id int64) error {
	defer s.auth.Clear() // after the commit, whatever came of it
	return s.writer.do(ctx, func(c *conn) error {
		found, err := c.ids(`SELECT id FROM tokens WHERE id = ?1`, id)
		if err != nil {
			return fmt.Errorf("sqlite: find token: %w", err)
		}
		if len(found) == 0 {
			return &group.Error{Code: group.NotFound}
		}
		err = c.run(`UPDATE tokens SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL`, id, document.FormatTime(s.timestamp()))
		if err != nil {
			return fmt.Errorf("sqlite: revoke token: %w", err)
		}
		return nil
	})
}
