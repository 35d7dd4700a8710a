package document

import (
	"example.com/oxgroups/api/group"
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
