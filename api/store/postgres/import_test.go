package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/store/demo"
	"example.com/oxgroups/gen/model"
)

// references is a document with references of Acme.
func references(t *testing.T, ids ...int64) *group.Contents {
	t.Helper()
	doc := store.NewDocument(0, group.Includes{group.ReferenceKind: true})
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, id := range ids {
		text := fmt.Sprint(id)
		(*doc.ExternalReferences)[text] = model.ExternalReference{
			ID: text, SubjectID: 7, SubjectType: "WorkspaceGroup", ServiceName: "imported " + text, ServiceModel: "M", ServiceModelRef: "1",
			CreatedAt: at, UpdatedAt: at,
		}
	}
	contents, err := store.NewContents(&doc)
	if err != nil {
		t.Fatal(err)
	}
	return contents
}

// TestNumbering imports references and then adds some: no id is given twice, and the largest one uses none up.
func TestNumbering(t *testing.T) {
	store, caller, _ := loaded(t)
	if err := store.Import(t.Context(), demo.Account, references(t, 50, math.MaxInt64)); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"51", "52"} {
		s, err := store.Update(t.Context(), caller, 7, referring("Acme", fmt.Sprint("new ", i)), group.All())
		if err != nil {
			t.Fatal(err)
		}
		if got := (*s.Group.ExternalReferenceIds)[len(*s.Group.ExternalReferenceIds)-2]; got != want { // the largest is the last
			t.Errorf("the new reference is %s, want %s", got, want)
		}
	}
}

// TestImportUnderLoad imports references with the numbers that updates are given at the same moment: each import and each
// update is done, or refused for a reason that is true.
func TestImportUnderLoad(t *testing.T) {
	store, caller, database := loaded(t)
	other, name := open(t, database), groupName(t, store, 6)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 20 {
				if _, err := store.Update(context.Background(), caller, 6, referring(name, fmt.Sprint(w, i)), group.Includes{}); err != nil {
					t.Errorf("update: %v", err)
				}
			}
		})
	}
	for i := range int64(20) {
		err := other.Import(context.Background(), demo.Account, references(t, 4*i+2, 4*i+3))
		if err != nil && group.CodeOf(err) != group.Refused {
			t.Errorf("import: %v", err)
		}
	}
	wg.Wait()
}

// TestNameRace has an import and an update want one name, the update being first but not committed when the import looks.
func TestNameRace(t *testing.T) {
	store, caller, database := loaded(t)
	holder := admin(t, database)
	exec(t, holder, `BEGIN`)
	exec(t, holder, `UPDATE workspace_groups SET name_key = sha256(convert_to($1, 'UTF8')),
		document = document || jsonb_build_object('name', $1::text) WHERE id = 6`, group.Fold("Wanted"))
	result := make(chan error)
	go func() {
		_, err := store.Update(context.Background(), caller, 7, model.WorkspaceGroupUpdate{Name: "wanted"}, group.Includes{})
		result <- err
	}()
	untilWaiting(t, database, locked)
	exec(t, holder, `COMMIT`)
	var e *group.Error
	if err := <-result; !errors.As(err, &e) || len(e.Problems) != 1 || e.Problems[0] != group.NameTaken() {
		t.Errorf("the error is %v, want that the name is taken", err)
	}
}
