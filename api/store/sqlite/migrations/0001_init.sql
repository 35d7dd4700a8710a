-- Each object is one JSON document ("document") with the fields of the spec; columns are only what is joined on or ordered
-- by. Times are RFC 3339 in whole seconds, with the offset that they came with.

CREATE TABLE accounts (id INTEGER PRIMARY KEY) STRICT;

CREATE TABLE users (
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  id         INTEGER NOT NULL,
  PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE workspaces (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  document   TEXT NOT NULL
) STRICT;
CREATE INDEX workspaces_by_account ON workspaces (account_id);

CREATE TABLE rate_card_sets (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  document   TEXT NOT NULL
) STRICT;
CREATE INDEX rate_card_sets_by_account ON rate_card_sets (account_id);

-- folded is NULL only inside an import, which may exchange the names of two groups.
CREATE TABLE workspace_groups (
  id         INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (id),
  folded     TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  document   TEXT NOT NULL,
  UNIQUE (account_id, folded)
) STRICT;

CREATE TABLE workspace_group_workspaces (
  group_id     INTEGER NOT NULL REFERENCES workspace_groups (id),
  workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
  PRIMARY KEY (group_id, workspace_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE workspace_group_rate_card_sets (
  group_id         INTEGER NOT NULL REFERENCES workspace_groups (id),
  rate_card_set_id INTEGER NOT NULL REFERENCES rate_card_sets (id),
  PRIMARY KEY (group_id, rate_card_set_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE external_references (
  id           INTEGER PRIMARY KEY,
  group_id     INTEGER NOT NULL REFERENCES workspace_groups (id),
  service_name TEXT, -- a copy from the document; NULL only inside an import
  created_at   TEXT NOT NULL,
  updated_at   TEXT NOT NULL,
  document     TEXT NOT NULL,
  UNIQUE (group_id, service_name)
) STRICT;

CREATE TABLE tokens (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  hash           BLOB NOT NULL UNIQUE,
  account_id     INTEGER NOT NULL,
  user_id        INTEGER NOT NULL,
  read_only      INTEGER NOT NULL,
  all_workspaces INTEGER NOT NULL,
  created_at     TEXT NOT NULL,
  revoked_at     TEXT,
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id)
) STRICT;

CREATE TABLE token_workspaces (
  token_id     INTEGER NOT NULL REFERENCES tokens (id),
  workspace_id INTEGER NOT NULL REFERENCES workspaces (id),
  PRIMARY KEY (token_id, workspace_id)
) STRICT, WITHOUT ROWID;
