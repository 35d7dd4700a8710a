package store

import (
	"errors"
	"fmt"
	"strconv"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// SubjectType is the type of what a reference belongs to.
const SubjectType = "WorkspaceGroup"

// kind has the generated functions and the places in the generated types for the objects of a kind.
type kind[V any] struct {
	of     group.Kind
	decode func([]byte, *V) error
	encode func([]byte, *V) ([]byte, error)

	// Of an association.
	objects func(*model.WorkspaceGroupDocument) **map[string]V
	ids     func(*model.WorkspaceGroup) **[]string
}

var (
	groupKind     = kind[model.WorkspaceGroup]{of: group.GroupKind, decode: validator.DecodeWorkspaceGroup, encode: validator.AppendWorkspaceGroup}
	referenceKind = kind[model.ExternalReference]{group.ReferenceKind, validator.DecodeExternalReference, validator.AppendExternalReference,
		func(d *model.WorkspaceGroupDocument) **map[string]model.ExternalReference {
			return &d.ExternalReferences
		},
		func(g *model.WorkspaceGroup) **[]string { return &g.ExternalReferenceIds }}
	rateCardSetKind = kind[model.RateCardSet]{group.RateCardSetKind, validator.DecodeRateCardSet, validator.AppendRateCardSet,
		func(d *model.WorkspaceGroupDocument) **map[string]model.RateCardSet { return &d.RateCardSets },
		func(g *model.WorkspaceGroup) **[]string { return &g.RateCardSetIds }}
	workspaceKind = kind[model.Workspace]{group.WorkspaceKind, validator.DecodeWorkspace, validator.AppendWorkspace,
		func(d *model.WorkspaceGroupDocument) **map[string]model.Workspace { return &d.Workspaces },
		func(g *model.WorkspaceGroup) **[]string { return &g.WorkspaceIds }}
)

// anyKind is a kind whatever the type of its objects.
type anyKind interface {
	object(*group.Row) (object, error)
	optional() (map[string]bool, error)
	begin(*model.WorkspaceGroupDocument)
	include([]group.Row, *group.Snapshot) (fits bool, err error)
	pick(from, to *model.WorkspaceGroupDocument, g *model.WorkspaceGroup)
}

var objectKinds = [...]anyKind{groupKind, referenceKind, rateCardSetKind, workspaceKind}

var _ = [group.Kinds]anyKind(objectKinds) // one for each kind

// An association that is added to the spec does not compile here. It needs a group.Kind, a kind here, and a migration of each
// engine with its two tables.
var _ = model.WorkspaceGroupDocument(struct {
	Count              int64
	ExternalReferences *map[string]model.ExternalReference
	Meta               model.Meta
	RateCardSets       *map[string]model.RateCardSet
	Results            []model.Result
	WorkspaceGroups    map[string]model.WorkspaceGroup
	Workspaces         *map[string]model.Workspace
}{})

// NewDocument returns an empty document for n groups with a map for each association in in.
func NewDocument(n int, in group.Includes) model.WorkspaceGroupDocument {
	d := model.WorkspaceGroupDocument{
		Count: int64(n), Meta: group.NewMeta(n),
		Results: make([]model.Result, 0, n), WorkspaceGroups: make(map[string]model.WorkspaceGroup, n),
	}
	for k, wanted := range in {
		if wanted {
			objectKinds[k].begin(&d)
		}
	}
	return d
}

// begin gives a document the map of an association.
func (k kind[V]) begin(d *model.WorkspaceGroupDocument) { *k.objects(d) = &map[string]V{} }

// Only returns what a document has of one group, and whether it has the group.
func Only(id string, doc *model.WorkspaceGroupDocument) (one model.WorkspaceGroupDocument, ok bool) {
	g, ok := doc.WorkspaceGroups[id]
	s := group.Snapshot{Group: g}
	for k, wanted := range group.All() {
		if wanted {
			objectKinds[k].pick(doc, &s.Included, &g)
		}
	}
	return s.Document(), ok
}

// pick puts the objects that a group lists into the map of another document.
func (k kind[V]) pick(from, to *model.WorkspaceGroupDocument, g *model.WorkspaceGroup) {
	k.begin(to)
	objects, ids := *k.objects(from), *k.ids(g)
	if objects == nil || ids == nil {
		return
	}
	for _, id := range *ids {
		if v, ok := (*objects)[id]; ok {
			(**k.objects(to))[id] = v
		}
	}
}

// include puts the rows of an association into a snapshot, and reports whether all of them fit the spec.
func (k kind[V]) include(rows []group.Row, s *group.Snapshot) (fits bool, err error) {
	objects, ids := make(map[string]V, len(rows)), make([]string, len(rows))
	fits = true
	for i := range rows {
		var v V
		_, bad, err := k.read(&rows[i], &v)
		if err != nil {
			return false, err
		}
		ids[i] = strconv.FormatInt(rows[i].ID, 10)
		objects[ids[i]] = v
		fits = fits && len(bad) == 0
	}
	*k.objects(&s.Included), *k.ids(&s.Group) = &objects, &ids
	return fits, nil
}

// isColumn reports whether a member of an object has a column, and is not in its document.
func isColumn(k group.Kind, name string) bool {
	switch name {
	case "id":
		return true
	case "created_at", "updated_at":
		return k == group.GroupKind || k == group.ReferenceKind
	case "subject_id", "subject_type":
		return k == group.ReferenceKind
	}
	return k == group.GroupKind && listKind(name) != group.GroupKind
}

// listKind returns the association whose ids a member of a group lists, or GroupKind for none.
func listKind(name string) group.Kind {
	for k := range group.Kinds {
		if k.IDs() == name {
			return k
		}
	}
	return group.GroupKind
}

// read reads a row into v, the model of its kind, and returns it as JSON, and the rules that its values break. With violations
// the model has what fits its Go type. The error is a defect: the row is not JSON.
func (k kind[V]) read(r *group.Row, v *V) (text []byte, bad validate.Violations, err error) {
	text, err = encodeRow(k.of, r)
	if err == nil {
		err = k.decode(text, v)
	}
	if err != nil && !errors.As(err, &bad) {
		return nil, nil, fmt.Errorf("stored row %d of %s: %w", r.ID, k.of, err)
	}
	return text, bad, nil
}

// encodeRow returns a row as an object of the API: the columns, then what is stored in its document.
func encodeRow(k group.Kind, r *group.Row) ([]byte, error) {
	const forColumns = 192
	e := validate.NewEncoder(make([]byte, 0, forColumns+len(r.JSON)))
	e.Open('{')
	e.Key(`"id":`)
	e.String(strconv.FormatInt(r.ID, 10))
	if k == group.GroupKind || k == group.ReferenceKind {
		e.Key(`"created_at":`)
		e.String(r.CreatedAt)
		e.Key(`"updated_at":`)
		e.String(r.UpdatedAt)
	}
	if k == group.ReferenceKind {
		e.Key(`"subject_type":`)
		e.String(SubjectType)
		e.Key(`"subject_id":`)
		e.Int(r.GroupID)
	}
	for association, ids := range r.Lists {
		encodeIDs(e, group.Kind(association).IDs(), ids)
	}
	if len(r.JSON) > len(`{}`) {
		e.Next()
	}
	e.Raw(r.JSON[1:])
	return e.Result()
}

func encodeIDs(e *validate.Encoder, name string, ids []int64) {
	if ids == nil {
		return
	}
	e.Name(name)
	e.Open('[')
	for _, id := range ids {
		e.Next()
		e.String(strconv.FormatInt(id, 10))
	}
	e.Close(']')
}
