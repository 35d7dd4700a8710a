-- Tokens have a name, an end and a last use; '' is none.
ALTER TABLE tokens ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN expires_at TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN last_used_at TEXT NOT NULL DEFAULT '';

-- The highest id that a reference had, so that none is given twice.
CREATE TABLE reference_ids (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL) STRICT;
INSERT INTO reference_ids (one, last)
SELECT 1, coalesce(max(id), 0) FROM external_references WHERE id < 4611686018427387904;
