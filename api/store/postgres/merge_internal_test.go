package postgres

import (
	"context"
	"encoding/json"
	"reflect"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/document"
	"example.com/oxgroups/api/store/storetest/postgrestest"
	"example.com/oxgroups/gen/model"
	"github.com/jackc/pgx/v5"
)

// TestMerge applies merge patches to a stored group and to its reference and compares with document.AppendMerged. The spec has no
// field yet whose value is an object; one that comes has to be stored right too, so the patches are put in here.
func TestMerge(t *testing.T) {
	store, err := Open(t.Context(), postgrestest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	conn, err := store.pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	u := model.WorkspaceGroupUpdate{Name: "Acme"}
	u.ExternalReference.Set(model.ExternalReferenceUpdate{ServiceName: "jira"})
	change := group.NewChange(u)
	for _, test := range []struct{ name, doc, patch string }{
		{"replaced", `{"a":"b"}`, `{"a":"c"}`},
		{"added", `{"a":"b"}`, `{"b":"c"}`},
		{"cleared", `{"a":"b","b":1}`, `{"a":null,"c":null}`},
		{"nothing", `{"a":"b"}`, `{}`},
		{"null in a list stays", `{}`, `{"a":[null,{"b":null}]}`},
		{"list for object", `{"a":{"b":"c"}}`, `{"a":[1]}`},
		{"object for list", `{"a":[1]}`, `{"a":{"b":1,"c":null}}`},
		{"object merged", `{"a":{"b":"c","d":{"e":1,"f":2}}}`, `{"a":{"b":null,"d":{"e":null,"g":3}},"h":null}`},
		{"object added", `{}`, `{"a":{"b":{"c":null}}}`},
		{"names that look like paths", `{"a.b":1,"{a}":2,"\"":3,"":4}`, `{"a.b":null,"{a}":null,"\"":null,"":null,"x,y":"<&>"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx := t.Context()
			for _, sql := range []string{
				`DELETE FROM external_references`, `DELETE FROM workspace_groups`,
				`INSERT INTO accounts VALUES (1) ON CONFLICT DO NOTHING`,
			} {
				if _, err := conn.Exec(ctx, sql); err != nil {
					t.Fatal(err)
				}
			}
			put(t, conn.Conn(), `INSERT INTO workspace_groups (id, account_id, created_at, updated_at, document) VALUES (1, 1, '', '', $1)`, test.doc)
			put(t, conn.Conn(), `INSERT INTO external_references (id, group_id, service_key, created_at, updated_at, document)
				VALUES (1, 1, sha256('jira'), '', '', $1)`, test.doc)
			up, err := newUpdate(group.Caller{AccountID: 1}, 1, &change, group.Includes{}, "now")
			if err != nil {
				t.Fatal(err)
			}
			if up.group, err = newPatch([]byte(test.patch)); err != nil {
				t.Fatal(err)
			}
			up.reference = up.group
			if err := up.run(ctx, conn.Conn()); err != nil {
				t.Fatal(err)
			}
			want, err := document.AppendMerged(nil, []byte(test.doc), []byte(test.patch))
			if err != nil {
				t.Fatal(err)
			}
			for _, sql := range []string{`SELECT document FROM workspace_groups`, `SELECT document FROM external_references`} {
				var got []byte
				if err := conn.QueryRow(ctx, sql).Scan(&got); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(decoded(t, got), decoded(t, want)) {
					t.Errorf("%s: %s, want %s", sql, got, want)
				}
			}
			if got := up.rows.Group.JSON; !reflect.DeepEqual(decoded(t, got), decoded(t, want)) {
				t.Errorf("the answer is %s, want %s", got, want)
			}
		})
	}
}

func put(t *testing.T, c *pgx.Conn, sql, doc string) {
	t.Helper()
	if _, err := c.Exec(context.Background(), sql, doc); err != nil {
		t.Fatal(err)
	}
}

func decoded(t *testing.T, doc []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(doc, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
