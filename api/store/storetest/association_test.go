package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// testAssociations takes every association of the spec through a store. Its objects have only what a store reads, so an
// association that is added to the spec is tested as it is.
func testAssociations(t *testing.T, open Opener) {
	for k := group.ReferenceKind; k < group.Kinds; k++ {
		t.Run(k.String(), func(t *testing.T) {
			f := &fixture{T: t, store: open(t)}
			f.mustImport(1, listing(k, `"7","9"`, 7, 9, 11))
			f.all = f.caller(group.NewToken{AccountID: 1, UserID: 1})
			f.wantIncluded(k, "7", "9")
			exported := f.state(1)
			second := &fixture{T: t, store: open(t)}
			if second.mustImport(1, exported); second.state(1) != exported {
				t.Errorf("after import the export is\n%s\nwant\n%s", second.state(1), exported)
			}
			refused := load(t.Context(), f.store, 1, listing(k, `"7","8"`))
			if f.wantCode(refused, group.Refused); !strings.Contains(refused.Error(), "workspace_groups.1."+k.IDs()+": names what") {
				t.Errorf("an object that is not there: %v", refused)
			}
			f.unchanged(func() {
				f.wantCode(load(t.Context(), f.store, 2, strings.ReplaceAll(listing(k, `"7"`, 7), "1", "3")), group.Refused)
			})
			f.mustImport(1, listing(k, `"9"`))
			f.wantIncluded(k, "9")
			f.mustImport(1, listing(k, ``))
			f.wantIncluded(k)
			if s, ok := f.store.(standInStore); ok && s.Replace(t.Context(), 1, new(group.Contents), nil) == nil {
				if left := f.state(1); strings.Contains(left, `"id"`) {
					t.Errorf("an account that was emptied has %s", left)
				}
			}
		})
	}
}

// listing is a document with group 1, which has a list of an association, group 2, which lists none, and objects.
func listing(k group.Kind, list string, objects ...int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"as_stored":true,"workspace_groups":{"1":{"id":"1","name":"Alpha",%q:[%s]},"2":{"id":"2","name":"Beta"}},%q:{`, k.IDs(), list, k)
	for i, id := range objects {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, `"%d":{"id":"%[1]d"`, id)
		if k == group.ReferenceKind {
			subject := 2
			if strings.Contains(list, fmt.Sprint(id)) {
				subject = 1
			}
			fmt.Fprintf(&b, `,"service_name":"service %d","subject_id":%d`, id, subject)
		}
		b.WriteString("}")
	}
	return b.String() + "}}"
}

// wantIncluded checks that group 1 comes with the objects of an association where they are asked for, and with no others.
func (f *fixture) wantIncluded(k group.Kind, want ...string) {
	f.Helper()
	for _, in := range []group.Includes{{}, group.ParseIncludes(k.String()), group.All()} {
		s, err := f.store.Update(f.Context(), f.all, 1, model.WorkspaceGroupUpdate{Name: "Alpha"}, in)
		if err != nil {
			f.Fatal(err)
		}
		text := s.JSON
		if doc := s.Document(); text == nil {
			if text, err = validator.AppendWorkspaceGroupDocument(nil, &doc); err != nil {
				f.Fatal(err)
			}
		}
		var doc map[string]json.RawMessage
		objects, groups := map[string]json.RawMessage{}, map[string]map[string]any{}
		if err := json.Unmarshal(text, &doc); err == nil && in[k] {
			err = json.Unmarshal(doc[k.String()], &objects)
		}
		if err == nil {
			err = json.Unmarshal(doc[group.GroupsKey], &groups)
		}
		ids, listed := groups["1"][k.IDs()].([]any)
		if err != nil || (doc[k.String()] != nil) != in[k] || listed != in[k] || in[k] && (len(objects) != len(want) || fmt.Sprint(ids) != fmt.Sprint(want)) {
			f.Errorf("with %v asked for the reply is %s (%v), want %v of %s", in, text, err, want, k)
		}
	}
}
