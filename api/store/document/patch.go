package document

import (
	"slices"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// patchSize is what most patches have room in.
const patchSize = 384

// AppendGroupPatch appends the merge patch (RFC 7396) of the plain fields of c for the document of a group.
func AppendGroupPatch(dst []byte, c *group.Change) []byte {
	return encoded(validator.AppendWorkspaceGroupUpdate(slices.Grow(dst, patchSize), &c.Plain))
}

// AppendReferencePatch appends the merge patch of u for the document of a reference, or nothing where u is nil.
func AppendReferencePatch(dst []byte, u *model.ExternalReferenceUpdate) []byte {
	if u == nil {
		return dst
	}
	return encoded(validator.AppendExternalReferenceUpdate(slices.Grow(dst, patchSize), u))
}

// encoded returns text. What was decoded can be encoded, so an error is a defect.
func encoded(text []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return text
}
