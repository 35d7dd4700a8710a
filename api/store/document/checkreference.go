package document

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"example.com/oxgroups/api/group"
)

// references refuses references of another account or of no group of the account, lists of a group that do not agree
// with its references, and two references of one group to the same service.
func (c *checker) references() error {
	if err := c.own(References, idsOf(c.im.References, func(r ImportReference) int64 { return r.ID })); err != nil {
		return err
	}
	lists := make(map[int64][]int64, len(c.im.Groups))
	for _, g := range c.im.Groups {
		lists[g.ID] = g.ExternalReferenceIDs
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
func (c *checker) subjects(lists map[int64][]int64) error {
	owners, err := c.stored.Owners(Groups, idsOf(c.im.References, func(r ImportReference) int64 { return r.GroupID }))
	if err != nil {
		return err
	}
	for _, r := range c.im.References {
		listed, imported := lists[r.GroupID]
		at := fmt.Sprintf("%s.%d.subject_id", group.ExternalReferences, r.ID)
		switch {
		case !imported && owners[r.GroupID] != c.account:
			c.problems.add(at, "names a group that neither the document nor the account has")
		case listed != nil && !slices.Contains(listed, r.ID):
			c.problems.add(at, "names a group that does not list the reference in its external_reference_ids")
		}
	}
	return nil
}

// referencesAfter returns the references that the groups of the import will have, in ascending order of id: those of
// the import, and the stored ones that a group keeps.
func (c *checker) referencesAfter(lists map[int64][]int64) (map[int64][]ImportReference, error) {
	touched := map[int64]bool{}
	for id := range lists {
		touched[id] = true
	}
	imported := map[int64]bool{}
	for _, r := range c.im.References {
		touched[r.GroupID] = true
		imported[r.ID] = true
	}
	stored, err := c.stored.ReferencesOf(slices.Sorted(maps.Keys(touched)))
	if err != nil {
		return nil, err
	}
	after := map[int64][]ImportReference{}
	for _, r := range stored {
		if keep := lists[r.GroupID]; !imported[r.ID] && (keep == nil || slices.Contains(keep, r.ID)) {
			after[r.GroupID] = append(after[r.GroupID], r)
		}
	}
	for _, r := range c.im.References {
		after[r.GroupID] = append(after[r.GroupID], r)
	}
	for _, refs := range after {
		slices.SortFunc(refs, func(a, b ImportReference) int { return cmp.Compare(a.ID, b.ID) })
	}
	return after, nil
}

func (c *checker) listsAgree(after map[int64][]ImportReference) {
	for _, g := range c.im.Groups {
		has := idsOf(after[g.ID], func(r ImportReference) int64 { return r.ID })
		unknown := slices.DeleteFunc(slices.Clone(g.ExternalReferenceIDs), func(id int64) bool {
			_, ok := slices.BinarySearch(has, id)
			return ok
		})
		if len(unknown) > 0 {
			c.problems.add(fmt.Sprintf("%s.%d.external_reference_ids", group.GroupsKey, g.ID),
				"names what is no reference of the group: "+list(unknown))
		}
	}
}

func (c *checker) oneForEachService(after map[int64][]ImportReference) {
	for _, id := range slices.Sorted(maps.Keys(after)) {
		first := map[string]int64{}
		for _, r := range after[id] {
			if other, ok := first[r.ServiceName]; ok {
				c.problems.add(fmt.Sprintf("%s.%d.service_name", group.ExternalReferences, r.ID),
					fmt.Sprintf("is that of reference %d of the same group", other))
				continue
			}
			first[r.ServiceName] = r.ID
		}
	}
}
