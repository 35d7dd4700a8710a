package sqlite

import (
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/api/validate"
	"github.com/ncruces/go-sqlite3"
)

// stored answers the questions of an import's check.
type stored struct{ c *conn }

var _ document.Stored = stored{}

var selectOwners = map[document.Kind]string{
	document.Groups: `SELECT o.id, o.account_id FROM json_each(?1) AS named
		CROSS JOIN workspace_groups AS o ON o.id = named.value`,
	document.References: `SELECT o.id, g.account_id FROM json_each(?1) AS named
		CROSS JOIN external_references AS o ON o.id = named.value CROSS JOIN workspace_groups AS g ON g.id = o.group_id`,
	document.Workspaces: `SELECT o.id, o.account_id FROM json_each(?1) AS named
		CROSS JOIN workspaces AS o ON o.id = named.value`,
	document.RateCardSets: `SELECT o.id, o.account_id FROM json_each(?1) AS named
		CROSS JOIN rate_card_sets AS o ON o.id = named.value`,
}

// Owners returns the accounts of stored objects.
func (s stored) Owners(kind document.Kind, ids []int64) (map[int64]int64, error) {
	owners := make(map[int64]int64, len(ids))
	err := s.c.each(selectOwners[kind], func(row *sqlite3.Stmt) error {
		owners[row.ColumnInt64(0)] = row.ColumnInt64(1)
		return nil
	}, array(ids))
	return owners, err
}

// NameHolders returns the groups that have names.
func (s stored) NameHolders(account int64, folded []string) (map[string]int64, error) {
	names := jsonText{'['}
	for i, name := range folded {
		if i > 0 {
			names = append(names, ',')
		}
		names = validate.AppendString(names, name)
	}
	holders := map[string]int64{}
	err := s.c.each(`SELECT g.folded, g.id FROM json_each(?2) AS named
		CROSS JOIN workspace_groups AS g ON g.folded = named.value WHERE g.account_id = ?1`, func(row *sqlite3.Stmt) error {
		holders[row.ColumnText(0)] = row.ColumnInt64(1)
		return nil
	}, account, append(names, ']'))
	return holders, err
}

// ReferencesOf returns the references of groups.
func (s stored) ReferencesOf(groups []int64) (refs []document.ImportReference, err error) {
	err = s.c.each(`SELECT r.id, r.group_id, r.service_name FROM json_each(?1) AS named
		CROSS JOIN external_references AS r ON r.group_id = named.value`, func(row *sqlite3.Stmt) error {
		refs = append(refs, document.ImportReference{
			Reference:   document.Reference{ID: row.ColumnInt64(0), GroupID: row.ColumnInt64(1)},
			ServiceName: row.ColumnText(2),
		})
		return nil
	}, array(groups))
	return refs, err
}
