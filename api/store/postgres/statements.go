package postgres

// The statements of an update. Each of them sees what was committed before it began, so what they read of a group is what
// there is once its row is locked.

const lockGroup = `SELECT 1 FROM workspace_groups WHERE id = $1 AND account_id = $2 FOR UPDATE`

// before is the group, locked: as it is, as it is to be, and whether another one has the name.
const before = `
WITH before AS (
    SELECT g.created_at, g.updated_at, g.document, (g.document || $4::jsonb) - $5::text[] AS patched, EXISTS (
        SELECT 1 FROM workspace_groups AS other
        WHERE other.account_id = $2 AND other.name_key = $3::bytea AND other.id <> $1) AS taken
    FROM workspace_groups AS g WHERE g.id = $1 AND g.account_id = $2 FOR UPDATE)`

// updatePlain changes the plain fields of a group, if that changes anything and the name is free.
const updatePlain = before + `,
after AS (
    UPDATE workspace_groups AS g SET name_key = $3::bytea, updated_at = $6::text, document = b.patched
    FROM before AS b WHERE g.id = $1 AND NOT b.taken AND b.patched <> b.document
    RETURNING 1)
SELECT created_at, updated_at, patched, taken, EXISTS (SELECT 1 FROM after) FROM before`

// updateAll does that, adds and removes workspaces, and stores a reference, if the caller may name all the workspaces. A
// workspace is never in both lists. Its first result columns are those of updatePlain.
const updateAll = before + `,
reachable AS (
    SELECT w.id FROM tokens AS token, workspaces AS w
    WHERE token.id = $8 AND w.id = ANY ($7::bigint[]) AND w.account_id = $2 AND ` + accessible + `),
granted AS (
    SELECT patched, document FROM before
    WHERE NOT taken AND (SELECT count(*) FROM reachable) = cardinality($7::bigint[])),
added AS (
    INSERT INTO workspace_group_workspaces (group_id, workspace_id)
    SELECT $1, named.id FROM granted, unnest($9::bigint[]) AS named(id)
    ON CONFLICT DO NOTHING RETURNING 1),
removed AS (
    DELETE FROM workspace_group_workspaces AS m USING granted
    WHERE m.group_id = $1 AND m.workspace_id = ANY ($10::bigint[]) RETURNING 1),
referred AS (
    INSERT INTO external_references AS r (group_id, service_key, created_at, updated_at, document)
    SELECT $1, $11::bytea, $6::text, $6::text, $12::jsonb FROM granted WHERE $11::bytea IS NOT NULL
    ON CONFLICT (group_id, service_key) DO UPDATE SET updated_at = $6::text, document = (r.document || $12::jsonb) - $13::text[]
    WHERE r.document <> (r.document || $12::jsonb) - $13::text[]
    RETURNING 1),
after AS (
    UPDATE workspace_groups AS g SET name_key = $3::bytea, updated_at = $6::text, document = b.patched
    FROM granted AS b WHERE g.id = $1 AND (b.patched <> b.document
        OR EXISTS (SELECT 1 FROM added) OR EXISTS (SELECT 1 FROM removed) OR EXISTS (SELECT 1 FROM referred))
    RETURNING 1)
SELECT created_at, updated_at, patched, taken, EXISTS (SELECT 1 FROM after), ARRAY(SELECT id FROM reachable ORDER BY id)
FROM before`

// accessible is the condition that a token has access to workspace w of its account.
const accessible = `(token.all_workspaces
        OR EXISTS (SELECT 1 FROM token_workspaces AS t WHERE t.token_id = token.id AND t.workspace_id = w.id))`

const (
	documentOfGroup = `SELECT document FROM workspace_groups WHERE id = $1`

	documentOfReference = `SELECT document FROM external_references WHERE group_id = $1 AND service_key = $2`

	referencesOfGroup = `SELECT id, created_at, updated_at, document FROM external_references WHERE group_id = $1 ORDER BY id`

	rateCardSetsOfGroup = `SELECT r.id, r.document FROM workspace_group_rate_card_sets AS m
		JOIN rate_card_sets AS r ON r.id = m.rate_card_set_id WHERE m.group_id = $1 ORDER BY r.id`

	workspacesOfGroup = `SELECT w.id, w.document FROM tokens AS token, workspace_group_workspaces AS m
		JOIN workspaces AS w ON w.id = m.workspace_id
		WHERE token.id = $3 AND m.group_id = $1 AND w.account_id = $2 AND ` + accessible + ` ORDER BY w.id`
)
