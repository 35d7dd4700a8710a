package server

import (
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// The reply has the bytes that the generated encoder gives for the same snapshot, whatever was asked for.
func TestDocumentIsAsGenerated(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", -7*3600))
	ids := []string{"2", "10"}
	snapshot := group.Snapshot{
		Group: model.WorkspaceGroup{
			ID: "7", Name: `"Acme"`, CreatedAt: at, UpdatedAt: at, WorkspaceIds: &ids, ExternalReferenceIds: &[]string{}, RateCardSetIds: &ids,
		},
		Workspaces:   []model.Workspace{{ID: "2", Title: "a"}, {ID: "10", Title: "b"}},
		RateCardSets: []model.RateCardSet{{ID: "2"}, {ID: "10"}},
	}
	for i := range 8 {
		in := group.Includes{ExternalReferences: i&1 != 0, RateCardSets: i&2 != 0, Workspaces: i&4 != 0}
		doc := snapshot.Document(in)
		want := string(encoded(validator.AppendWorkspaceGroupDocument(nil, &doc)))
		s := snapshot
		if got := string(appendDocument(nil, &s, in)); got != want {
			t.Errorf("%+v\ngot  %s\nwant %s", in, got, want)
		}
	}
}
