package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/gen/model"
)

// Import puts the objects of doc into an account.
func (s *Store) Import(ctx context.Context, account int64, doc *model.WorkspaceGroupDocument) error {
	im, err := document.NewImport(account, doc)
	if err != nil {
		return err
	}
	return s.with(ctx, func(d *data) error {
		if err := im.Check(account, stored{d}); err != nil {
			return err
		}
		d.put(account, im)
		return nil
	})
}

// put stores an import that was checked.
func (d *data) put(account int64, im *document.Import) {
	for _, o := range im.Workspaces {
		d.workspaces[o.ID] = object{o, account}
	}
	for _, o := range im.RateCardSets {
		d.rateCardSets[o.ID] = object{o, account}
	}
	for _, g := range im.Groups {
		if old, ok := d.groups[g.ID]; ok {
			delete(d.names, name{account, old.folded})
		}
	}
	for _, g := range im.Groups {
		d.putGroup(account, g)
	}
	for _, r := range im.References {
		if old, ok := d.references[r.ID]; ok {
			d.unlink(old)
		}
		d.references[r.ID] = &r
		g := *d.groups[r.GroupID]
		g.references = with(g.references, r.ID)
		d.groups[r.GroupID] = &g
	}
}

func (d *data) putGroup(account int64, g document.ImportGroup) {
	row := groupRow{account: account}
	if old, ok := d.groups[g.ID]; ok {
		row = *old
	}
	if g.WorkspaceIDs != nil {
		row.workspaces = g.WorkspaceIDs
	}
	if g.RateCardSetIDs != nil {
		row.rateCardSets = g.RateCardSetIDs
	}
	if g.ExternalReferenceIDs != nil {
		kept := row.references[:0:0]
		for _, id := range row.references {
			if _, listed := slices.BinarySearch(g.ExternalReferenceIDs, id); listed {
				kept = append(kept, id)
			} else {
				delete(d.references, id)
			}
		}
		row.references = kept
	}
	g.WorkspaceIDs, g.RateCardSetIDs, g.ExternalReferenceIDs = nil, nil, nil
	row.Group, row.folded = g.Group, g.Folded
	d.names[name{account, g.Folded}] = g.ID
	d.groups[g.ID] = &row
}

// unlink takes a reference from its group.
func (d *data) unlink(r *document.ImportReference) {
	g := *d.groups[r.GroupID]
	g.references = slices.DeleteFunc(slices.Clone(g.references), func(id int64) bool { return id == r.ID })
	d.groups[r.GroupID] = &g
}

// Export hands over the objects of an account. It works on a copy, so to may call the store.
func (s *Store) Export(ctx context.Context, account int64, to group.Exporter) error {
	var groups []groupRow
	var references []document.ImportReference
	var sets, workspaces []document.Object
	err := s.with(ctx, func(d *data) error {
		for _, id := range slices.Sorted(maps.Keys(d.groups)) {
			if g := d.groups[id]; g.account == account {
				groups = append(groups, *g)
				for _, id := range g.references {
					references = append(references, *d.references[id])
				}
			}
		}
		sets, workspaces = ofAccount(d.rateCardSets, account), ofAccount(d.workspaces, account)
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(references, func(a, b document.ImportReference) int { return cmp.Compare(a.ID, b.ID) })
	return firstError(
		func() error { return each(groups, (*groupRow).full, to.Group) },
		func() error {
			return each(references, func(r *document.ImportReference) (model.ExternalReference, error) { return r.Model() }, to.ExternalReference)
		},
		func() error { return each(sets, (*document.Object).RateCardSet, to.RateCardSet) },
		func() error { return each(workspaces, (*document.Object).Workspace, to.Workspace) },
	)
}

// full returns the group with all its ids.
func (g *groupRow) full() (model.WorkspaceGroup, error) {
	row := g.Group
	row.WorkspaceIDs = append([]int64{}, g.workspaces...)
	row.ExternalReferenceIDs = append([]int64{}, g.references...)
	row.RateCardSetIDs = append([]int64{}, g.rateCardSets...)
	return row.Model()
}

func ofAccount(objects map[int64]object, account int64) (rows []document.Object) {
	for _, id := range slices.Sorted(maps.Keys(objects)) {
		if objects[id].account == account {
			rows = append(rows, objects[id].Object)
		}
	}
	return rows
}

func each[R, V any](rows []R, decode func(*R) (V, error), put func(V) error) error {
	for i := range rows {
		v, err := decode(&rows[i])
		if err == nil {
			err = put(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
