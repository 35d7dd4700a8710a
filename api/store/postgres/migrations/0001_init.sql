-- Each object is one JSON document ("document") with the fields of the spec; columns are only what is joined on or ordered
-- by. Times are RFC 3339 in whole seconds, with the offset that they came with. A *_key is the SHA-256 of a text: an index
-- holds no text of any length.

CREATE TABLE accounts (id BIGINT PRIMARY KEY);

CREATE TABLE users (
  account_id BIGINT NOT NULL REFERENCES accounts (id),
  id         BIGINT NOT NULL,
  PRIMARY KEY (account_id, id)
);

CREATE TABLE workspaces (
  id         BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id),
  document   JSONB NOT NULL
);
CREATE INDEX workspaces_by_account ON workspaces (account_id, id);

CREATE TABLE rate_card_sets (
  id         BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id),
  document   JSONB NOT NULL
);
CREATE INDEX rate_card_sets_by_account ON rate_card_sets (account_id, id);

-- name_key, of the folded name, is NULL only inside an import, which may exchange the names of two groups.
CREATE TABLE workspace_groups (
  id         BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id),
  name_key   BYTEA,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  document   JSONB NOT NULL,
  CONSTRAINT workspace_groups_name UNIQUE (account_id, name_key)
);
CREATE INDEX workspace_groups_by_account ON workspace_groups (account_id, id);

CREATE TABLE workspace_group_workspaces (
  group_id     BIGINT NOT NULL REFERENCES workspace_groups (id),
  workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
  PRIMARY KEY (group_id, workspace_id)
);

CREATE TABLE workspace_group_rate_card_sets (
  group_id         BIGINT NOT NULL REFERENCES workspace_groups (id),
  rate_card_set_id BIGINT NOT NULL REFERENCES rate_card_sets (id),
  PRIMARY KEY (group_id, rate_card_set_id)
);

CREATE SEQUENCE external_reference_ids;

-- service_key, of the name of the service, is NULL only inside an import.
CREATE TABLE external_references (
  id          BIGINT NOT NULL DEFAULT nextval('external_reference_ids'),
  group_id    BIGINT NOT NULL REFERENCES workspace_groups (id),
  service_key BYTEA,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  document    JSONB NOT NULL,
  CONSTRAINT external_references_id PRIMARY KEY (id),
  CONSTRAINT external_references_service UNIQUE (group_id, service_key)
);

CREATE TABLE tokens (
  id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  hash           BYTEA NOT NULL,
  account_id     BIGINT NOT NULL,
  user_id        BIGINT NOT NULL,
  read_only      BOOLEAN NOT NULL,
  all_workspaces BOOLEAN NOT NULL,
  created_at     TEXT NOT NULL,
  revoked_at     TEXT,
  CONSTRAINT tokens_hash UNIQUE (hash),
  FOREIGN KEY (account_id, user_id) REFERENCES users (account_id, id)
);

CREATE TABLE token_workspaces (
  token_id     BIGINT NOT NULL REFERENCES tokens (id),
  workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
  PRIMARY KEY (token_id, workspace_id)
);
