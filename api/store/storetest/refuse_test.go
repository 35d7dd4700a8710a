package storetest

import (
	"testing"

	"example.com/oxgroups/api/group"
)

func testRefusals(t *testing.T, open Opener) {
	f := newFixture(t, open)
	for _, test := range []struct {
		name   string
		by     group.Caller
		id     int64
		update string
		want   []string
	}{
		{"workspace that does not exist", f.all, 1, `{"name":"Alpha","notes":"x","add_workspace_ids":[999,12]}`,
			[]string{"add_workspace_ids: workspaces 999 do not exist or are not accessible"}},
		{"workspace out of reach", f.limited, 1, `{"name":"Alpha","notes":"x","add_workspace_ids":[13,12,999]}`,
			[]string{"add_workspace_ids: workspaces 13, 999 do not exist or are not accessible"}},
		{"workspace of another account", f.all, 1, `{"name":"Alpha","notes":"x","add_workspace_ids":[20]}`,
			[]string{"add_workspace_ids: workspaces 20 do not exist or are not accessible"}},
		{"a member out of reach, to remove", f.limited, 1, `{"name":"Alpha","remove_workspace_ids":[11]}`,
			[]string{"remove_workspace_ids: workspaces 11 do not exist or are not accessible"}},
		{"in both lists", f.all, 1, `{"name":"Alpha","add_workspace_ids":[999],"remove_workspace_ids":[999,10]}`,
			[]string{"add_workspace_ids: workspaces 999 do not exist or are not accessible",
				"remove_workspace_ids: workspaces 999 do not exist or are not accessible"}},
		{"the largest id", f.all, 1, `{"name":"Alpha","add_workspace_ids":[9223372036854775807]}`,
			[]string{"add_workspace_ids: workspaces 9223372036854775807 do not exist or are not accessible"}},
		{"name taken", f.all, 1, `{"name":"beta","notes":"x","add_workspace_ids":[12]}`,
			[]string{"name: Name has already been taken"}},
		{"everything at once", f.limited, 1, `{"name":"BETA","add_workspace_ids":[12,20],"remove_workspace_ids":[13],
			"external_reference":{"service_name":"x","service_model":"M","service_model_ref":"1"}}`,
			[]string{"name: Name has already been taken",
				"add_workspace_ids: workspaces 20 do not exist or are not accessible",
				"remove_workspace_ids: workspaces 13 do not exist or are not accessible"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := f.on(t)
			f.unchanged(func() {
				_, err := f.update(test.by, test.id, test.update)
				f.wantProblems(err, test.want...)
			})
		})
	}
	for _, test := range []struct {
		name string
		by   group.Caller
		id   int64
		want group.Code
	}{
		{"no such group", f.all, 999, group.NotFound},
		{"group of another account", f.all, 3, group.NotFound},
		{"read-only token", f.readOnly, 1, group.Forbidden},
		{"read-only token before a group that is not there", f.readOnly, 999, group.Forbidden},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := f.on(t)
			f.unchanged(func() {
				_, err := f.update(test.by, test.id, `{"name":"Beta","add_workspace_ids":[999]}`)
				f.wantCode(err, test.want)
			})
		})
	}
}

func testNames(t *testing.T, open Opener) {
	for _, test := range []struct {
		name, first, second string
		taken               bool
	}{
		{"equal", "Gamma", "Gamma", true},
		{"case", "Gamma", "gAMMA", true},
		{"umlaut", "Äpfel", "äPFEL", true},
		{"long s", "Straſe", "STRASE", true},
		{"kelvin", "\u212aiosk", "kiosk", true},
		{"final sigma", "ΟΔΟΣ", "οδος", true},
		{"sharp s is not ss", "Straße", "Strasse", false},
		{"dotless i is not i", "ı", "I", false},
		{"white space counts", "Gamma", "Gamma ", false},
		{"a quote is not syntax", `a' OR '1'='1`, `A' or '1'='1`, true},
		{"wildcards are letters", "a%", "ab", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFixture(t, open)
			if _, err := f.store.Update(t.Context(), f.all, 1, renamed(test.first), group.Includes{}); err != nil {
				t.Fatal(err)
			}
			_, err := f.store.Update(t.Context(), f.all, 2, renamed(test.second), group.Includes{})
			if test.taken {
				f.wantProblems(err, "name: Name has already been taken")
			} else if err != nil {
				t.Fatal(err)
			}
			if _, err := f.store.Update(t.Context(), f.other, 3, renamed(test.first), group.Includes{}); err != nil {
				t.Errorf("the same name in another account: %v", err)
			}
			if !test.taken {
				return
			}
			if _, err := f.store.Update(t.Context(), f.all, 1, renamed(test.second), group.Includes{}); err != nil {
				t.Errorf("a group's own name in another case: %v", err)
			}
		})
	}
	t.Run("a name that was given up", func(t *testing.T) {
		f := newFixture(t, open)
		f.mustUpdate(1, `{"name":"Omega"}`)
		f.mustUpdate(2, `{"name":"ALPHA"}`)
	})
}
