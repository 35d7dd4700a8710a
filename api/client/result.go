package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// Result is the API's answer to an update. It has everything that could be read: a value that does not fit its type is
// left out and listed in Warnings. It is safe for concurrent use as long as nobody changes it.
type Result struct {
	StatusCode int
	Header     http.Header
	RequestID  string // X-Request-Id
	Attempts   int    // how often the request was sent
	Throttled  bool   // an attempt was answered with 429

	// Group is the group right after the update. Its lists of ids are nil unless the association was included.
	Group Group
	// Included has the associations that were asked for, in the order in which the API lists them.
	Included
	// Warnings list what did not fit the description of the API, with pointers into Raw.
	Warnings validate.Violations
	// Raw is the document as it came.
	Raw []byte
}

// ParseResult returns the result that a client reads from document, with status 200. Programs that replace Updater in
// their tests can make their results with it. It returns an *Error for a document that a client would not accept.
func ParseResult(document []byte) (*Result, error) {
	return newResult(&http.Response{StatusCode: http.StatusOK, Header: http.Header{}}, document, "", 0, false)
}

// newResult returns the result in a reply with a status of 2xx, or an *Error. id is the group of the request, or 0. With
// strict, warnings are errors.
func newResult(resp *http.Response, body []byte, token string, id int64, strict bool) (*Result, error) {
	if isRefusal(body) {
		return nil, newError(resp, body, token, nil)
	}
	unusable := func(cause error) error {
		return newError(resp, body, token, fmt.Errorf("%w: %w", ErrBadResponse, cause))
	}
	var doc model.WorkspaceGroupDocument
	warnings, err := validator.ReadWorkspaceGroupDocument(body, &doc)
	if err != nil {
		return nil, unusable(fmt.Errorf("it is not JSON: %w", err))
	}
	read := reader{warnings: warnings}
	key, ok := read.groupKey(&doc, id)
	if !ok {
		return nil, unusable(errors.New("it has no workspace group"))
	}
	group := doc.WorkspaceGroups[key]
	result := &Result{
		StatusCode: resp.StatusCode,
		Header:     resp.Header,
		RequestID:  resp.Header.Get("X-Request-Id"),
		Group:      read.readWorkspaceGroup(key, &group),
		Included:   read.included(&doc, &group),
		Raw:        body,
	}
	result.Warnings = read.warnings
	if strict && len(result.Warnings) > 0 {
		return nil, unusable(result.Warnings)
	}
	return result, nil
}

// groupKey returns the key of the group that the document is about: the first one that results name; without such a one
// the group with the id of the request, or the only one if there are no results.
func (r *reader) groupKey(doc *model.WorkspaceGroupDocument, id int64) (key string, ok bool) {
	for _, result := range doc.Results {
		if _, ok := doc.WorkspaceGroups[result.ID]; ok && result.Key == groupsKey {
			return result.ID, true
		}
	}
	key = strconv.FormatInt(id, 10)
	_, ok = doc.WorkspaceGroups[key]
	if len(doc.Results) > 0 {
		r.warn("names no group of the document", "results")
	} else if !ok && len(doc.WorkspaceGroups) == 1 {
		key, ok = validate.SortedKeys(doc.WorkspaceGroups)[0], true
	}
	return key, ok
}

// groupsKey is the key of the map of groups in a document.
const groupsKey = "workspace_groups"

// isRefusal reports whether a document has errors. The vendor's client takes such a reply for a refusal, whatever its
// status.
func isRefusal(body []byte) bool {
	if !bytes.Contains(body, []byte(`"errors"`)) && !bytes.Contains(body, []byte(`"error_message"`)) {
		return false // spares results a second pass
	}
	var doc map[string]json.RawMessage
	_ = decode(body, &doc)
	for _, name := range []string{"errors", "error_message"} {
		switch text := strings.Join(strings.Fields(string(doc[name])), ""); text {
		case "", "null", "[]", "{}", `""`, "false":
		default:
			return true
		}
	}
	return false
}

// decode reads the first JSON value of a body, after a byte order mark.
func decode(body []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	decoder.UseNumber()
	return decoder.Decode(v)
}

// reader turns the generated types of a document into those of this package.
type reader struct{ warnings validate.Violations }

// id reads an id. Text that is not an id is a warning; text that is missing already was one.
func (r *reader) id(text string, pointer ...string) int64 {
	if text == "" {
		return 0
	}
	id, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 64) // encoders without integers write 7.0
	if err != nil {
		r.warn("must be an id", pointer...)
		return 0
	}
	return id
}

// ownID returns the id of the object at a key of a map: its own, or the key if it has none.
func (r *reader) ownID(text, objects, key string) int64 {
	if id := r.id(text, objects, key, "id"); id != 0 {
		return id
	}
	return r.id(key, objects, key)
}

// ids reads a list of ids. Nil stays nil.
func (r *reader) ids(list *[]string, pointer ...string) []int64 {
	if list == nil {
		return nil
	}
	ids := make([]int64, 0, len(*list))
	for i, text := range *list {
		if id := r.id(text, append(pointer, strconv.Itoa(i))...); id != 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

func (r *reader) warn(message string, pointer ...string) {
	text := ""
	for _, name := range pointer {
		text += "/" + validate.PointerToken(name)
	}
	r.warnings = append(r.warnings, validate.Violation{Pointer: text, Rule: "type", Message: message})
}

// collect converts the objects that ids name, in their order, or all in ascending order if the group has no such list.
func collect[M, T any](objects *map[string]M, ids *[]string, convert func(key string, object *M) T) []T {
	if objects == nil {
		return nil
	}
	order := ids
	if order == nil {
		keys := validate.SortedKeys(*objects)
		order = &keys
	}
	out := make([]T, 0, len(*order))
	var object M // outside of the loop, so that it is allocated once
	for _, key := range *order {
		var ok bool
		if object, ok = (*objects)[key]; ok {
			out = append(out, convert(key, &object))
		}
	}
	return out
}
