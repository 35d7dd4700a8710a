package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// SubjectType is the type of what a reference belongs to.
const SubjectType = "WorkspaceGroup"

// kind has the generated functions for the objects of a kind.
type kind[V any] struct {
	of     group.Kind
	decode func([]byte, *V) error
	encode func([]byte, *V) ([]byte, error)
}

var (
	groupKind     = kind[model.WorkspaceGroup]{group.GroupKind, validator.DecodeWorkspaceGroup, validator.AppendWorkspaceGroup}
	referenceKind = kind[model.ExternalReference]{group.ReferenceKind, validator.DecodeExternalReference, validator.AppendExternalReference}
	rateCardKind  = kind[model.RateCardSet]{group.RateCardSetKind, validator.DecodeRateCardSet, validator.AppendRateCardSet}
	workspaceKind = kind[model.Workspace]{group.WorkspaceKind, validator.DecodeWorkspace, validator.AppendWorkspace}
)

// objectKinds are the kinds, whatever their types.
var objectKinds = [group.Kinds]interface {
	object(*group.Row) (object, error)
	optional() (map[string]bool, error)
}{groupKind, referenceKind, rateCardKind, workspaceKind}

// columns are the members of an object that have a column, by kind.
var columns = [group.Kinds][]string{
	group.GroupKind:       {"id", "created_at", "updated_at", "workspace_ids", "external_reference_ids", "rate_card_set_ids"},
	group.ReferenceKind:   {"id", "created_at", "updated_at", "subject_id", "subject_type"},
	group.RateCardSetKind: {"id"},
	group.WorkspaceKind:   {"id"},
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
	switch k {
	case group.GroupKind:
		encodeIDs(e, `"workspace_ids":`, r.WorkspaceIDs)
		encodeIDs(e, `"external_reference_ids":`, r.ReferenceIDs)
		encodeIDs(e, `"rate_card_set_ids":`, r.RateCardSetIDs)
	case group.ReferenceKind:
		e.Key(`"subject_type":`)
		e.String(SubjectType)
		e.Key(`"subject_id":`)
		e.Int(r.GroupID)
	}
	if len(r.JSON) > len(`{}`) {
		e.Next()
	}
	e.Raw(r.JSON[1:])
	return e.Result()
}

func encodeIDs(e *validate.Encoder, key string, ids []int64) {
	if ids == nil {
		return
	}
	e.Key(key)
	e.Open('[')
	for _, id := range ids {
		e.Next()
		e.String(strconv.FormatInt(id, 10))
	}
	e.Close(']')
}

// object is a row as the API shows it: the members of the spec, in its order, then those that only the row has, by name.
type object struct {
	members []shown
	bad     validate.Violations // the rules that values break
}

type shown struct {
	member
	extra  bool // the spec does not have it, or not in replies
	broken bool // it breaks a rule, and is as it is stored
}

// object reads a row. Where a rule is broken it takes every value from the row, because a model has only what fits its Go type.
func (k kind[V]) object(r *group.Row) (o object, err error) {
	var v V
	stored, bad, err := k.read(r, &v)
	if err != nil {
		return o, err
	}
	o.bad = bad
	reply, err := k.encode(nil, &v)
	if err != nil {
		return o, err
	}
	var left []member
	err = members(stored, func(name string, value []byte) error {
		left = append(left, member{name, value})
		return nil
	})
	if err != nil {
		return o, err
	}
	err = members(reply, func(name string, value []byte) error {
		m := shown{member: member{name, value}, broken: breaks(bad, name)}
		i := indexOf(left, name)
		switch {
		case i >= 0 && len(bad) > 0:
			m.value = ordered(left[i].value)
		case m.broken:
			m.value = []byte("null")
		}
		if i >= 0 {
			left = slices.Delete(left, i, i+1)
		}
		o.members = append(o.members, m)
		return nil
	})
	slices.SortFunc(left, func(a, b member) int { return strings.Compare(a.name, b.name) })
	for _, m := range left {
		o.members = append(o.members, shown{member{m.name, ordered(m.value)}, true, breaks(bad, m.name)})
	}
	return o, err
}

func breaks(bad validate.Violations, name string) bool {
	return slices.ContainsFunc(bad, func(v validate.Violation) bool { return firstToken(v.Pointer) == name && v.Pointer != "" })
}

// ordered returns a JSON value with the members of its objects in the order of their names, so that engines that keep them in
// different orders export the same bytes.
func ordered(value []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return value
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return value
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// find returns a member of the object, or an empty one.
func (o *object) find(name string) shown {
	for _, m := range o.members {
		if m.name == name {
			return m
		}
	}
	return shown{}
}

// encode appends the members that which chooses.
func (o *object) encode(e *validate.Encoder, which func(shown) bool) {
	e.Open('{')
	for _, m := range o.members {
		if which(m) {
			e.Name(m.name)
			e.Raw(m.value)
		}
	}
	e.Close('}')
}

// inReplies chooses what a reply shows.
func inReplies(m shown) bool { return !m.extra || m.broken }

// optional returns the fields of which null means the same as that they are absent: replies have null where there is no value.
func (k kind[V]) optional() (map[string]bool, error) {
	reply, err := k.encode(nil, new(V))
	if err != nil {
		return nil, err
	}
	fields := map[string]bool{}
	err = members(reply, func(name string, value []byte) error {
		fields[name] = string(value) == "null"
		return nil
	})
	return fields, err
}

// document returns what the object has in its document: the members without a column, and without null for optional ones.
func (o *object) document(k group.Kind, optional map[string]bool) ([]byte, error) {
	e := validate.NewEncoder(nil)
	o.encode(e, func(m shown) bool {
		return !slices.Contains(columns[k], m.name) && !(optional[m.name] && string(m.value) == "null")
	})
	return e.Result()
}

// firstToken returns the name of the member that a JSON pointer leads to.
func firstToken(pointer string) string {
	token, _ := cutToken(pointer)
	return token
}

var unescapeToken = strings.NewReplacer("~1", "/", "~0", "~")

// cutToken splits a JSON pointer, which is not "", behind its first token.
func cutToken(pointer string) (token, rest string) {
	token = strings.TrimPrefix(pointer, "/")
	if end := strings.IndexByte(token, '/'); end >= 0 {
		token, rest = token[:end], token[end:]
	}
	return unescapeToken.Replace(token), rest
}
