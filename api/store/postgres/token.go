package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"github.com/jackc/pgx/v5"
)

// Authenticate returns who a token belongs to. It may be tokencache.MaxAge behind a revocation through another Store;
// revocations through this one are seen at once.
func (s *Store) Authenticate(ctx context.Context, token string) (group.Caller, error) {
	hash := group.SecretHash(token)
	caller, generation, ok := s.auth.Get(hash)
	if ok {
		return caller, nil
	}
	at := s.now()
	err := s.do(ctx, mode{reads: true}, func(ctx context.Context, c *pgx.Conn) error {
		err := c.QueryRow(ctx, `SELECT id, account_id, user_id, read_only FROM tokens WHERE hash = $1 AND revoked_at IS NULL`,
			hash[:]).Scan(&caller.TokenID, &caller.AccountID, &caller.UserID, &caller.ReadOnly)
		if errors.Is(err, pgx.ErrNoRows) {
			return &group.Error{Code: group.Unauthorized}
		}
		if err != nil {
			return fmt.Errorf("postgres: look for token: %w", err)
		}
		return nil
	})
	if err != nil {
		return group.Caller{}, err
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
	hash := group.SecretHash(t.Secret)
	err = s.do(ctx, mode{}, func(ctx context.Context, c *pgx.Conn) error {
		err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error { return createToken(ctx, tx, t, &made, hash[:]) })
		if stateOf(err) == uniqueViolation && constraintOf(err) == "tokens_hash" {
			return t.CheckStored(t.Workspaces, true) // it was made while this ran; all else was checked
		}
		return err
	})
	if err != nil {
		return group.Token{}, "", err
	}
	return made, t.Secret, nil
}

func createToken(ctx context.Context, tx pgx.Tx, t group.NewToken, made *group.Token, hash []byte) error {
	var used bool
	var known []int64
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM tokens WHERE hash = $1),
		ARRAY(SELECT id FROM workspaces WHERE id = ANY ($2::bigint[]) AND account_id = $3 ORDER BY id)`,
		hash, list(t.Workspaces), t.AccountID).Scan(&used, &known)
	if err != nil {
		return fmt.Errorf("postgres: look for token: %w", err)
	}
	if err := t.CheckStored(known, used); err != nil {
		return err
	}
	var batch pgx.Batch
	batch.Queue(`INSERT INTO accounts (id) VALUES ($1) ON CONFLICT DO NOTHING`, t.AccountID)
	batch.Queue(`INSERT INTO users (account_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t.AccountID, t.UserID)
	batch.Queue(`INSERT INTO tokens (hash, account_id, user_id, read_only, all_workspaces, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		hash, t.AccountID, t.UserID, t.ReadOnly, made.AllWorkspaces, document.FormatTime(made.CreatedAt),
	).QueryRow(func(row pgx.Row) error { return row.Scan(&made.ID) })
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("postgres: create token: %w", err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO token_workspaces (token_id, workspace_id) SELECT $1, unnest($2::bigint[])`, made.ID, known)
	if err != nil {
		return fmt.Errorf("postgres: create token: %w", err)
	}
	return nil
}

// Tokens lists all tokens.
func (s *Store) Tokens(ctx context.Context) (tokens []group.Token, err error) {
	err = s.do(ctx, mode{reads: true}, func(ctx context.Context, c *pgx.Conn) error {
		rows, err := c.Query(ctx, `SELECT id, account_id, user_id, read_only, all_workspaces, created_at, coalesce(revoked_at, ''),
			(SELECT count(*) FROM token_workspaces WHERE token_id = id) FROM tokens ORDER BY id`)
		if err != nil {
			return fmt.Errorf("postgres: list tokens: %w", err)
		}
		tokens, err = pgx.CollectRows(rows, scanToken)
		if err != nil {
			return fmt.Errorf("postgres: list tokens: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return tokens, nil
}

func scanToken(row pgx.CollectableRow) (t group.Token, err error) {
	var created, revoked string
	err = row.Scan(&t.ID, &t.AccountID, &t.UserID, &t.ReadOnly, &t.AllWorkspaces, &created, &revoked, &t.Workspaces)
	if err == nil {
		t.CreatedAt, err = time.Parse(time.RFC3339, created)
	}
	if err == nil && revoked != "" {
		t.RevokedAt, err = time.Parse(time.RFC3339, revoked)
	}
	return t, err
}

// RevokeToken ends a token; one that is revoked already stays as it is.
func (s *Store) RevokeToken(ctx context.Context, id int64) error {
	defer s.auth.Clear() // after the commit, whatever came of it
	at := document.FormatTime(s.timestamp())
	return s.do(ctx, mode{}, func(ctx context.Context, c *pgx.Conn) error {
		done, err := c.Exec(ctx, `UPDATE tokens SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1`, id, at)
		if err != nil {
			return fmt.Errorf("postgres: revoke token: %w", err)
		}
		if done.RowsAffected() == 0 {
			return &group.Error{Code: group.NotFound}
		}
		return nil
	})
}
