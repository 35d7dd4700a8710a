package memory

import (
	"maps"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// Lock has nothing to do: transactions run alone.
func (d *data) Lock(*group.Contents) error { return nil }

// Owners returns the accounts of stored rows.
func (d *data) Owners(kind group.Kind, ids []int64) (map[int64]int64, error) {
	owners := make(map[int64]int64, len(ids))
	for _, id := range ids {
		if r, ok := d.rows[kind][id]; ok {
			owners[id] = r.account
		}
	}
	return owners, nil
}

// NameHolders returns the groups that have names.
func (d *data) NameHolders(account int64, folded []string) (map[string]int64, error) {
	holders := map[string]int64{}
	for _, f := range folded {
		if id, ok := d.names[name{account, f}]; ok {
			holders[f] = id
		}
	}
	return holders, nil
}

// ReferencesOf returns the references of groups.
func (d *data) ReferencesOf(groups []int64) (refs []group.Row, err error) {
	for _, id := range groups {
		if g, ok := d.rows[group.GroupKind][id]; ok {
			refs = append(refs, d.listed(group.ReferenceKind, g.Lists[group.ReferenceKind])...)
		}
	}
	return refs, nil
}

// Put stores contents.
func (d *data) Put(account int64, c *group.Contents) error {
	for k := range group.Shared() {
		for _, r := range c[k] {
			d.rows[k][r.ID] = &row{r, account}
		}
	}
	for _, g := range c[group.GroupKind] {
		if old, ok := d.rows[group.GroupKind][g.ID]; ok {
			delete(d.names, name{account, old.Key}) // all of them first: two groups may exchange theirs
		}
	}
	for _, g := range c[group.GroupKind] {
		d.putGroup(account, g)
	}
	for _, r := range c[group.ReferenceKind] {
		if old, ok := d.rows[group.ReferenceKind][r.ID]; ok {
			d.refer(old.GroupID, func(ids []int64) []int64 {
				return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool { return id == r.ID })
			})
		}
		d.rows[group.ReferenceKind][r.ID] = &row{r, account}
		if r.ID < store.MaxGenerated {
			d.lastReference = max(d.lastReference, r.ID)
		}
		d.refer(r.GroupID, func(ids []int64) []int64 { return with(ids, r.ID) })
	}
	return nil
}

// putGroup stores a group. Lists that it does not have stay as they are.
func (d *data) putGroup(account int64, g group.Row) {
	old, ok := d.rows[group.GroupKind][g.ID]
	if !ok {
		old = &row{}
	}
	for k := range group.Shared() {
		if g.Lists[k] == nil {
			g.Lists[k] = append([]int64{}, old.Lists[k]...)
		}
	}
	kept := []int64{} // and those of the import once they are stored
	for _, id := range old.Lists[group.ReferenceKind] {
		if list := g.Lists[group.ReferenceKind]; list == nil || slices.Contains(list, id) {
			kept = append(kept, id)
		} else {
			delete(d.rows[group.ReferenceKind], id)
		}
	}
	g.Lists[group.ReferenceKind] = kept
	d.names[name{account, g.Key}] = g.ID
	d.rows[group.GroupKind][g.ID] = &row{g, account}
}

// refer changes the references of a group.
func (d *data) refer(id int64, change func([]int64) []int64) {
	g := *d.rows[group.GroupKind][id]
	g.Lists[group.ReferenceKind] = change(g.Lists[group.ReferenceKind])
	d.rows[group.GroupKind][id] = &g
}

// Each hands over the rows of a kind.
func (d *data) Each(kind group.Kind, account int64, do func(*group.Row) error) error {
	for _, id := range slices.Sorted(maps.Keys(d.rows[kind])) {
		if r := *d.rows[kind][id]; r.account == account {
			if err := do(&r.Row); err != nil {
				return err
			}
		}
	}
	return nil
}

// Accounts lists the accounts that have rows.
func (d *data) Accounts() ([]int64, error) {
	accounts := map[int64]bool{}
	for _, rows := range d.rows {
		for _, r := range rows {
			accounts[r.account] = true
		}
	}
	return slices.Sorted(maps.Keys(accounts)), nil
}

// Orphans finds none: rows are only put beside what they name.
func (d *data) Orphans() ([]group.Orphan, error) { return nil, nil }

// Clear removes what an account has but its tokens.
func (d *data) Clear(account int64) error {
	for _, rows := range d.rows {
		maps.DeleteFunc(rows, func(_ int64, r *row) bool { return r.account == account })
	}
	maps.DeleteFunc(d.names, func(n name, _ int64) bool { return n.account == account })
	d.lastReference = 0
	for id := range d.rows[group.ReferenceKind] {
		if id < store.MaxGenerated {
			d.lastReference = max(d.lastReference, id)
		}
	}
	return nil
}
