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
	for _, check := range []func() error{c.groups, c.names, c.workspaces, c.rateCardSets, c.references} {
		if err := check(); err != nil {
			return err
		}
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

func (c *importChecker) groups() error { return c.own(group.GroupKind) }

// own refuses ids that another account has.
func (c *importChecker) own(kind group.Kind) error {
	ids := idsOf(c.Contents[kind])
	owners, err := c.tx.Owners(kind, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if owner, ok := owners[id]; ok && owner != c.account {
			c.add(kind, id, "id", "is of another account")
		}
	}
	return nil
}

func (c *importChecker) names() error {
	rows := c.Contents[group.GroupKind]
	holders := make(map[string]int64, len(rows))
	imported := make(map[int64]bool, len(rows))
	for i := range rows {
		g := &rows[i]
		imported[g.ID] = true
		if first, ok := holders[g.Key]; ok {
			c.add(group.GroupKind, g.ID, "name", fmt.Sprintf("is the name of group %d too", first))
			continue
		}
		holders[g.Key] = g.ID
	}
	stored, err := c.tx.NameHolders(c.account, slices.Collect(maps.Keys(holders)))
	if err != nil {
		return err
	}
	for i := range rows {
		g := &rows[i]
		if holder, ok := stored[g.Key]; ok && !imported[holder] {
			c.add(group.GroupKind, g.ID, "name", fmt.Sprintf("is the name of group %d of the account", holder))
		}
	}
	return nil
}

func (c *importChecker) workspaces() error {
	return c.members(group.WorkspaceKind, "workspace_ids", func(g *group.Row) []int64 { return g.WorkspaceIDs })
}

func (c *importChecker) rateCardSets() error {
	return c.members(group.RateCardSetKind, "rate_card_set_ids", func(g *group.Row) []int64 { return g.RateCardSetIDs })
}

// members refuses objects of another account, and ids in a list of a group that neither the import nor the account has.
func (c *importChecker) members(kind group.Kind, field string, listed func(*group.Row) []int64) error {
	if err := c.own(kind); err != nil {
		return err
	}
	groups := c.Contents[group.GroupKind]
	named := map[int64]bool{}
	for i := range groups {
		for _, id := range listed(&groups[i]) {
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
	for i := range groups {
		g := &groups[i]
		unknown := slices.DeleteFunc(slices.Clone(listed(g)), func(id int64) bool { return known[id] == c.account })
		if len(unknown) > 0 {
			c.add(group.GroupKind, g.ID, field, "names what neither the document nor the account has: "+group.JoinIDs(unknown))
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

// references refuses references of another account or of no group of the account, lists of a group that do not agree
// with its references, and two references of one group to the same service.
func (c *importChecker) references() error {
	if err := c.own(group.ReferenceKind); err != nil {
		return err
	}
	groups := c.Contents[group.GroupKind]
	lists := make(map[int64][]int64, len(groups))
	for i := range groups {
		lists[groups[i].ID] = groups[i].ReferenceIDs
	}
	if err := c.subjects(lists); err != nil {
		return err
	}
	after, err := c.referencesAfter(lists)
	if err != nil {
		return err
	}
	c.listsAgree(after)
	c.oneForEachService(after)
	return nil
}

// subjects refuses references to a group that neither the import nor the account has, and those that the list of their
// group leaves out.
func (c *importChecker) subjects(lists map[int64][]int64) error {
	rows := c.Contents[group.ReferenceKind]
	ids := make([]int64, len(rows))
	for i := range rows {
		ids[i] = rows[i].GroupID
	}
	owners, err := c.tx.Owners(group.GroupKind, ids)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		listed, imported := lists[r.GroupID]
		switch {
		case !imported && owners[r.GroupID] != c.account:
			c.add(group.ReferenceKind, r.ID, "subject_id", "names a group that neither the document nor the account has")
		case listed != nil && !slices.Contains(listed, r.ID):
			c.add(group.ReferenceKind, r.ID, "subject_id", "names a group that does not list the reference in its external_reference_ids")
		}
	}
	return nil
}

// referencesAfter returns the references that the groups of the import will have, in ascending order of id: those of
// the import, and the stored ones that a group keeps.
func (c *importChecker) referencesAfter(lists map[int64][]int64) (map[int64][]group.Row, error) {
	touched, imported := map[int64]bool{}, map[int64]bool{}
	for id := range lists {
		touched[id] = true
	}
	rows := c.Contents[group.ReferenceKind]
	for i := range rows {
		touched[rows[i].GroupID] = true
		imported[rows[i].ID] = true
	}
	stored, err := c.tx.ReferencesOf(slices.Sorted(maps.Keys(touched)))
	if err != nil {
		return nil, err
	}
	after := map[int64][]group.Row{}
	for _, r := range stored {
		if keep := lists[r.GroupID]; !imported[r.ID] && (keep == nil || slices.Contains(keep, r.ID)) {
			after[r.GroupID] = append(after[r.GroupID], r)
		}
	}
	for _, r := range rows {
		after[r.GroupID] = append(after[r.GroupID], r)
	}
	for _, refs := range after {
		slices.SortFunc(refs, ByID)
	}
	return after, nil
}

// ByID orders rows by their ids.
func ByID(a, b group.Row) int { return cmp.Compare(a.ID, b.ID) }

func (c *importChecker) listsAgree(after map[int64][]group.Row) {
	groups := c.Contents[group.GroupKind]
	for i := range groups {
		g := &groups[i]
		has := idsOf(after[g.ID])
		unknown := slices.DeleteFunc(slices.Clone(g.ReferenceIDs), func(id int64) bool {
			_, ok := slices.BinarySearch(has, id)
			return ok
		})
		if len(unknown) > 0 {
			c.add(group.GroupKind, g.ID, "external_reference_ids", "names what is no reference of the group: "+group.JoinIDs(unknown))
		}
	}
}

func (c *importChecker) oneForEachService(after map[int64][]group.Row) {
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
}
