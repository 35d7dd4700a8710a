package sqlite

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/gen/model"
)

// TestStatements holds what an update costs to what it asks for: as many statements for many ids as for one, and none that
// looks at rows which were not named.
func TestStatements(t *testing.T) {
	store, caller := loaded(t, filepath.Join(t.TempDir(), "groups.db"))
	statements := record(t, store.engine.writer.conn.Conn)
	update := func(ids ...int64) (ran []string) {
		*statements = nil
		u := typical(7, len(ids))
		u.AddWorkspaceIds.Set(ids)
		u.RemoveWorkspaceIds.SetUnspecified()
		if _, err := store.Update(t.Context(), caller, 7, u, group.Includes{}); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(*statements)
	}
	one := update(20)
	many := make([]int64, 60)
	for i := range many {
		many[i] = int64(i + 30)
	}
	all := update(many...)
	if len(all) != len(one) {
		t.Errorf("many ids take the statements\n%q\none takes\n%q", all, one)
	}
	renamed := func() []string {
		*statements = nil
		if _, err := store.Update(t.Context(), caller, 7, model.WorkspaceGroupUpdate{Name: "another name"}, group.Includes{}); err != nil {
			t.Fatal(err)
		}
		return slices.Clone(*statements)
	}()
	for _, sql := range append(slices.Concat(one, all, renamed), removeMembers, nextReference, addReference) {
		for _, step := range plan(t, store.engine.writer.conn, sql) {
			if strings.HasPrefix(step, "SCAN") && !slices.ContainsFunc(lists, func(list string) bool { return strings.Contains(step, list) }) {
				t.Errorf("%s: %s", step, sql)
			}
			if strings.Contains(sql, "workspace_group_workspaces") && strings.Contains(step, "(group_id=?)") {
				t.Errorf("reads all members: %s: %s", step, sql)
			}
		}
	}
}

// lists are what SQLite calls what comes with a statement and not from a table.
var lists = []string{"VIRTUAL TABLE", "VALUES CLAUSE", "CONSTANT ROW"}

// plan returns what SQLite does for a statement: https://sqlite.org/eqp.html
func plan(t *testing.T, c *conn, sql string) (steps []string) {
	t.Helper()
	if sql == `BEGIN IMMEDIATE` || sql == `COMMIT` {
		return nil
	}
	stmt, _, err := c.Prepare(`EXPLAIN QUERY PLAN ` + sql)
	if err != nil {
		t.Fatal(err)
	}
	defer stmt.Close()
	for stmt.Step() {
		steps = append(steps, stmt.ColumnText(3))
	}
	if stmt.Err() != nil {
		t.Fatal(stmt.Err())
	}
	return steps
}
