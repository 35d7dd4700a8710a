package storetest

import (
	"testing"
	"time"

	"example.com/oxgroups/gen/model"
)

func testReference(t *testing.T, open Opener) {
	t.Run("updated in place", func(t *testing.T) {
		f := newFixture(t, open)
		from := time.Now().Truncate(time.Second)
		s := f.mustUpdate(1, `{"name":"Alpha","external_reference":{"service_name":"jira","service_model":"Epic",
			"service_model_ref":"A-2","external_message":null,"status":"failed"}}`)
		if len(references(s)) != 1 {
			t.Fatalf("%d references, want the one that was there", len(references(s)))
		}
		r := references(s)[0]
		if r.ID != "1" || r.ServiceModel != "Epic" || r.ServiceModelRef != "A-2" || r.SubjectID != 1 || r.SubjectType != "WorkspaceGroup" {
			t.Errorf("the reference is %+v", r)
		}
		want(f, "external_message", r.ExternalMessage, nil)
		want(f, "status", r.Status, new(string(model.ExternalReferenceUpdateStatusFailed)))
		want(f, "locked, which was omitted,", r.Locked, new(true))
		if at, ok := r.LastSyncedAt.Value(); !ok || at.Format(time.RFC3339) != "2014-01-03T00:00:00Z" {
			t.Errorf("last_synced_at is %v, want it untouched", at)
		}
		if r.UpdatedAt.Before(from) || r.CreatedAt.Format(time.RFC3339) != "2014-01-01T00:00:00Z" {
			t.Errorf("created_at is %v, updated_at %v", r.CreatedAt, r.UpdatedAt)
		}
	})
	t.Run("equal", func(t *testing.T) {
		f := newFixture(t, open)
		s := f.mustUpdate(1, `{"name":"Alpha","notes":"moved","external_reference":{"service_name":"jira","service_model":"Issue",
			"service_model_ref":"A-1","status":"pending"}}`)
		if got := references(s)[0].UpdatedAt.Format(time.RFC3339); got != "2014-01-02T00:00:00Z" {
			t.Errorf("updated_at of a reference that did not change is %s", got)
		}
	})
	t.Run("added", func(t *testing.T) {
		f := newFixture(t, open)
		from := time.Now().Truncate(time.Second)
		body := `{"name":"Alpha","external_reference":{"service_name":"Jira","service_model":"Issue","service_model_ref":"B-1"}}`
		s := f.mustUpdate(1, body)
		if len(references(s)) != 2 {
			t.Fatalf("%d references, want 2: names of services are compared exactly", len(references(s)))
		}
		r := references(s)[1]
		if r.ID == "1" || r.ServiceName != "Jira" || r.SubjectID != 1 || r.CreatedAt.Before(from) || r.UpdatedAt != r.CreatedAt {
			t.Errorf("the new reference is %+v", r)
		}
		want(f, "status", r.Status, nil)
		if r.LastSyncedAt.IsSpecified() && !r.LastSyncedAt.IsNull() {
			t.Errorf("last_synced_at is %v, want null", r.LastSyncedAt)
		}
		if again := f.mustUpdate(1, body); len(references(again)) != 2 || references(again)[1].ID != r.ID {
			t.Errorf("the same update again gives %+v", references(again))
		}
	})
	t.Run("of another group", func(t *testing.T) {
		f := newFixture(t, open)
		s := f.mustUpdate(2, `{"name":"Beta","external_reference":{"service_name":"jira","service_model":"Issue","service_model_ref":"B-1"}}`)
		if len(references(s)) != 1 || references(s)[0].ID == "1" || references(s)[0].SubjectID != 2 {
			t.Errorf("the references of the other group are %+v", references(s))
		}
		if alpha := f.mustUpdate(1, `{"name":"Alpha"}`); references(alpha)[0].ServiceModelRef != "A-1" {
			t.Error("the first group's reference changed")
		}
	})
}
