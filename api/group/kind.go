package group

import (
	"iter"
	"slices"
	"strings"
)

// Kind is a kind of stored object. An id belongs to one object of a kind, whatever its account.
type Kind uint8

// The kinds, in the order in which an export has them. All but groups are associations of a group. A reference belongs to one
// group; the objects of the shared kinds, which come last, belong to the account, and any number of groups lists one.
const (
	GroupKind Kind = iota
	ReferenceKind
	RateCardSetKind
	WorkspaceKind

	Kinds // how many there are
)

// GroupsKey is the map of a document that has the groups.
const GroupsKey = "workspace_groups"

// kindNames has the map of a document with the objects of a kind, which is its name and its table too, and the member of a group
// that lists their ids.
var kindNames = [...][2]string{
	{GroupsKey, ""},
	{"external_references", "external_reference_ids"},
	{"rate_card_sets", "rate_card_set_ids"},
	{"workspaces", "workspace_ids"},
}

var _ = [Kinds][2]string(kindNames) // one for each kind

// String returns the name of the kind.
func (k Kind) String() string { return kindNames[k][0] }

// IDs returns the member of a group that lists the ids of an association.
func (k Kind) IDs() string { return kindNames[k][1] }

// KindOf returns the kind with a name.
func KindOf(name string) (k Kind, ok bool) {
	i := slices.IndexFunc(kindNames[:], func(names [2]string) bool { return names[0] == name })
	return Kind(max(i, 0)), i >= 0
}

// Shared returns the shared kinds.
func Shared() iter.Seq[Kind] {
	return func(yield func(Kind) bool) {
		for k := RateCardSetKind; k < Kinds && yield(k); k++ {
		}
	}
}

// Includes are the associations that a caller wants beside a group.
type Includes [Kinds]bool

// ParseIncludes reads a comma-separated list of associations. Names are compared exactly, and unknown ones are ignored,
// as the vendor's framework does.
func ParseIncludes(list string) (in Includes) {
	for name := range strings.SplitSeq(list, ",") {
		if k, ok := KindOf(name); ok && k != GroupKind {
			in[k] = true
		}
	}
	return in
}

// All includes every association.
func All() (in Includes) {
	for k := range in {
		in[k] = Kind(k) != GroupKind
	}
	return in
}

// Row is one object as it is stored. Its fields are those of the spec that an engine joins on or orders by; all others,
// and those that the spec no longer has, are in JSON.
type Row struct {
	ID      int64
	GroupID int64  // of a reference: the group that it belongs to
	Key     string // what is unique: the folded name of a group, the service_name of a reference in its group

	// Of groups and references, RFC 3339 in whole seconds.
	CreatedAt, UpdatedAt string

	JSON []byte // an object without nulls

	// Of a group: the ids of its associations, ascending; nil is not known, and in an import: they stay as they are.
	Lists [Kinds][]int64
}

// Contents is what an account holds: the rows of each kind in ascending order of id.
type Contents [Kinds][]Row

// Orphan is a row that names something that is not there.
type Orphan struct {
	Table   string
	ID      int64
	Missing string // what is not there, "workspace 12" for example
}
