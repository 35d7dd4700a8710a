package memory

import (
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// State reads what a change needs.
func (d *data) State(c *store.Change) (s store.State, err error) {
	g, ok := d.groups[c.ID]
	if !ok || g.account != c.By.AccountID {
		return s, nil
	}
	row := g.Row
	row.WorkspaceIDs, row.ReferenceIDs, row.RateCardSetIDs = nil, nil, nil
	s.Group, s.Renamed = &row, g.Key != c.Folded
	holder, taken := d.names[name{g.account, c.Folded}]
	s.Taken = taken && holder != c.ID
	for _, id := range c.Named {
		if d.accessible(c.By, id) {
			_, is := slices.BinarySearch(g.WorkspaceIDs, id)
			s.Members = append(s.Members, store.Member{ID: id, Is: is})
		}
	}
	if c.Reference != nil {
		for _, id := range g.ReferenceIDs {
			if r := d.references[id]; r.Key == c.Reference.ServiceName {
				s.Reference = r
			}
		}
	}
	return s, nil
}

// Store makes changes.
func (d *data) Store(c *store.Change, diff *store.Diff) error {
	old := d.groups[c.ID]
	g := groupRow{Row: *diff.Group, account: old.account}
	g.WorkspaceIDs = slices.Sorted(slices.Values(slices.Concat(old.WorkspaceIDs, diff.Add)))
	g.WorkspaceIDs = slices.DeleteFunc(g.WorkspaceIDs, func(id int64) bool { return slices.Contains(diff.Remove, id) })
	g.ReferenceIDs, g.RateCardSetIDs = old.ReferenceIDs, old.RateCardSetIDs
	if r := diff.Reference; r != nil {
		stored := *r
		if stored.ID == 0 {
			d.lastReference++
			stored.ID = d.lastReference
		}
		d.references[stored.ID] = &stored
		g.ReferenceIDs = with(g.ReferenceIDs, stored.ID)
	}
	delete(d.names, name{g.account, old.Key})
	d.names[name{g.account, g.Key}] = c.ID
	d.groups[c.ID] = &g
	return nil
}

// with returns ids, which it does not change, with id among them.
func with(ids []int64, id int64) []int64 {
	i, found := slices.BinarySearch(ids, id)
	if found {
		return ids
	}
	return slices.Insert(slices.Clone(ids), i, id)
}

// accessible reports whether a caller has access to a workspace.
func (d *data) accessible(by group.Caller, id int64) bool {
	w, ok := d.objects[group.WorkspaceKind][id]
	if !ok || w.account != by.AccountID || by.TokenID < 1 || by.TokenID > int64(len(d.hashes)) {
		return false
	}
	t := d.tokens[d.hashes[by.TokenID-1]]
	_, listed := slices.BinarySearch(t.workspaces, id)
	return t.AllWorkspaces || listed
}

// Load reads associations.
func (d *data) Load(id int64, by group.Caller, in group.Includes) (rows group.Contents, err error) {
	g := d.groups[id]
	if in.ExternalReferences {
		for _, id := range g.ReferenceIDs {
			rows[group.ReferenceKind] = append(rows[group.ReferenceKind], *d.references[id])
		}
	}
	if in.RateCardSets {
		for _, id := range g.RateCardSetIDs {
			rows[group.RateCardSetKind] = append(rows[group.RateCardSetKind], d.objects[group.RateCardSetKind][id].Row)
		}
	}
	if in.Workspaces {
		for _, id := range g.WorkspaceIDs {
			if d.accessible(by, id) {
				rows[group.WorkspaceKind] = append(rows[group.WorkspaceKind], d.objects[group.WorkspaceKind][id].Row)
			}
		}
	}
	return rows, nil
}
