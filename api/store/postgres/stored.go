package postgres

import (
	"context"
	"fmt"

	"example.com/oxgroups/api/store/document"
	"github.com/jackc/pgx/v5"
)

// stored answers the questions of an import's check.
type stored struct {
	ctx context.Context // of the one check that it is for
	tx  pgx.Tx
}

var _ document.Stored = stored{}

var selectOwners = map[document.Kind]string{
	document.Groups: `SELECT id, account_id FROM workspace_groups WHERE id = ANY ($1::bigint[])`,
	document.References: `SELECT r.id, g.account_id FROM external_references AS r JOIN workspace_groups AS g ON g.id = r.group_id
		WHERE r.id = ANY ($1::bigint[])`,
	document.Workspaces:   `SELECT id, account_id FROM workspaces WHERE id = ANY ($1::bigint[])`,
	document.RateCardSets: `SELECT id, account_id FROM rate_card_sets WHERE id = ANY ($1::bigint[])`,
}

// Owners returns the accounts of stored objects.
func (s stored) Owners(kind document.Kind, ids []int64) (map[int64]int64, error) {
	owners := make(map[int64]int64, len(ids))
	var id, account int64
	err := s.each(selectOwners[kind], []any{list(ids)}, []any{&id, &account}, func() { owners[id] = account })
	return owners, err
}

// NameHolders returns the groups that have names.
func (s stored) NameHolders(account int64, folded []string) (map[string]int64, error) {
	keys := make([][]byte, len(folded))
	names := make(map[string]string, len(folded))
	for i, name := range folded {
		keys[i] = keyOf(name)
		names[string(keys[i])] = name
	}
	holders := map[string]int64{}
	var key []byte
	var id int64
	err := s.each(`SELECT name_key, id FROM workspace_groups WHERE account_id = $1 AND name_key = ANY ($2::bytea[])`,
		[]any{account, keys}, []any{&key, &id}, func() { holders[names[string(key)]] = id })
	return holders, err
}

// ReferencesOf returns the references of groups.
func (s stored) ReferencesOf(groups []int64) (refs []document.ImportReference, err error) {
	var r document.ImportReference
	err = s.each(`SELECT id, group_id, document->>'service_name' FROM external_references WHERE group_id = ANY ($1::bigint[])`,
		[]any{list(groups)}, []any{&r.ID, &r.GroupID, &r.ServiceName}, func() { refs = append(refs, r) })
	return refs, err
}

func (s stored) each(sql string, args, into []any, row func()) error {
	rows, err := s.tx.Query(s.ctx, sql, args...)
	if err == nil {
		_, err = pgx.ForEachRow(rows, into, func() error { row(); return nil })
	}
	if err != nil {
		return fmt.Errorf("postgres: check import: %w", err)
	}
	return nil
}
