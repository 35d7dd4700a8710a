package server

import (
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// appendDocument appends the document for one snapshot: the bytes that the generated encoder gives for Snapshot.Document.
// It builds no maps, as the lists of a snapshot are in the order of a document's maps already. The group of s is
// left as it is in the document.
func appendDocument(b []byte, s *group.Snapshot, in group.Includes) []byte {
	in.Trim(&s.Group)
	b = append(b, documentHead...)
	b = encoded(validator.AppendResult(b, &model.Result{Key: group.GroupsKey, ID: s.Group.ID}))
	b = append(b, ']')
	b = append(validate.AppendString(append(b, groupsHead...), s.Group.ID), ':')
	b = append(encoded(validator.AppendWorkspaceGroup(b, &s.Group)), '}')
	if in.ExternalReferences {
		b = appendMap(b, group.ExternalReferences, s.ExternalReferences, validator.AppendExternalReference,
			func(r *model.ExternalReference) string { return r.ID })
	}
	if in.Workspaces {
		b = appendMap(b, group.Workspaces, s.Workspaces, validator.AppendWorkspace,
			func(w *model.Workspace) string { return w.ID })
	}
	if in.RateCardSets {
		b = appendMap(b, group.RateCardSets, s.RateCardSets, validator.AppendRateCardSet,
			func(r *model.RateCardSet) string { return r.ID })
	}
	return append(b, '}')
}

// documentHead is what all documents for one snapshot begin with.
var documentHead = func() string {
	meta := group.NewMeta(1)
	return `{"count":1,"meta":` + string(encoded(validator.AppendMeta(nil, &meta))) + `,"results":[`
}()

// groupsHead is what the map of groups begins with.
var groupsHead = string(beginMap(nil, group.GroupsKey))

// beginMap appends the key of a map and its opening brace.
func beginMap(b []byte, name string) []byte {
	return append(validate.AppendString(append(b, ','), name), ":{"...)
}

// appendMap appends a map of objects by their ids.
func appendMap[T any](b []byte, name string, objects []T, appendObject func([]byte, *T) ([]byte, error), id func(*T) string) []byte {
	b = beginMap(b, name)
	for i := range objects {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(validate.AppendString(b, id(&objects[i])), ':')
		b = encoded(appendObject(b, &objects[i]))
	}
	return append(b, '}')
}

// encoded returns text. What was decoded can be encoded, so an error is a defect.
func encoded(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}
