package sqlite

// The statements of an update.

// selectGroup finds the group, whether its name changes, and whether another group has the new name.
const selectGroup = `
SELECT created_at, updated_at, document, folded IS NOT ?3, folded IS NOT ?3 AND EXISTS (
    SELECT 1 FROM workspace_groups AS other WHERE other.account_id = ?2 AND other.folded = ?3)
FROM workspace_groups WHERE id = ?1 AND account_id = ?2`

const storeGroup = `UPDATE workspace_groups SET updated_at = ?2, document = ?3 WHERE id = ?1`

// renameGroup is apart from it because naming an indexed column, changed or not, has SQLite write the index.
const renameGroup = `UPDATE workspace_groups SET folded = ?4, updated_at = ?2, document = ?3 WHERE id = ?1`

// selectNamed are the workspaces of a list that a token has access to, and whether group ?1 has them.
const selectNamed = namedFrom + `json_each(?4)` + namedWhere

// selectFewNamed is selectNamed for a list of at most fewNamed, which SQLite reads faster than JSON.
const selectFewNamed = namedFrom + `(SELECT column1 AS value FROM (VALUES (?4), (?5), (?6), (?7), (?8), (?9), (?10), (?11)))` + namedWhere

const fewNamed = 8

const (
	namedFrom  = `SELECT w.id, m.workspace_id IS NOT NULL FROM `
	namedWhere = ` AS named CROSS JOIN workspaces AS w ON w.id = named.value
    LEFT JOIN workspace_group_workspaces AS m ON m.group_id = ?1 AND m.workspace_id = w.id
WHERE w.account_id = ?2 AND ` + accessible
)

// accessible is the condition that token ?3 has access to workspace w of its account.
const accessible = `((SELECT all_workspaces FROM tokens WHERE id = ?3)
    OR EXISTS (SELECT 1 FROM token_workspaces AS t WHERE t.token_id = ?3 AND t.workspace_id = w.id))`

const addMembers = `INSERT INTO workspace_group_workspaces (group_id, workspace_id) SELECT ?1, value FROM json_each(?2)`

const removeMembers = `DELETE FROM workspace_group_workspaces
WHERE group_id = ?1 AND workspace_id IN (SELECT value FROM json_each(?2))`

const selectReference = `SELECT id, document FROM external_references WHERE group_id = ?1 AND service_name = ?2`

const storeReference = `UPDATE external_references SET updated_at = ?2, document = ?3 WHERE id = ?1`

const addReference = `INSERT INTO external_references (group_id, service_name, created_at, updated_at, document)
VALUES (?1, ?2, ?3, ?3, ?4)`
