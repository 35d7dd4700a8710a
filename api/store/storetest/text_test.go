package storetest

import (
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/nullable"
	"example.com/oxgroups/gen/model"
)

func renamed(name string) model.WorkspaceGroupUpdate { return model.WorkspaceGroupUpdate{Name: name} }

func testText(t *testing.T, open Opener) {
	f := newFixture(t, open)
	for _, test := range []struct{ name, text string }{
		{"quotes", `"'` + "`" + `''""\"`},
		{"SQL", `'); DROP TABLE workspace_groups; --`},
		{"JSON", `{"a":null,"b":[1e999]}`},
		{"backslashes", `\u0041\n\\/\x00`},
		{"control characters", "\x01\x02\t\r\n\x1f\x7f"},
		{"emoji", "👩‍👩‍👧‍👦🏳️‍🌈"},
		{"right to left", "\u202eשלום\u200f עולם"},
		{"line separators", "a\u2028b\u2029c"},
		{"markup", "<script>&amp;</script>"},
		{"decomposed", "e\u0301 is not \u00e9"},
		{"the last character", "\U0010ffff\ufffd\ufeff"},
		{"white space", " \u00a0\u3000 "},
		{"one mebibyte", strings.Repeat("0123456789abcde\n", 1<<16)},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := f.on(t)
			u := model.WorkspaceGroupUpdate{Name: "x" + test.text, Notes: nullable.NewNullableWithValue(test.text)}
			u.ExternalReference.Set(model.ExternalReferenceUpdate{
				ServiceName: "s" + test.text, ServiceModel: test.text, ServiceModelRef: test.text,
			})
			if _, err := f.store.Update(t.Context(), f.all, 2, u, group.Includes{}); err != nil {
				t.Fatal(err)
			}
			s, err := f.store.Update(t.Context(), f.all, 2, renamed("x"+test.text), group.All())
			if err != nil {
				t.Fatal(err)
			}
			if s.Group.Name != "x"+test.text {
				t.Error("the name is not what was sent")
			}
			want(f, "notes", s.Group.Notes, &test.text)
			last := references(s)[len(references(s))-1]
			if last.ServiceName != "s"+test.text || last.ServiceModel != test.text {
				t.Error("the reference is not what was sent")
			}
		})
	}
}
