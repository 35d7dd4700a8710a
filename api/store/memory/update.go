package memory

import (
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

// State reads what a change needs.
func (d *data) State(c *store.Change) (s store.State, err error) {
	g, ok := d.rows[group.GroupKind][c.ID]
	if !ok || g.account != c.By.AccountID {
		return s, nil
	}
	alone := g.Row
	alone.Lists = [group.Kinds][]int64{}
	s.Group, s.Renamed = &alone, g.Key != c.Folded
	holder, taken := d.names[name{g.account, c.Folded}]
	s.Taken = taken && holder != c.ID
	for _, id := range c.Named {
		if d.accessible(c.By, id) {
			_, is := slices.BinarySearch(g.Lists[group.WorkspaceKind], id)
			s.Members = append(s.Members, store.Member{ID: id, Is: is})
		}
	}
	for _, r := range d.listed(group.ReferenceKind, g.Lists[group.ReferenceKind]) {
		if c.Reference != nil && r.Key == c.Reference.ServiceName {
			s.Reference = &r
		}
	}
	return s, nil
}

// listed returns copies of rows.
func (d *data) listed(kind group.Kind, ids []int64) []group.Row {
	rows := make([]group.Row, len(ids))
	for i, id := range ids {
		rows[i] = d.rows[kind][id].Row
	}
	return rows
}

// Store makes changes.
func (d *data) Store(c *store.Change, diff *store.Diff) error {
	old := d.rows[group.GroupKind][c.ID]
	g := &row{*diff.Group, old.account}
	g.Lists = old.Lists
	members := slices.Sorted(slices.Values(slices.Concat(old.Lists[group.WorkspaceKind], diff.Add)))
	g.Lists[group.WorkspaceKind] = slices.DeleteFunc(members, func(id int64) bool { return slices.Contains(diff.Remove, id) })
	if diff.Reference != nil {
		r := &row{*diff.Reference, old.account}
		if r.ID == 0 {
			d.lastReference++
			r.ID = d.lastReference
		}
		d.rows[group.ReferenceKind][r.ID] = r
		g.Lists[group.ReferenceKind] = with(g.Lists[group.ReferenceKind], r.ID)
	}
	delete(d.names, name{g.account, old.Key})
	d.names[name{g.account, g.Key}] = c.ID
	d.rows[group.GroupKind][c.ID] = g
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
	w, ok := d.rows[group.WorkspaceKind][id]
	t := d.token(by.TokenID)
	if !ok || t == nil || w.account != by.AccountID {
		return false
	}
	_, listed := slices.BinarySearch(t.workspaces, id)
	return t.AllWorkspaces || listed
}

// Load reads associations.
func (d *data) Load(id int64, by group.Caller, in group.Includes) (rows group.Contents, err error) {
	for k, list := range d.rows[group.GroupKind][id].Lists {
		if !in[k] {
			continue
		}
		if group.Kind(k) == group.WorkspaceKind {
			list = slices.DeleteFunc(slices.Clone(list), func(id int64) bool { return !d.accessible(by, id) })
		}
		rows[k] = d.listed(group.Kind(k), list)
	}
	return rows, nil
}
