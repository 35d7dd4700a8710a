package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/format"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// The members of a document beside those of the API.
const (
	AccountMember  = "account_id" // the account that it was exported from
	AsStoredMember = "as_stored"  // true: values that do not fit the spec are kept as they are
)

// Document is a document as rows.
type Document struct {
	Account  int64 // 0: the document does not say
	Contents group.Contents
	Misfits  int // values that do not fit the spec
}

// ReadOptions say how a document is read.
type ReadOptions struct {
	Now           time.Time // for objects without dates
	IgnoreUnknown bool      // leave out maps that are not known
}

// NewContents returns the rows of a document. It returns the errors of ReadDocuments.
func NewContents(doc *model.WorkspaceGroupDocument) (*group.Contents, error) {
	text, err := validator.AppendWorkspaceGroupDocument(nil, doc)
	if err != nil {
		return nil, err
	}
	docs, err := ReadDocuments(text, ReadOptions{Now: time.Now()})
	if err != nil {
		return nil, err
	}
	return &docs[0].Contents, nil
}

// ReadDocuments reads documents as the API returns them and WriteDocument writes them, one or several in a row. Of a group
// its id and name are enough: dates that are missing are o.Now, lists of ids that are missing stay as they are, ids may be
// numbers or text.
//
// It returns a *validate.SyntaxError where data is not JSON, a *DocumentError where an object does not fit the spec, and
// a group.Error with Refused where a document contradicts itself or has a map that is not known.
func ReadDocuments(data []byte, o ReadOptions) ([]*Document, error) {
	var docs []*Document
	s := validate.NewScanner(data, validate.Options{RefuseNUL: true})
	for len(docs) == 0 || s.Offset() < len(data) {
		start := s.Offset()
		s.Skip()
		if !s.Valid() {
			return nil, s.End()
		}
		r := documentReader{options: o, now: FormatTime(o.Now), doc: &Document{}}
		if err := r.read(s.Raw(start)); err != nil {
			return nil, err
		}
		docs = append(docs, r.doc)
	}
	return docs, nil
}

// documentReader reads one document and collects what is wrong with it.
type documentReader struct {
	options  ReadOptions
	optional [group.Kinds]map[string]bool
	now      string
	doc      *Document
	asStored bool
	problems problems // the document contradicts itself
	broken   problems // objects do not fit the spec
}

func (r *documentReader) read(data []byte) error {
	if data[0] != '{' {
		return &DocumentError{[]group.Problem{{Field: "the document", Message: "must be an object (type)"}}}
	}
	maps, err := r.top(data)
	if err != nil {
		return err
	}
	if maps[group.GroupKind] == nil {
		return &DocumentError{[]group.Problem{{Field: "/" + group.GroupsKey, Message: "is required (required)"}}}
	}
	for k := range group.Kinds {
		if r.optional[k], err = objectKinds[k].optional(); err != nil {
			return err
		}
		if err := r.objects(k, maps[k]); err != nil {
			return err
		}
	}
	r.complete()
	if list := r.broken.counted(); len(list) > 0 && !r.asStored {
		return &DocumentError{list}
	}
	return r.problems.err()
}

// top reads the members of the document and returns its maps.
func (r *documentReader) top(data []byte) (maps [group.Kinds][]byte, err error) {
	var unknown []group.Problem
	err = members(data, func(name string, value []byte) error {
		kind, known := group.KindOf(name)
		switch {
		case string(value) == "null":
		case known:
			maps[kind] = value
		case name == AccountMember:
			r.doc.Account = parseID(value)
		case name == AsStoredMember:
			r.asStored = string(value) == "true"
		case value[0] == '{' && name != "meta" && !r.options.IgnoreUnknown:
			unknown = append(unknown, group.Problem{Field: name, Message: "is not a map that can be imported, and would be lost (--ignore-unknown leaves it out)"})
		}
		return nil
	})
	if err == nil {
		err = group.Refusal(unknown)
	}
	return maps, err
}

// objects reads the map of a kind.
func (r *documentReader) objects(k group.Kind, value []byte) error {
	if value == nil {
		return nil
	}
	if value[0] != '{' {
		return &DocumentError{[]group.Problem{{Field: "/" + k.String(), Message: "must be an object (type)"}}}
	}
	rows := &r.doc.Contents[k]
	err := members(value, func(key string, object []byte) error {
		if object[0] != '{' {
			r.broken.addViolation(k, key, validate.Violation{Rule: "type", Message: "must be an object"})
			return nil
		}
		row, err := r.object(k, key, object)
		*rows = append(*rows, row)
		return err
	})
	slices.SortFunc(*rows, ByID)
	return err
}

