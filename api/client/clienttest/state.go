package clienttest

import (
	"context"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

// Document is the form in which the API gives groups and what belongs to them.
type Document = model.WorkspaceGroupDocument

// Document returns what is stored now. encoding/json writes it in the form that WithDocument takes. Where a store of
// WithStore fails, what is missing is left out.
func (s *Server) Document() Document {
	doc := group.NewDocument(0, group.All())
	into := exporter{&doc}
	_ = s.stores.open().Export(context.Background(), account, into)
	doc.Count, doc.Meta = int64(len(doc.Results)), group.NewMeta(len(doc.Results))
	return doc.WorkspaceGroupDocument
}

// Group returns a group as it is stored now, with the ids of all that belongs to it.
func (s *Server) Group(id int64) (client.Group, bool) {
	g, ok := s.Document().WorkspaceGroups[text(id)]
	return g, ok
}

// exporter puts what a store hands out into a document.
type exporter struct{ doc *group.Document }

var _ group.Exporter = exporter{}

func (e exporter) Group(g model.WorkspaceGroup) error {
	e.doc.Add(group.Snapshot{Group: g})
	return nil
}

func (e exporter) ExternalReference(r model.ExternalReference) error {
	(*e.doc.ExternalReferences)[r.ID] = r
	return nil
}

func (e exporter) RateCardSet(r model.RateCardSet) error {
	(*e.doc.RateCardSets)[r.ID] = r
	return nil
}

func (e exporter) Workspace(w model.Workspace) error {
	(*e.doc.Workspaces)[w.ID] = w
	return nil
}
