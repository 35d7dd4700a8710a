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
		if account, ok := d.owner(kind, id); ok {
			owners[id] = account
		}
	}
	return owners, nil
}

func (d *data) owner(kind group.Kind, id int64) (account int64, ok bool) {
	switch kind {
	case group.GroupKind:
		if g, ok := d.groups[id]; ok {
			return g.account, true
		}
	case group.ReferenceKind:
		if r, ok := d.references[id]; ok {
			return d.groups[r.GroupID].account, true
		}
	default:
		o, ok := d.objects[kind][id]
		return o.account, ok
	}
	return 0, false
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
		if g, ok := d.groups[id]; ok {
			for _, id := range g.ReferenceIDs {
				refs = append(refs, *d.references[id])
			}
		}
	}
	return refs, nil
}

// Put stores contents.
func (d *data) Put(account int64, c *group.Contents) error {
	for kind, objects := range d.objects {
		for _, row := range c[kind] {
			objects[row.ID] = object{row, account}
		}
	}
	for i := range c[group.GroupKind] {
		if old, ok := d.groups[c[group.GroupKind][i].ID]; ok {
			delete(d.names, name{account, old.Key})
		}
	}
	for i := range c[group.GroupKind] {
		d.putGroup(account, c[group.GroupKind][i])
	}
	for _, r := range c[group.ReferenceKind] {
		if old, ok := d.references[r.ID]; ok {
			d.unlink(old)
		}
		d.references[r.ID] = &r
		if r.ID < store.MaxGenerated {
			d.lastReference = max(d.lastReference, r.ID)
		}
		g := *d.groups[r.GroupID]
		g.ReferenceIDs = with(g.ReferenceIDs, r.ID)
		d.groups[r.GroupID] = &g
	}
	return nil
}

func (d *data) putGroup(account int64, row group.Row) {
	g := groupRow{Row: row, account: account}
	old, ok := d.groups[row.ID]
	if !ok {
		old = &groupRow{}
	}
	if g.WorkspaceIDs == nil {
		g.WorkspaceIDs = old.WorkspaceIDs
	}
	if g.RateCardSetIDs == nil {
		g.RateCardSetIDs = old.RateCardSetIDs
	}
	g.ReferenceIDs = nil
	for _, id := range old.ReferenceIDs {
		if _, listed := slices.BinarySearch(row.ReferenceIDs, id); listed || row.ReferenceIDs == nil {
			g.ReferenceIDs = append(g.ReferenceIDs, id)
		} else {
			delete(d.references, id)
		}
	}
	d.names[name{account, g.Key}] = g.ID
	d.groups[g.ID] = &g
}

// unlink takes a reference from its group.
func (d *data) unlink(r *group.Row) {
	g := *d.groups[r.GroupID]
	g.ReferenceIDs = slices.DeleteFunc(slices.Clone(g.ReferenceIDs), func(id int64) bool { return id == r.ID })
	d.groups[r.GroupID] = &g
}

// Each hands over the rows of a kind.
func (d *data) Each(kind group.Kind, account int64, do func(*group.Row) error) error {
	var rows []group.Row
	switch kind {
	case group.GroupKind:
		for _, g := range d.groups {
			if row := g.Row; g.account == account {
				row.WorkspaceIDs = append([]int64{}, row.WorkspaceIDs...)
				row.ReferenceIDs = append([]int64{}, row.ReferenceIDs...)
				row.RateCardSetIDs = append([]int64{}, row.RateCardSetIDs...)
				rows = append(rows, row)
			}
		}
	case group.ReferenceKind:
		for _, r := range d.references {
			if d.groups[r.GroupID].account == account {
				rows = append(rows, *r)
			}
		}
	default:
		for _, o := range d.objects[kind] {
			if o.account == account {
				rows = append(rows, o.Row)
			}
		}
	}
	slices.SortFunc(rows, store.ByID)
	for i := range rows {
		if err := do(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// Accounts lists the accounts that have rows.
func (d *data) Accounts() ([]int64, error) {
	accounts := map[int64]bool{}
	for _, g := range d.groups {
		accounts[g.account] = true
	}
	for _, objects := range d.objects {
		for _, o := range objects {
			accounts[o.account] = true
		}
	}
	return slices.Sorted(maps.Keys(accounts)), nil
}

// Orphans finds none: rows are only put beside what they name.
func (d *data) Orphans() ([]group.Orphan, error) { return nil, nil }

// Clear removes what an account has but its tokens.
func (d *data) Clear(account int64) error {
	d.lastReference = 0
	maps.DeleteFunc(d.references, func(_ int64, r *group.Row) bool { return d.groups[r.GroupID].account == account })
	for id := range d.references {
		if id < store.MaxGenerated {
			d.lastReference = max(d.lastReference, id)
		}
	}
	maps.DeleteFunc(d.groups, func(_ int64, g *groupRow) bool { return g.account == account })
	maps.DeleteFunc(d.names, func(n name, _ int64) bool { return n.account == account })
	for _, objects := range d.objects {
		maps.DeleteFunc(objects, func(_ int64, o object) bool { return o.account == account })
	}
	return nil
}