// object reads one object: what has a column, then all that is left, in the form in which the generated encoder writes it.
func (r *documentReader) object(k group.Kind, key string, text []byte) (row group.Row, err error) {
	in := objectReader{documentReader: r, kind: k, key: key, row: &row}
	row.CreatedAt, row.UpdatedAt = r.now, r.now
	identified := false
	others := validate.NewEncoder(nil)
	others.Open('{')
	err = members(text, func(name string, value []byte) error {
		switch {
		case !isColumn(k, name):
			others.Name(name)
			others.Raw(value)
		case string(value) != "null":
			identified = identified || name == "id"
			in.column(name, value)
		}
		return nil
	})
	others.Close('}')
	if err != nil {
		return row, err
	}
	if !identified {
		row.ID = in.id("id", []byte(key))
	}
	rest, err := others.Result()
	if err != nil {
		return row, err
	}
	o, err := objectKinds[k].object(&group.Row{ID: row.ID, GroupID: max(row.GroupID, 1), CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt, JSON: rest})
	if err != nil {
		return row, err
	}
	for _, v := range o.bad {
		r.broken.addViolation(k, key, v)
		r.doc.Misfits++
	}
	switch k {
	case group.GroupKind:
		row.Key = group.Fold(in.unique(&o, "name"))
	case group.ReferenceKind:
		row.Key = in.unique(&o, "service_name")
	}
	row.JSON, err = o.document(k, r.optional[k])
	return row, err
}

// complete finds the groups of references that name none.
func (r *documentReader) complete() {
	listed := map[int64]int64{}
	for i := range r.doc.Contents[group.GroupKind] {
		g := &r.doc.Contents[group.GroupKind][i]
		for _, id := range g.Lists[group.ReferenceKind] {
			listed[id] = g.ID
		}
	}
	refs := r.doc.Contents[group.ReferenceKind]
	for i := range refs {
		if refs[i].GroupID == 0 {
			if refs[i].GroupID = listed[refs[i].ID]; refs[i].GroupID == 0 {
				r.problems.add(group.ReferenceKind, strconv.FormatInt(refs[i].ID, 10), "subject_id", "is missing, and no group lists the reference")
			}
		}
	}
}

// objectReader reads the members of an object that have a column.
type objectReader struct {
	*documentReader
	kind group.Kind
	key  string
	row  *group.Row
}

func (in *objectReader) problem(field, message string) {
	in.problems.add(in.kind, in.key, field, message)
}

const notAnID = "must be an id: a whole number from 1 to 9223372036854775807 as a string"

func (in *objectReader) column(name string, value []byte) {
	switch name {
	case "id":
		if in.row.ID = in.id(name, value); in.row.ID != 0 && strconv.FormatInt(in.row.ID, 10) != in.key {
			in.problem(name, "must be the key of the object in the map")
		}
	case "subject_id":
		in.row.GroupID = in.id(name, value)
	case "subject_type":
		if string(value) != `"`+SubjectType+`"` {
			in.problem(name, "must be "+SubjectType)
		}
	case "created_at":
		in.row.CreatedAt = in.time(name, value)
	case "updated_at":
		in.row.UpdatedAt = in.time(name, value)
	default:
		in.row.Lists[listKind(name)] = in.ids(name, value)
	}
}

// unique returns the text of a member that may not be blank, unless it breaks a rule already.
func (in *objectReader) unique(o *object, field string) (text string) {
	m := o.find(field)
	_ = json.Unmarshal(m.value, &text) // what is not text is among the violations
	if strings.TrimSpace(text) == "" && (!m.broken || in.asStored) {
		in.problem(field, "must not be blank")
	}
	return text
}

func (in *objectReader) id(field string, value []byte) int64 {
	id := parseID(value)
	if id == 0 {
		in.problem(field, notAnID)
	}
	return id
}

func (in *objectReader) ids(field string, value []byte) []int64 {
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil {
		in.broken.addViolation(in.kind, in.key, validate.Violation{Pointer: "/" + field, Rule: "type", Message: "must be an array"})
		return nil
	}
	ids := make([]int64, len(items))
	for i, item := range items {
		if ids[i] = parseID(item); ids[i] == 0 {
			in.problem(fmt.Sprintf("%s.%d", field, i), notAnID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (in *objectReader) time(field string, value []byte) string {
	var text string
	t, ok := time.Time{}, json.Unmarshal(value, &text) == nil
	if ok {
		t, ok = format.ParseDateTime(text)
	}
	if !ok {
		in.broken.addViolation(in.kind, in.key, validate.Violation{Pointer: "/" + field, Rule: "format", Message: "must be a date and time like 2013-04-15T16:48:48-07:00"})
		return in.now
	}
	return t.Format(time.RFC3339)
}

// parseID returns the id that a JSON number or text is in canonical decimal, or 0.
func parseID(value []byte) int64 {
	text := string(value)
	if len(text) > 2 && text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 || strconv.FormatInt(n, 10) != text {
		return 0
	}
	return n
}
