package document

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Import is a document as rows, each kind in ascending order of id.
type Import struct {
	Groups       []ImportGroup
	References   []ImportReference
	Workspaces   []Object
	RateCardSets []Object
}

// ImportGroup is a group to store. Where its *IDs are nil the associations stay as they are, else they are the whole list.
type ImportGroup struct {
	Group
	Folded string
}

// ImportReference is a reference to store.
type ImportReference struct {
	Reference
	ServiceName string
}

// NewImport turns doc into rows. It returns a group.Error with Refused and every reason where doc contradicts itself or
// has ids that are none; whether it fits what is stored is for Check to say.
func NewImport(account int64, doc *model.WorkspaceGroupDocument) (*Import, error) {
	r := &importReader{}
	if account < 1 {
		r.problems.add("account", "must be an id: 1 or more")
	}
	im := &Import{
		Groups:       r.groups(doc.WorkspaceGroups),
		References:   r.references(deref(doc.ExternalReferences)),
		Workspaces:   objects(r, group.Workspaces, deref(doc.Workspaces), workspaceJSON),
		RateCardSets: objects(r, group.RateCardSets, deref(doc.RateCardSets), rateCardSetJSON),
	}
	if err := r.problems.err(); err != nil {
		return nil, err
	}
	return im, nil
}

func deref[V any](m *map[string]V) map[string]V {
	if m == nil {
		return nil
	}
	return *m
}

// importReader collects what is wrong with a document while it is read.
type importReader struct{ problems problems }

func (r *importReader) groups(m map[string]model.WorkspaceGroup) []ImportGroup {
	rows := make([]ImportGroup, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		g := m[key]
		at := group.GroupsKey + "." + key
		row := ImportGroup{Folded: group.Fold(g.Name)}
		row.ID = r.id(at, key, g.ID)
		row.CreatedAt, row.UpdatedAt = FormatTime(g.CreatedAt), FormatTime(g.UpdatedAt)
		row.WorkspaceIDs = r.ids(at+".workspace_ids", g.WorkspaceIds)
		row.ExternalReferenceIDs = r.ids(at+".external_reference_ids", g.ExternalReferenceIds)
		row.RateCardSetIDs = r.ids(at+".rate_card_set_ids", g.RateCardSetIds)
		if strings.TrimSpace(g.Name) == "" {
			r.problems.add(at+".name", "must not be blank")
		}
		row.JSON = r.stored(at, encoded(validator.AppendWorkspaceGroup(nil, &g)), "id", "created_at", "updated_at",
			"workspace_ids", "external_reference_ids", "rate_card_set_ids")
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b ImportGroup) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

func (r *importReader) references(m map[string]model.ExternalReference) []ImportReference {
	rows := make([]ImportReference, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		v := m[key]
		at := group.ExternalReferences + "." + key
		row := ImportReference{ServiceName: v.ServiceName}
		row.ID = r.id(at, key, v.ID)
		row.CreatedAt, row.UpdatedAt = FormatTime(v.CreatedAt), FormatTime(v.UpdatedAt)
		if row.GroupID = v.SubjectID; row.GroupID < 1 {
			r.problems.add(at+".subject_id", notAnID)
		}
		if v.SubjectType != SubjectType {
			r.problems.add(at+".subject_type", "must be "+SubjectType)
		}
		if strings.TrimSpace(v.ServiceName) == "" {
			r.problems.add(at+".service_name", "must not be blank")
		}
		row.JSON = r.stored(at, encoded(validator.AppendExternalReference(nil, &v)), "id", "created_at", "updated_at",
			"subject_id", "subject_type")
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b ImportReference) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

// objects turns a map of workspaces or rate card sets into rows; encode gives the id and the JSON of one.
func objects[V any](r *importReader, name string, m map[string]V, encode func(*V) (string, []byte)) []Object {
	rows := make([]Object, 0, len(m))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		v := m[key]
		at := name + "." + key
		id, text := encode(&v)
		rows = append(rows, Object{ID: r.id(at, key, id), JSON: r.stored(at, text, "id")})
	}
	slices.SortFunc(rows, func(a, b Object) int { return cmp.Compare(a.ID, b.ID) })
	return rows
}

func workspaceJSON(v *model.Workspace) (string, []byte) {
	return v.ID, encoded(validator.AppendWorkspace(nil, v))
}

func rateCardSetJSON(v *model.RateCardSet) (string, []byte) {
	return v.ID, encoded(validator.AppendRateCardSet(nil, v))
}

// stored returns text without the members that have a column and without nulls, which mean the same as absent ones.
func (r *importReader) stored(at string, text []byte, columns ...string) []byte {
	doc := make([]byte, 0, len(text))
	err := members(text, func(name string, value []byte) error {
		if string(value) != "null" && !slices.Contains(columns, name) {
			doc = appendMember(doc, name, value)
		}
		return nil
	})
	if err != nil {
		r.problems.add(at, "cannot be stored")
		return nil
	}
	return validate.EndObject(doc, 0)
}

// id returns the id of the object under key in a map of a document.
func (r *importReader) id(at, key, id string) int64 {
	n := parseID(id)
	switch {
	case n == 0:
		r.problems.add(at+".id", notAnID)
	case id != key:
		r.problems.add(at+".id", "must be the key of the object in the map")
	}
	return n
}

func (r *importReader) ids(at string, list *[]string) []int64 {
	if list == nil {
		return nil
	}
	ids := make([]int64, 0, len(*list))
	for i, text := range *list {
		n := parseID(text)
		if n == 0 {
			r.problems.add(fmt.Sprintf("%s.%d", at, i), notAnID)
		}
		ids = append(ids, n)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

const notAnID = "must be an id: a whole number from 1 to 9223372036854775807 as a string"

// parseID returns the id that text is in canonical decimal, or 0.
func parseID(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != text {
		return 0
	}
	return n
}
