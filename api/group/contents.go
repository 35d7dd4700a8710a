package group

// Kind is a kind of stored object. An id belongs to one object of a kind, whatever its account.
type Kind uint8

// The kinds, in the order in which an export has them.
const (
	GroupKind Kind = iota
	ReferenceKind
	RateCardSetKind
	WorkspaceKind

	Kinds // how many there are
)

var kindKeys = [...]string{GroupsKey, ExternalReferences, RateCardSets, Workspaces}

var _ = [Kinds]string(kindKeys) // one for each kind

// String returns the name of the kind's map in a document of the API.
func (k Kind) String() string { return kindKeys[k] }

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
	WorkspaceIDs, ReferenceIDs, RateCardSetIDs []int64
}

// Contents is what an account holds: the rows of each kind in ascending order of id.
type Contents [Kinds][]Row

// Orphan is a row that names something that is not there.
type Orphan struct {
	Table   string
	ID      int64
	Missing string // what is not there, "workspace 12" for example
}
