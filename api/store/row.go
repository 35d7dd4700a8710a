package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/validator"
)

// SubjectType is the type of what a reference belongs to.
const SubjectType = "WorkspaceGroup"

// FormatTime returns t as engines store times: whole seconds, with the offset that t has; "" is the zero time.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// ParseTime is the inverse of FormatTime.
func ParseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, text)
}

// kind has the generated functions for the objects of a kind.
type kind[V any] struct {
	of     group.Kind
	decode func([]byte, *V) error
	encode func([]byte, *V) ([]byte, error)
	empty  map[string]bool // the members that encode writes as null where they have no value
}

var (
	groupKind     = newKind(group.GroupKind, validator.DecodeWorkspaceGroup, validator.AppendWorkspaceGroup)
	referenceKind = newKind(group.ReferenceKind, validator.DecodeExternalReference, validator.AppendExternalReference)
	rateCardKind  = newKind(group.RateCardSetKind, validator.DecodeRateCardSet, validator.AppendRateCardSet)
	workspaceKind = newKind(group.WorkspaceKind, validator.DecodeWorkspace, validator.AppendWorkspace)

	objectKinds = [group.Kinds]objectKind{groupKind, referenceKind, rateCardKind, workspaceKind}
)

func newKind[V any](of group.Kind, decode func([]byte, *V) error, encode func([]byte, *V) ([]byte, error)) kind[V] {
	k := kind[V]{of: of, decode: decode, encode: encode, empty: map[string]bool{}}
	text, err := encode(nil, new(V))
	if err != nil {
		panic(err) // nothing can be wrong with an empty object
	}
	err = members(text, func(name string, value []byte) error {
		k.empty[name] = string(value) == "null"
		return nil
	})
	if err != nil {
		panic(err) // the encoder writes no JSON
	}
	return k
}

// objectKind is a kind of any type.
type objectKind interface {
	// name is that of the kind's map in a document.
	name() string
	// show returns a row as the API shows it, with values that break a rule as they are stored, and the rules. A whole row
	// has also the stored members that replies do not show.
	show(r *group.Row, whole bool) ([]byte, validate.Violations, error)
	// document returns the members of an object that have no column, without nulls that mean the same as absent members.
	document(object []byte) ([]byte, error)
}

func (k kind[V]) name() string { return k.of.String() }

// read returns a row as the model of its kind, and the rules that its values break. With violations the model has what fits
// its Go type. The error is a defect: the row is not JSON.
func (k kind[V]) read(r *group.Row) (v V, bad validate.Violations, err error) {
	err = k.decode(appendRow(nil, k.of, r), &v)
	if err != nil && !errors.As(err, &bad) {
		return v, nil, fmt.Errorf("stored row %d of %s: %w", r.ID, k.of, err)
	}
	return v, bad, nil
}

func (k kind[V]) show(r *group.Row, whole bool) ([]byte, validate.Violations, error) {
	v, bad, err := k.read(r)
	if err != nil {
		return nil, nil, err
	}
	shown, err := k.encode(nil, &v)
	if err != nil || len(bad) == 0 && !whole {
		return shown, nil, err
	}
	shown, err = withStored(shown, appendRow(nil, k.of, r), bad, whole)
	return shown, bad, err
}

// withStored appends to what is shown of a whole row what only stored has, in the order of the names. Where a rule is broken it
// takes every value from stored, because a model has only what fits its Go type.
func withStored(shown, stored []byte, bad validate.Violations, whole bool) ([]byte, error) {
	var names []string
	values := map[string][]byte{}
	err := members(stored, func(name string, value []byte) error {
		names = append(names, name)
		values[name] = value
		return nil
	})
	if err != nil {
		return nil, err
	}
	broken := map[string]bool{}
	for _, v := range bad {
		broken[firstToken(v.Pointer)] = true
	}
	out := make([]byte, 0, len(shown)+len(stored))
	err = members(shown, func(name string, value []byte) error {
		if stored := values[name]; broken[name] || len(bad) > 0 && stored != nil {
			value = ordered(stored)
		}
		out = appendMember(out, name, value)
		delete(values, name)
		return nil
	})
	slices.Sort(names)
	for _, name := range names {
		if value, left := values[name]; left && (whole || broken[name]) {
			out = appendMember(out, name, ordered(value))
		}
	}
	return validate.EndObject(out, 0), err
}

// ordered returns a JSON value with the members of its objects in the order of their names, so that engines that keep them in
// different orders export the same bytes; none is null.
func ordered(value []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var v any
	if len(value) == 0 || d.Decode(&v) != nil {
		return []byte("null")
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return value
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
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

// appendRow appends a row as an object of the API: the columns, then what is stored in its document.
func appendRow(dst []byte, k group.Kind, r *group.Row) []byte {
	dst = slices.Grow(dst, len(r.JSON)+24*(len(r.WorkspaceIDs)+len(r.ReferenceIDs)+len(r.RateCardSetIDs))+192)
	dst = append(strconv.AppendInt(append(dst, `{"id":"`...), r.ID, 10), '"')
	switch k {
	case group.GroupKind:
		dst = appendTimes(dst, r)
		dst = appendIDs(dst, "workspace_ids", r.WorkspaceIDs)
		dst = appendIDs(dst, "external_reference_ids", r.ReferenceIDs)
		dst = appendIDs(dst, "rate_card_set_ids", r.RateCardSetIDs)
	case group.ReferenceKind:
		dst = appendTimes(dst, r)
		dst = append(dst, `,"subject_type":"`+SubjectType+`","subject_id":`...)
		dst = strconv.AppendInt(dst, r.GroupID, 10)
	}
	if len(r.JSON) > len(`{}`) {
		dst = append(dst, ',')
	}
	return append(dst, r.JSON[1:]...)
}

func appendTimes(b []byte, r *group.Row) []byte {
	b = validate.AppendString(append(b, `,"created_at":`...), r.CreatedAt)
	return validate.AppendString(append(b, `,"updated_at":`...), r.UpdatedAt)
}

func appendIDs(b []byte, name string, ids []int64) []byte {
	if ids == nil {
		return b
	}
	b = append(append(append(b, `,"`...), name...), `":[`...)
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendInt(append(b, '"'), id, 10), '"')
	}
	return append(b, ']')
}

// columns are the members of an object that have a column, by kind.
var columns = [group.Kinds][]string{
	group.GroupKind:       {"id", "created_at", "updated_at", "workspace_ids", "external_reference_ids", "rate_card_set_ids"},
	group.ReferenceKind:   {"id", "created_at", "updated_at", "subject_id", "subject_type"},
	group.RateCardSetKind: {"id"},
	group.WorkspaceKind:   {"id"},
}

func (k kind[V]) document(object []byte) ([]byte, error) {
	doc := make([]byte, 0, len(object))
	err := members(object, func(name string, value []byte) error {
		if !slices.Contains(columns[k.of], name) && (!k.empty[name] || string(value) != "null") {
			doc = appendMember(doc, name, value)
		}
		return nil
	})
	return validate.EndObject(doc, 0), err
}

// ParseTimes sets the times of a token from their stored form.
func ParseTimes(t *group.Token, created, expires, used, revoked string) (err error) {
	for _, field := range []struct {
		time *time.Time
		text string
	}{{&t.CreatedAt, created}, {&t.ExpiresAt, expires}, {&t.LastUsedAt, used}, {&t.RevokedAt, revoked}} {
		if *field.time, err = ParseTime(field.text); err != nil {
			return fmt.Errorf("token %d: %w", t.ID, err)
		}
	}
	return nil
}
