package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"example.com/oxgroups/api/group"
)

// checkImport says whether an account can take the contents, and returns a group.Error with Refused and the reasons where it
// cannot. Errors of tx are returned as they are.
func checkImport(contents *group.Contents, account int64, tx Tx) error {
	c := importChecker{Contents: contents, account: account, tx: tx}
	for k := range group.Kinds {
		if err := c.own(k); err != nil {
			return err
		}
	}
	if err := c.names(); err != nil {
		return err
	}
	for k := range group.Shared() {
		if err := c.lists(k); err != nil {
			return err
		}
	}
	if err := c.references(); err != nil {
		return err
	}
	return c.problems.err()
}

type importChecker struct {
	*group.Contents
	account  int64
	tx       Tx
	problems problems
}

func (c *importChecker) add(k group.Kind, id int64, field, message string) {
	c.problems.add(k, strconv.FormatInt(id, 10), field, message)
}

// own refuses ids that another account has.
func (c *importChecker) own(kind group.Kind) error {
	ids := idsOf(c.Contents[kind])
	owners, err := c.tx.Owners(kind, ids)
	for _, id := range ids {
		if owner, ok := owners[id]; ok && owner != c.account {
			c.add(kind, id, "id", "is of another account")
		}
	}
	return err
}

// names refuses names that two groups would have.
func (c *importChecker) names() error {
	holders, imported := map[string]int64{}, map[int64]bool{}
	for _, g := range c.Contents[group.GroupKind] {
		imported[g.ID] = true
		if first, ok := holders[g.Key]; ok {
			c.add(group.GroupKind, g.ID, "name", fmt.Sprintf("is the name of group %d too", first))
			continue
		}
		holders[g.Key] = g.ID
	}
	stored, err := c.tx.NameHolders(c.account, slices.Collect(maps.Keys(holders)))
	for _, g := range c.Contents[group.GroupKind] {
		if holder, ok := stored[g.Key]; ok && !imported[holder] {
			c.add(group.GroupKind, g.ID, "name", fmt.Sprintf("is the name of group %d of the account", holder))
		}
	}
	return err
}

// lists refuses ids in a list of a group that neither the import nor the account has.
func (c *importChecker) lists(kind group.Kind) error {
	named := map[int64]bool{}
	for _, g := range c.Contents[group.GroupKind] {
		for _, id := range g.Lists[kind] {
			named[id] = true
		}
	}
	known, err := c.tx.Owners(kind, slices.Sorted(maps.Keys(named)))
	if err != nil {
		return err
	}
	for _, id := range idsOf(c.Contents[kind]) {
		known[id] = c.account
	}
	for _, g := range c.Contents[group.GroupKind] {
		unknown := slices.DeleteFunc(slices.Clone(g.Lists[kind]), func(id int64) bool { return known[id] == c.account })
		if len(unknown) > 0 {
			c.add(group.GroupKind, g.ID, kind.IDs(), "names what neither the document nor the account has: "+group.JoinIDs(unknown))
		}
	}
	return nil
}

func idsOf(rows []group.Row) []int64 {
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
}

// references refuses references of no group of the account, lists of a group that do not agree with its references, and two
// references of one group to the same service.
func (c *importChecker) references() error {
	lists := map[int64][]int64{} // of the imported groups
	for _, g := range c.Contents[group.GroupKind] {
		lists[g.ID] = g.Lists[group.ReferenceKind]
	}
	if err := c.subjects(lists); err != nil {
		return err
	}
	after, err := c.referencesAfter(lists)
	if err != nil {
		return err
	}
	for _, g := range c.Contents[group.GroupKind] {
		has := idsOf(after[g.ID])
		unknown := slices.DeleteFunc(slices.Clone(g.Lists[group.ReferenceKind]), func(id int64) bool { return slices.Contains(has, id) })
		if len(unknown) > 0 {
			c.add(group.GroupKind, g.ID, group.ReferenceKind.IDs(), "names what is not a reference of the group: "+group.JoinIDs(unknown))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(after)) {
		first := map[string]int64{}
		for _, r := range after[id] {
			if other, ok := first[r.Key]; ok {
				c.add(group.ReferenceKind, r.ID, "service_name", fmt.Sprintf("is that of reference %d of the same group", other))
				continue
			}
			first[r.Key] = r.ID
		}
	}
	return nil
}

// subjects refuses references to a group that neither the import nor the account has, and those that the list of their
// group leaves out.
func (c *importChecker) subjects(lists map[int64][]int64) error {
	var groups []int64
	for _, r := range c.Contents[group.ReferenceKind] {
		groups = append(groups, r.GroupID)
	}
	owners, err := c.tx.Owners(group.GroupKind, groups)
	for _, r := range c.Contents[group.ReferenceKind] {
		switch listed, imported := lists[r.GroupID]; {
		case !imported && owners[r.GroupID] != c.account:
			c.add(group.ReferenceKind, r.ID, "subject_id", "names a group that neither the document nor the account has")
		case listed != nil && !slices.Contains(listed, r.ID):
			c.add(group.ReferenceKind, r.ID, "subject_id", "names a group that does not list the reference in its external_reference_ids")
		}
	}
	return err
}

// referencesAfter returns the references that the groups of the import will have, in ascending order of id: those of
// the import, and the stored ones that a group keeps.
func (c *importChecker) referencesAfter(lists map[int64][]int64) (map[int64][]group.Row, error) {
	groups, imported, after := map[int64]bool{}, map[int64]bool{}, map[int64][]group.Row{}
	for id := range lists {
		groups[id] = true
	}
	for _, r := range c.Contents[group.ReferenceKind] {
		groups[r.GroupID], imported[r.ID] = true, true
		after[r.GroupID] = append(after[r.GroupID], r)
	}
	stored, err := c.tx.ReferencesOf(slices.Sorted(maps.Keys(groups)))
	for _, r := range stored {
		if keep := lists[r.GroupID]; !imported[r.ID] && (keep == nil || slices.Contains(keep, r.ID)) {
			after[r.GroupID] = append(after[r.GroupID], r)
		}
	}
	for _, refs := range after {
		slices.SortFunc(refs, ByID)
	}
	return after, err
}

// ByID orders rows by their ids.
func ByID(a, b group.Row) int { return cmp.Compare(a.ID, b.ID) }
