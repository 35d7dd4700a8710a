package postgres

import (
	"context"
	"fmt"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"github.com/jackc/pgx/v5"
)

// exportPage is how many objects are read at a time, so that an export that is stopped has not read an account.
const exportPage = 500

// Export hands over the objects of an account as they are stored at one moment. It holds one object at a time in memory
// and one connection, so to should not wait for long.
func (s *Store) Export(ctx context.Context, account int64, to group.Exporter) error {
	return s.do(ctx, mode{unbounded: true}, func(ctx context.Context, c *pgx.Conn) error {
		options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
		return exportError(pgx.BeginTxFunc(ctx, c, options, func(tx pgx.Tx) error {
			for _, kind := range []func(context.Context, pgx.Tx, int64, group.Exporter) error{
				exportGroups, exportReferences, exportRateCardSets, exportWorkspaces,
			} {
				if err := kind(ctx, tx, account, to); err != nil {
					return err
				}
			}
			return nil
		}))
	})
}

// exportError is final: objects were handed over, so an export cannot be tried again.
func exportError(err error) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("postgres: export: %w", err)
	if isTransient(err) {
		return &group.Error{Code: group.Unavailable, Err: err}
	}
	return err
}

// pages runs a statement again and again from the object behind the last one: $1 is the account, $2 the id that is behind,
// $3 how many. id is where a row's id is scanned to.
func pages(ctx context.Context, tx pgx.Tx, sql string, account int64, id *int64, into []any, row func() error) error {
	for {
		rows, err := tx.Query(ctx, sql, account, *id, exportPage)
		if err != nil {
			return err
		}
		done, err := pgx.ForEachRow(rows, into, row)
		if err != nil || done.RowsAffected() < exportPage {
			return err
		}
	}
}

func exportGroups(ctx context.Context, tx pgx.Tx, account int64, to group.Exporter) error {
	var g document.Group
	return pages(ctx, tx, `SELECT id, created_at, updated_at, document,
		ARRAY(SELECT m.workspace_id FROM workspace_group_workspaces AS m WHERE m.group_id = g.id ORDER BY 1),
		ARRAY(SELECT r.id FROM external_references AS r WHERE r.group_id = g.id ORDER BY 1),
		ARRAY(SELECT m.rate_card_set_id FROM workspace_group_rate_card_sets AS m WHERE m.group_id = g.id ORDER BY 1)
		FROM workspace_groups AS g WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3`, account, &g.ID,
		[]any{&g.ID, &g.CreatedAt, &g.UpdatedAt, &g.JSON, &g.WorkspaceIDs, &g.ExternalReferenceIDs, &g.RateCardSetIDs},
		func() error {
			v, err := g.Model()
			if err != nil {
				return err
			}
			return to.Group(v)
		})
}

func exportReferences(ctx context.Context, tx pgx.Tx, account int64, to group.Exporter) error {
	var r document.Reference
	return pages(ctx, tx, `SELECT r.id, r.group_id, r.created_at, r.updated_at, r.document
		FROM external_references AS r JOIN workspace_groups AS g ON g.id = r.group_id
		WHERE g.account_id = $1 AND r.id > $2 ORDER BY r.id LIMIT $3`, account, &r.ID,
		[]any{&r.ID, &r.GroupID, &r.CreatedAt, &r.UpdatedAt, &r.JSON},
		func() error {
			v, err := r.Model()
			if err != nil {
				return err
			}
			return to.ExternalReference(v)
		})
}

func exportRateCardSets(ctx context.Context, tx pgx.Tx, account int64, to group.Exporter) error {
	return exportObjects(ctx, tx, `SELECT id, document FROM rate_card_sets WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
		account, (*document.Object).RateCardSet, to.RateCardSet)
}

func exportWorkspaces(ctx context.Context, tx pgx.Tx, account int64, to group.Exporter) error {
	return exportObjects(ctx, tx, `SELECT id, document FROM workspaces WHERE account_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
		account, (*document.Object).Workspace, to.Workspace)
}

func exportObjects[V any](ctx context.Context, tx pgx.Tx, sql string, account int64, decode func(*document.Object) (V, error), put func(V) error) error {
	var o document.Object
	return pages(ctx, tx, sql, account, &o.ID, []any{&o.ID, &o.JSON}, func() error {
		v, err := decode(&o)
		if err != nil {
			return err
		}
		return put(v)
	})
}
