package postgres

import (
	"context"
	"fmt"

	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/gen/model"
	"github.com/jackc/pgx/v5"
)

// Import puts the objects of doc into an account. Other imports, and updates of the groups that it touches, wait while it
// runs.
func (s *Store) Import(ctx context.Context, account int64, doc *model.WorkspaceGroupDocument) error {
	im, err := document.NewImport(account, doc)
	if err != nil {
		return err
	}
	return s.do(ctx, mode{unbounded: true}, func(ctx context.Context, c *pgx.Conn) error {
		err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			if err := lockForImport(ctx, tx, im); err != nil {
				return fmt.Errorf("postgres: lock for import: %w", err)
			}
			if err := im.Check(account, stored{ctx, tx}); err != nil {
				return err
			}
			if err := (&putter{ctx, tx, account}).put(im); err != nil {
				return fmt.Errorf("postgres: import: %w", err)
			}
			return nil
		})
		if stateOf(err) == uniqueViolation { // an update took a name, or a service, after the check: the next check says so
			return fmt.Errorf("%w: %w", errRaced, err)
		}
		return err
	})
}

// lockForImport locks what an import reads and writes: other imports, then the groups in the order of their ids, among
// them those that a reference of the import belongs to now. No statement is bounded: an import may be large.
func lockForImport(ctx context.Context, tx pgx.Tx, im *document.Import) error {
	var groups, references []int64
	for _, g := range im.Groups {
		groups = append(groups, g.ID)
	}
	for _, r := range im.References {
		groups, references = append(groups, r.GroupID), append(references, r.ID)
	}
	var batch pgx.Batch
	batch.Queue(`SET LOCAL statement_timeout = 0`)
	batch.Queue(`SET LOCAL lock_timeout = 0`)
	batch.Queue(`SELECT 1 FROM oxgroups_schema FOR UPDATE`)
	batch.Queue(`SELECT 1 FROM workspace_groups WHERE id = ANY ($1::bigint[])
		OR id IN (SELECT group_id FROM external_references WHERE id = ANY ($2::bigint[])) ORDER BY id FOR UPDATE`,
		list(groups), list(references))
	return tx.SendBatch(ctx, &batch).Close()
}
