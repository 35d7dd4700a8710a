package store

import (
	"fmt"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
)

// Querier runs the statements of a transaction.
type Querier interface {
	// Query runs a statement and calls row for each of its rows, whose columns are in what into points to. Parameters are $1, $2
	// and so on, which a statement has to name in this order: SQLite numbers them so.
	Query(doing, sql string, args, into []any, row func() error) error
	// List is a parameter as a subquery with the elements of a []int64.
	List(parameter string) string
}

// SQL is the part of a Tx whose statements are the same in SQLite and PostgreSQL.
type SQL struct{ Querier }

func (s SQL) exec(doing, sql string, args ...any) error {
	return s.Query(doing, sql, args, nil, func() error { return nil })
}

// Owners returns the accounts of those ids of a kind that are stored.
func (s SQL) Owners(kind group.Kind, ids []int64) (map[int64]int64, error) {
	sql := `SELECT o.id, o.account_id FROM ` + kind.String() + ` AS o WHERE o.id IN `
	if kind == group.ReferenceKind {
		sql = `SELECT o.id, g.account_id FROM external_references AS o JOIN workspace_groups AS g ON g.id = o.group_id WHERE o.id IN `
	}
	owners := make(map[int64]int64, len(ids))
	var id, account int64
	err := s.Query("find owners", sql+s.List("$1"), []any{ids}, []any{&id, &account}, func() error { owners[id] = account; return nil })
	return owners, err
}

// Accounts lists the accounts.
func (s SQL) Accounts() (accounts []int64, err error) {
	var id int64
	err = s.Query("list accounts", `SELECT id FROM accounts ORDER BY id`, nil, []any{&id}, func() error { accounts = append(accounts, id); return nil })
	return accounts, err
}

// Orphans finds rows that name what is not there.
func (s SQL) Orphans() (found []group.Orphan, err error) {
	var o group.Orphan
	err = s.Query("find orphans", selectOrphans(), nil, []any{&o.Table, &o.ID, &o.Missing}, func() error { found = append(found, o); return nil })
	return found, err
}

const selectTokens = `SELECT id, account_id, user_id, read_only, all_workspaces, name, created_at, expires_at, last_used_at, coalesce(revoked_at, ''),
	(SELECT count(*) FROM token_workspaces WHERE token_id = id) FROM tokens `

// Token returns the token with a hash.
func (s SQL) Token(hash []byte) (*group.Token, error) {
	tokens, err := s.tokens(selectTokens+`WHERE hash = $1`, hash)
	if err != nil || len(tokens) == 0 {
		return nil, err
	}
	return &tokens[0], nil
}

// Tokens lists all tokens.
func (s SQL) Tokens() ([]group.Token, error) { return s.tokens(selectTokens + `ORDER BY id`) }

func (s SQL) tokens(sql string, args ...any) (tokens []group.Token, err error) {
	var t group.Token
	var created, expires, used, revoked string
	into := []any{&t.ID, &t.AccountID, &t.UserID, &t.ReadOnly, &t.AllWorkspaces, &t.Name, &created, &expires, &used, &revoked, &t.Workspaces}
	err = s.Query("read tokens", sql, args, into, func() error {
		err := parseTimes(&t, created, expires, used, revoked)
		tokens = append(tokens, t)
		return err
	})
	return tokens, err
}

// AddToken stores a token.
func (s SQL) AddToken(t *group.Token, workspaces []int64, hash []byte) error {
	const doing = "create token"
	err := s.exec(doing, `INSERT INTO accounts (id) VALUES ($1) ON CONFLICT DO NOTHING`, t.AccountID)
	if err == nil {
		err = s.exec(doing, `INSERT INTO users (account_id, id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, t.AccountID, t.UserID)
	}
	if err == nil {
		err = s.Query(doing, `INSERT INTO tokens (hash, account_id, user_id, read_only, all_workspaces, name, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
			[]any{hash, t.AccountID, t.UserID, t.ReadOnly, t.AllWorkspaces, t.Name, FormatTime(t.CreatedAt), FormatTime(t.ExpiresAt)},
			[]any{&t.ID}, func() error { return nil })
	}
	if err == nil {
		err = s.AddReach(t.ID, workspaces)
	}
	return err
}

// AddReach gives a token access to more workspaces.
func (s SQL) AddReach(token int64, workspaces []int64) error {
	return s.exec("give a token access", `INSERT INTO token_workspaces (token_id, workspace_id)
		SELECT $1, id FROM workspaces WHERE id IN `+s.List("$2"), token, workspaces)
}

// RevokeToken ends a token.
func (s SQL) RevokeToken(id int64, at string) (found bool, err error) {
	var revoked int64
	err = s.Query("revoke token", `UPDATE tokens SET revoked_at = coalesce(revoked_at, $1) WHERE id = $2 RETURNING id`,
		[]any{at, id}, []any{&revoked}, func() error { return nil })
	return revoked != 0, err
}

// parseTimes sets the times of a token from their stored form.
func parseTimes(t *group.Token, created, expires, used, revoked string) (err error) {
	for _, field := range []struct {
		time *time.Time
		text string
	}{{&t.CreatedAt, created}, {&t.ExpiresAt, expires}, {&t.LastUsedAt, used}, {&t.RevokedAt, revoked}} {
		if *field.time, err = ParseTime(field.text); err != nil {
			return fmt.Errorf("token %d: %w", t.ID, err)
		}
	}
	return nil
}

// ListTable returns the table of the groups that list objects of a shared kind, and its column with their ids.
func ListTable(k group.Kind) (table, column string) {
	return "workspace_group_" + k.String(), strings.TrimSuffix(k.IDs(), "s")
}

// selectOrphans finds rows that name what is not there: table, id, and what is missing.
func selectOrphans() string {
	parts := []string{
		orphans("external_references", "id", "group_id", group.GroupKind),
		orphans("token_workspaces", "token_id", "workspace_id", group.WorkspaceKind),
	}
	for k := range group.Shared() {
		table, column := ListTable(k)
		parts = append(parts, orphans(table, column, "group_id", group.GroupKind), orphans(table, "group_id", column, k))
	}
	return strings.Join(parts, "\nUNION ALL ")
}

// orphans finds the rows of a table whose column has no object of a kind.
func orphans(table, id, column string, k group.Kind) string {
	what := strings.ReplaceAll(strings.TrimSuffix(column, "_id"), "_", " ")
	return `SELECT '` + table + `', r.` + id + `, '` + what + ` ' || r.` + column + ` FROM ` + table + ` AS r LEFT JOIN ` + k.String() +
		` AS o ON o.id = r.` + column + ` WHERE o.id IS NULL`
}
