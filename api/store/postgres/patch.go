package postgres

import (
	"encoding/json"
	"fmt"

	"example.com/oxgroups/api/store/document"
)

// patch is a merge patch (RFC 7396) in the form that statements take: (document || set) - clear. That is the same as long
// as no value is an object, for || merges only the members of the document itself.
type patch struct {
	merge  []byte // as it came; nil is no patch
	set    string // the members that are not null, as a JSON object
	clear  []string
	nested []string // the members whose values are objects
}

func newPatch(merge []byte) (patch, error) {
	p := patch{merge: merge, set: `{}`, clear: []string{}}
	if merge == nil {
		return p, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(merge, &members); err != nil {
		return p, fmt.Errorf("postgres: patch: %w", err)
	}
	for name, value := range members {
		switch {
		case string(value) == "null":
			p.clear = append(p.clear, name)
			delete(members, name)
		case value[0] == '{':
			p.nested = append(p.nested, name)
		}
	}
	return p, p.put(members)
}

func (p *patch) put(members map[string]json.RawMessage) error {
	set, err := json.Marshal(members)
	if err != nil {
		return fmt.Errorf("postgres: patch: %w", err)
	}
	p.set = string(set)
	return nil
}

// against returns the patch for one document: values that are objects are those of the document, merged.
func (p patch) against(doc []byte) (patch, error) {
	if len(p.nested) == 0 {
		return p, nil
	}
	merged, err := document.AppendMerged(nil, doc, p.merge)
	if err != nil {
		return p, fmt.Errorf("postgres: patch: %w", err)
	}
	var set, all map[string]json.RawMessage
	if err := json.Unmarshal([]byte(p.set), &set); err != nil {
		return p, fmt.Errorf("postgres: patch: %w", err)
	}
	if err := json.Unmarshal(merged, &all); err != nil {
		return p, fmt.Errorf("postgres: patch: %w", err)
	}
	for _, name := range p.nested {
		set[name] = all[name]
	}
	return p, p.put(set)
}
