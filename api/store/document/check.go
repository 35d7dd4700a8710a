package document

import (
	"fmt"
	"maps"
	"slices"

	"example.com/oxgroups/api/group"
)

// Kind is a kind of stored object.
type Kind uint8

// The kinds. An id belongs to one object of a kind, whatever its account.
const (
	Groups Kind = iota
	References
	Workspaces
	RateCardSets
)

var kindKeys = [...]string{group.GroupsKey, group.ExternalReferences, group.Workspaces, group.RateCardSets}

// String returns the name of the kind's map in a document.
func (k Kind) String() string { return kindKeys[k] }

// Stored is what Check has to know of an engine.
type Stored interface {
	// Owners returns the accounts of those ids of a kind that are stored.
	Owners(kind Kind, ids []int64) (map[int64]int64, error)
	// NameHolders returns the ids of the groups of an account that have one of the folded names, by that name.
	NameHolders(account int64, folded []string) (map[string]int64, error)
	// ReferencesOf returns the references of groups: id, group and name of the service.
	ReferencesOf(groups []int64) ([]ImportReference, error)
}

// Check says whether an account can take the import, and returns a group.Error with Refused and the reasons where it
// cannot. Errors of s are returned as they are.
func (im *Import) Check(account int64, s Stored) error {
	c := checker{im: im, account: account, stored: s}
	for _, step := range []func() error{c.groups, c.names, c.workspaces, c.rateCardSets, c.references} {
		if err := step(); err != nil {
			return err
		}
	}
	return c.problems.err()
}

type checker struct {
	im       *Import
	account  int64
	stored   Stored
	problems problems
}

func (c *checker) groups() error {
	return c.own(Groups, idsOf(c.im.Groups, func(g ImportGroup) int64 { return g.ID }))
}

// own refuses ids that another account has.
func (c *checker) own(kind Kind, ids []int64) error {
	owners, err := c.stored.Owners(kind, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if owner, ok := owners[id]; ok && owner != c.account {
			c.problems.add(fmt.Sprintf("%s.%d.id", kind, id), "is of another account")
		}
	}
	return nil
}

func (c *checker) names() error {
	holders := make(map[string]int64, len(c.im.Groups))
	imported := make(map[int64]bool, len(c.im.Groups))
	for _, g := range c.im.Groups {
		imported[g.ID] = true
		if first, ok := holders[g.Folded]; ok {
			c.problems.add(fmt.Sprintf("%s.%d.name", group.GroupsKey, g.ID), fmt.Sprintf("is the name of group %d too", first))
			continue
		}
		holders[g.Folded] = g.ID
	}
	stored, err := c.stored.NameHolders(c.account, slices.Collect(maps.Keys(holders)))
	if err != nil {
		return err
	}
	for _, g := range c.im.Groups {
		if holder, ok := stored[g.Folded]; ok && !imported[holder] {
			c.problems.add(fmt.Sprintf("%s.%d.name", group.GroupsKey, g.ID), fmt.Sprintf("is the name of group %d of the account", holder))
		}
	}
	return nil
}

func (c *checker) workspaces() error {
	return c.members(Workspaces, c.im.Workspaces, "workspace_ids", func(g ImportGroup) []int64 { return g.WorkspaceIDs })
}

func (c *checker) rateCardSets() error {
	return c.members(RateCardSets, c.im.RateCardSets, "rate_card_set_ids", func(g ImportGroup) []int64 { return g.RateCardSetIDs })
}

// members refuses objects of another account, and ids in a list of a group that neither the import nor the account has.
func (c *checker) members(kind Kind, objects []Object, field string, listed func(ImportGroup) []int64) error {
	ids := idsOf(objects, func(o Object) int64 { return o.ID })
	if err := c.own(kind, ids); err != nil {
		return err
	}
	named := map[int64]bool{}
	for _, g := range c.im.Groups {
		for _, id := range listed(g) {
			named[id] = true
		}
	}
	known, err := c.stored.Owners(kind, slices.Sorted(maps.Keys(named)))
	if err != nil {
		return err
	}
	for _, id := range ids {
		known[id] = c.account
	}
	for _, g := range c.im.Groups {
		unknown := slices.DeleteFunc(slices.Clone(listed(g)), func(id int64) bool { return known[id] == c.account })
		if len(unknown) > 0 {
			c.problems.add(fmt.Sprintf("%s.%d.%s", group.GroupsKey, g.ID, field),
				"names what neither the document nor the account has: "+list(unknown))
		}
	}
	return nil
}

func idsOf[T any](rows []T, id func(T) int64) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}
