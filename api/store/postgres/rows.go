package postgres

import (
	"fmt"

	"example.com/oxgroups/api/store/document"
	"github.com/jackc/pgx/v5"
)

// queueIncludes puts the statements for the associations that were asked for behind those of the update.
func (up *update) queueIncludes(batch *pgx.Batch) {
	if up.in.ExternalReferences {
		batch.Queue(referencesOfGroup, up.id)
	}
	if up.in.RateCardSets {
		batch.Queue(rateCardSetsOfGroup, up.id)
	}
	if up.in.Workspaces {
		batch.Queue(workspacesOfGroup, up.id, up.by.AccountID, up.by.TokenID)
	}
}

// readIncludes reads the results in the same order.
func (up *update) readIncludes(results pgx.BatchResults) (err error) {
	r := &up.rows
	if up.in.ExternalReferences {
		r.References, r.Group.ExternalReferenceIDs, err = references(results, up.id)
		if err != nil {
			return fmt.Errorf("postgres: include references: %w", err)
		}
	}
	if up.in.RateCardSets {
		if r.RateCardSets, r.Group.RateCardSetIDs, err = objects(results); err != nil {
			return fmt.Errorf("postgres: include rate card sets: %w", err)
		}
	}
	if up.in.Workspaces {
		if r.Workspaces, r.Group.WorkspaceIDs, err = objects(results); err != nil {
			return fmt.Errorf("postgres: include workspaces: %w", err)
		}
	}
	return nil
}

func references(results pgx.BatchResults, id int64) (refs []document.Reference, ids []int64, err error) {
	ids = []int64{}
	rows, err := results.Query()
	if err != nil {
		return nil, nil, err
	}
	r := document.Reference{GroupID: id}
	_, err = pgx.ForEachRow(rows, []any{&r.ID, &r.CreatedAt, &r.UpdatedAt, &r.JSON}, func() error {
		refs, ids = append(refs, r), append(ids, r.ID)
		return nil
	})
	return refs, ids, err
}

// objects reads rows of id and document. The ids are never nil without an error.
func objects(results pgx.BatchResults) (all []document.Object, ids []int64, err error) {
	ids = []int64{}
	rows, err := results.Query()
	if err != nil {
		return nil, nil, err
	}
	var o document.Object
	_, err = pgx.ForEachRow(rows, []any{&o.ID, &o.JSON}, func() error {
		all, ids = append(all, o), append(ids, o.ID)
		return nil
	})
	return all, ids, err
}
