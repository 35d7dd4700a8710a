package group

import (
	"example.com/oxgroups/gen/model"
)

// GroupsKey is the map of a document that has the groups.
const GroupsKey = "workspace_groups"

// pageSize is what the vendor's pages hold unless a client asks for another size.
const pageSize = 20

// NewMeta returns what is said of the pages of a document with n groups, all of which are in it.
func NewMeta(n int) model.Meta {
	pages := max(1, (n+pageSize-1)/pageSize)
	return model.Meta{Count: int64(n), PageCount: int64(pages), PageNumber: 1, PageSize: pageSize}
}

// document has the fields of the generated type. An association that is added to the spec does not compile here: it needs
// an entry in Includes, Snapshot and Kinds, and each engine has to store it.
type document struct {
	Count              int64
	ExternalReferences *map[string]model.ExternalReference
	Meta               model.Meta
	RateCardSets       *map[string]model.RateCardSet
	Results            []model.Result
	WorkspaceGroups    map[string]model.WorkspaceGroup
	Workspaces         *map[string]model.Workspace
}

// NewDocument returns an empty document for n groups with a map for each association in in.
func NewDocument(n int, in Includes) model.WorkspaceGroupDocument {
	d := document{
		Count: int64(n), Meta: NewMeta(n),
		Results: make([]model.Result, 0, n), WorkspaceGroups: make(map[string]model.WorkspaceGroup, n),
	}
	if in.ExternalReferences {
		d.ExternalReferences = &map[string]model.ExternalReference{}
	}
	if in.RateCardSets {
		d.RateCardSets = &map[string]model.RateCardSet{}
	}
	if in.Workspaces {
		d.Workspaces = &map[string]model.Workspace{}
	}
	return model.WorkspaceGroupDocument(d)
}

// Document puts the snapshot into the form in which the API answers. Of an association that is not in in it has neither the
// objects nor the group's ids.
func (s Snapshot) Document(in Includes) model.WorkspaceGroupDocument {
	d := NewDocument(1, in)
	d.Results = append(d.Results, model.Result{Key: GroupsKey, ID: s.Group.ID})
	if in.ExternalReferences {
		for _, r := range s.ExternalReferences {
			(*d.ExternalReferences)[r.ID] = r
		}
	} else {
		s.Group.ExternalReferenceIds = nil
	}
	if in.RateCardSets {
		for _, r := range s.RateCardSets {
			(*d.RateCardSets)[r.ID] = r
		}
	} else {
		s.Group.RateCardSetIds = nil
	}
	if in.Workspaces {
		for _, w := range s.Workspaces {
			(*d.Workspaces)[w.ID] = w
		}
	} else {
		s.Group.WorkspaceIds = nil
	}
	d.WorkspaceGroups[s.Group.ID] = s.Group
	return d
}
