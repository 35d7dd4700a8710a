package document

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/jsonscan"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// patchSize is what most patches have room in.
const patchSize = 384

// GroupPatch returns the merge patch (RFC 7396) of the plain fields of c for the document of a group.
func GroupPatch(c *group.Change) []byte {
	return validator.AppendWorkspaceGroupUpdate(make([]byte, 0, patchSize), &c.Plain)
}

// ReferencePatch returns the merge patch of u for the document of a reference, or nil where u is nil.
func ReferencePatch(u *model.ExternalReferenceUpdate) []byte {
	if u == nil {
		return nil
	}
	return validator.AppendExternalReferenceUpdate(make([]byte, 0, patchSize), u)
}

// Merge returns doc with patch applied (RFC 7396), for engines that cannot do it themselves. Both are JSON objects;
// neither is changed. The members of the result are in the order of their names, so equal documents are equal bytes.
func Merge(doc, patch []byte) ([]byte, error) {
	merged, err := merge(doc, patch)
	if err != nil {
		return nil, fmt.Errorf("document: merge: %w", err)
	}
	return merged, nil
}

func merge(doc, patch json.RawMessage) (json.RawMessage, error) {
	changes, err := members(patch)
	if err != nil {
		return nil, err
	}
	all := map[string]json.RawMessage{}
	if isObject(doc) {
		if all, err = members(doc); err != nil {
			return nil, err
		}
	}
	for name, value := range changes {
		switch {
		case string(value) == "null":
			delete(all, name)
		case isObject(value):
			if all[name], err = merge(all[name], value); err != nil {
				return nil, err
			}
		default:
			all[name] = value
		}
	}
	return appendObject(nil, all), nil
}

func isObject(value json.RawMessage) bool { return len(value) > 0 && value[0] == '{' }

// members returns the members of a JSON object, their values as they are written.
func members(object []byte) (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(object, &m); err != nil {
		return nil, err
	}
	return m, nil
}

// appendObject appends m as an object with its members in the order of their names.
func appendObject(dst []byte, m map[string]json.RawMessage) []byte {
	dst = append(dst, '{')
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsonscan.AppendString(dst, name), ':')
		dst = append(dst, m[name]...)
	}
	return append(dst, '}')
}
