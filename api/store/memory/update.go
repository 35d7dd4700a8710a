package memory

import (
	"bytes"
	"context"
	"maps"
	"math"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/gen/model"
)

// Update applies u as group.Updater describes it.
func (s *Store) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	if by.ReadOnly {
		return group.Snapshot{}, &group.Error{Code: group.Forbidden}
	}
	c := group.NewChange(u)
	var rows document.Rows
	err := s.with(ctx, func(d *data) (err error) {
		rows, err = d.update(by, id, &c, in, document.FormatTime(s.timestamp()))
		return err
	})
	if err != nil {
		return group.Snapshot{}, err
	}
	return rows.Snapshot()
}

func (d *data) update(by group.Caller, id int64, c *group.Change, in group.Includes, at string) (document.Rows, error) {
	old, ok := d.groups[id]
	if !ok || old.account != by.AccountID {
		return document.Rows{}, &group.Error{Code: group.NotFound}
	}
	reachable := slices.DeleteFunc(slices.Clone(c.Named()), func(id int64) bool { return !d.accessible(by, id) })
	holder, taken := d.names[name{by.AccountID, c.Folded}]
	if err := c.Check(reachable, taken && holder != id); err != nil {
		return document.Rows{}, err
	}
	row := *old
	var err error
	if row.JSON, err = document.AppendMerged(nil, old.JSON, document.AppendGroupPatch(nil, c)); err != nil {
		return document.Rows{}, err
	}
	row.workspaces = members(old.workspaces, c)
	changed := !bytes.Equal(row.JSON, old.JSON) || !slices.Equal(row.workspaces, old.workspaces)
	ref, err := d.reference(id, c.Reference, at)
	if err != nil {
		return document.Rows{}, err
	}
	if ref != nil {
		changed = true
		d.references[ref.ID] = ref
		row.references = with(old.references, ref.ID)
	}
	if changed {
		row.UpdatedAt = at
		d.rename(old, c.Folded)
		row.folded = c.Folded
		d.groups[id] = &row
	}
	return d.rows(&row, by, in), nil
}

// members returns ids, which it does not change, with what c adds and without what it removes.
func members(ids []int64, c *group.Change) []int64 {
	if len(c.Add) > 0 {
		ids = slices.Concat(ids, c.Add)
		slices.Sort(ids)
		ids = slices.Compact(ids)
	}
	if len(c.Remove) == 0 {
		return ids
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id int64) bool {
		_, found := slices.BinarySearch(c.Remove, id)
		return found
	})
}

// with returns ids, which it does not change, with id among them.
func with(ids []int64, id int64) []int64 {
	i, found := slices.BinarySearch(ids, id)
	if found {
		return ids
	}
	return slices.Insert(slices.Clone(ids), i, id)
}

func (d *data) rename(g *groupRow, folded string) {
	delete(d.names, name{g.account, g.folded})
	d.names[name{g.account, folded}] = g.ID
}

// reference returns the row that u makes or changes, or nil where there is nothing to store.
func (d *data) reference(groupID int64, u *model.ExternalReferenceUpdate, at string) (*document.ImportReference, error) {
	if u == nil {
		return nil, nil
	}
	row := document.ImportReference{ServiceName: u.ServiceName}
	row.GroupID, row.CreatedAt, row.JSON = groupID, at, []byte(`{}`)
	for _, id := range d.groups[groupID].references {
		if old := d.references[id]; old.ServiceName == u.ServiceName {
			row = *old
		}
	}
	merged, err := document.AppendMerged(nil, row.JSON, document.AppendReferencePatch(nil, u))
	if err != nil || bytes.Equal(merged, row.JSON) {
		return nil, err
	}
	row.JSON, row.UpdatedAt = merged, at
	if row.ID == 0 {
		row.ID = d.freeReferenceID()
	}
	return &row, nil
}

// freeReferenceID returns the id behind the largest, as SQLite does.
func (d *data) freeReferenceID() int64 {
	var largest int64
	for id := range maps.Keys(d.references) {
		largest = max(largest, id)
	}
	if largest < math.MaxInt64 {
		return largest + 1
	}
	for id := int64(1); ; id++ {
		if _, used := d.references[id]; !used {
			return id
		}
	}
}

// accessible says whether a caller has access to a workspace.
func (d *data) accessible(by group.Caller, id int64) bool {
	if w, ok := d.workspaces[id]; !ok || w.account != by.AccountID {
		return false
	}
	if by.TokenID < 1 || by.TokenID > int64(len(d.hashes)) {
		return false
	}
	t := d.tokens[d.hashes[by.TokenID-1]]
	_, listed := slices.BinarySearch(t.workspaces, id)
	return t.AllWorkspaces || listed
}

// rows returns a group with its associations as a caller may see them.
func (d *data) rows(g *groupRow, by group.Caller, in group.Includes) document.Rows {
	r := document.Rows{Group: g.Group}
	if in.ExternalReferences {
		r.Group.ExternalReferenceIDs = append([]int64{}, g.references...)
		for _, id := range g.references {
			r.References = append(r.References, d.references[id].Reference)
		}
	}
	if in.RateCardSets {
		r.Group.RateCardSetIDs = append([]int64{}, g.rateCardSets...)
		for _, id := range g.rateCardSets {
			r.RateCardSets = append(r.RateCardSets, d.rateCardSets[id].Object)
		}
	}
	if in.Workspaces {
		r.Group.WorkspaceIDs = []int64{}
		for _, id := range g.workspaces {
			if d.accessible(by, id) {
				r.Group.WorkspaceIDs = append(r.Group.WorkspaceIDs, id)
				r.Workspaces = append(r.Workspaces, d.workspaces[id].Object)
			}
		}
	}
	return r
}
