package rows

import (
	"cmp"
	"slices"
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
)

// How objects of a response map to the fields of an update: fields of the same name are taken as they are, null too; what
// the group says of a list X of ids is what add_X adds. Nothing is removed, because the document does not know what else
// the group has by now.
const addPrefix = "add_"

// place is where an object is in the input.
type place struct {
	id     int64
	offset int64
	size   int64
}

// places finds objects by id. Documents mostly have them in order, so that nothing has to be sorted.
type places struct {
	list     []place
	unsorted bool
}

func (p *places) add(where place) {
	if n := len(p.list); n > 0 && p.list[n-1].id > where.id {
		p.unsorted = true
	}
	p.list = append(p.list, where)
}

func byID(a, b place) int { return cmp.Compare(a.id, b.id) }

func (p *places) find(id int64) (place, bool) {
	if p.unsorted {
		slices.SortStableFunc(p.list, byID)
		p.unsorted = false
	}
	i, ok := slices.BinarySearchFunc(p.list, place{id: id}, byID)
	if !ok {
		return place{}, false
	}
	return p.list[i], true
}

// appendGroup appends the JSON of the update that sets what the group in raw is.
func appendGroup(dst, raw []byte) ([]byte, []Problem) {
	fields := updateFields()
	start := len(dst)
	err := rawMembers(raw, func(key string, value []byte) {
		switch f := validate.FindField(fields, key); {
		case f != nil && f.Kind != validate.Array && f.Kind != validate.Object:
			dst = appendMember(dst, key, value)
		case validate.FindField(fields, addPrefix+key) != nil:
			if ids := appendIDs(nil, value); len(ids) > len("[]") {
				dst = appendMember(dst, addPrefix+key, ids)
			}
		}
	})
	if err != nil {
		return dst, updateProblems(err)
	}
	return validate.EndObject(dst, start), nil
}

func appendMember(dst []byte, key string, value []byte) []byte {
	dst = append(dst, ',')
	dst = append(quoteJSON(dst, key), ':')
	return append(dst, value...)
}

// appendIDs appends a list of ids, which a response writes as strings, as numbers. What is no list stays as it is.
func appendIDs(dst, raw []byte) []byte {
	s := validate.NewScanner(raw, validate.Options{})
	if s.Kind() != validate.Array {
		return append(dst, raw...)
	}
	s.Begin(validate.Array)
	dst = append(dst, '[')
	for items := (validate.Items{}); s.NextItem(&items); {
		if items.Index > 0 {
			dst = append(dst, ',')
		}
		dst = validate.AppendText(dst, validate.Integer, idText(s))
	}
	return append(dst, ']')
}

// reference is what an external reference of a document says.
type reference struct {
	ofGroup bool
	subject string // the id of the group
	body    []byte // the JSON of the update's member
}

// referenceField is the field of the update that carries one object of the document's external_references.
func referenceField() *validate.Field {
	return validate.FindField(updateFields(), strings.TrimSuffix(group.ExternalReferences, "s"))
}

func readReference(raw []byte) (reference, []Problem) {
	ref := reference{ofGroup: true}
	fields := referenceField().Fields
	err := rawMembers(raw, func(key string, value []byte) {
		switch {
		case key == "subject_id":
			ref.subject = idText(validate.NewScanner(value, validate.Options{}))
		case key == "subject_type":
			ref.ofGroup = string(value) == `"WorkspaceGroup"`
		case validate.FindField(fields, key) != nil:
			ref.body = appendMember(ref.body, key, value)
		}
	})
	if err != nil {
		return ref, updateProblems(err)
	}
	ref.body = validate.EndObject(ref.body, 0)
	return ref, nil
}

// appendReference appends the JSON of the update that sets a reference of the group called name, which is JSON too.
func appendReference(dst, name, body []byte) []byte {
	start := len(dst)
	dst = appendMember(dst, "name", name)
	dst = appendMember(dst, referenceField().Name, body)
	return validate.EndObject(dst, start)
}

// nameOf returns the JSON of the name of the group in raw.
func nameOf(raw []byte) []byte {
	name := []byte("null")
	_ = rawMembers(raw, func(key string, value []byte) { // the group was read before
		if key == "name" {
			name = value
		}
	})
	return name
}

// pointerTo returns the JSON Pointer to an object of a document.
func pointerTo(key, id string) string { return "/" + key + "/" + validate.PointerToken(id) }

// rawMembers goes through the members of the object in raw, with their values as they stand there.
func rawMembers(raw []byte, each func(key string, value []byte)) error {
	s := validate.NewScanner(raw, validate.Options{RefuseNUL: true})
	if s.Begin(validate.Object) {
		var m validate.Members
		for key, more := s.NextMember(&m); more; key, more = s.NextMember(&m) {
			s.Unknown(&m, key)
			start := s.Offset()
			s.Skip()
			each(key, s.Raw(start))
		}
	}
	return s.End()
}
