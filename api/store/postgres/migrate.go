package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"example.com/oxgroups/api/store"
)

// advisoryKey is the advisory lock of migrations: "oxgroups".
const advisoryKey = 0x6f7867726f757073

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Where it is, that takes one statement and no lock; else it is one transaction under
// an advisory lock, so that several processes may start at once and one that dies leaves what was there. The lock belongs to
// the transaction, because PgBouncer in transaction mode cannot keep one that belongs to a session.
func (e *engine) migrate(ctx context.Context) error {
	scripts, err := store.ReadScripts(migrations, "migrations")
	if err != nil {
		return err
	}
	version := 0
	err = e.Transact(ctx, store.Read, func(t store.Tx) (err error) {
		version, err = t.(*tx).version(`SELECT version FROM oxgroups_schema`, len(scripts))
		return err
	})
	if err != nil && stateOf(err) != undefinedTable || version == len(scripts) {
		return err
	}
	return e.Transact(ctx, store.BulkWrite, func(t store.Tx) error { return t.(*tx).migrate(scripts) })
}

// version returns the version that a statement finds, 0 for none, or store.ErrNewer.
func (t *tx) version(sql string, latest int) (version int, err error) {
	t.queue(sql).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err := t.flush(); err != nil {
		return 0, err
	}
	return version, store.CheckVersion(version, latest)
}

func (t *tx) migrate(scripts []store.Script) error {
	t.queue(`SET TRANSACTION ISOLATION LEVEL READ COMMITTED`) // what follows the lock has to see what others did under it
	t.queue(`SELECT pg_advisory_xact_lock($1)`, int64(advisoryKey))
	if err := t.flush(); err != nil {
		return fmt.Errorf("lock for migrations: %w", err)
	}
	t.queue(`CREATE TABLE IF NOT EXISTS oxgroups_schema (one BOOLEAN PRIMARY KEY CHECK (one), version BIGINT NOT NULL)`)
	if err := t.flush(); err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	t.queue(`INSERT INTO oxgroups_schema (one, version) VALUES (true, 0) ON CONFLICT DO NOTHING`)
	version, err := t.version(`SELECT version FROM oxgroups_schema`, len(scripts))
	if err != nil {
		return err
	}
	for _, script := range scripts[version:] {
		_, err := t.conn.Exec(t.ctx, script.Text)
		switch stateOf(err) {
		case duplicateTable, duplicateObject:
			return fmt.Errorf("%w: use a database of its own, or a schema of its own with search_path in the URL: %w", store.ErrForeign, err)
		}
		if err != nil {
			return fmt.Errorf("migration %s: %w", script.Name, err)
		}
	}
	t.queue(`UPDATE oxgroups_schema SET version = $1`, len(scripts))
	return t.flush()
}
