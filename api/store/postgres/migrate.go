package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"example.com/oxgroups/api/store/migration"
	"github.com/jackc/pgx/v5"
)

// advisoryKey is the advisory lock of migrations: "oxgroups".
const advisoryKey = 0x6f7867726f757073

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date. Where it is, that takes one statement and no lock.
func (s *Store) migrate(ctx context.Context) error {
	scripts, err := migration.Read(migrations, "migrations")
	if err != nil {
		return err
	}
	latest := len(scripts)
	version := 0
	err = s.do(ctx, mode{unbounded: true, reads: true}, func(ctx context.Context, c *pgx.Conn) (err error) {
		version, err = schemaVersion(ctx, c, `SELECT version FROM oxgroups_schema`, latest)
		if stateOf(err) == undefinedTable {
			return nil
		}
		return err
	})
	if err != nil || version == latest {
		return err
	}
	m := migrator{advisory: true, latest: latest}
	if err := s.do(ctx, mode{unbounded: true}, m.bootstrap); err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	for i, script := range scripts {
		if err := s.do(ctx, mode{unbounded: true}, m.migration(i+1, script.Text)); err != nil {
			return fmt.Errorf("migration %s: %w", script.Name, err)
		}
	}
	return nil
}

// schemaVersion returns the version that sql finds, 0 for none, or migration.ErrNewer.
func schemaVersion(ctx context.Context, c interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, sql string, latest int) (version int, err error) {
	err = c.QueryRow(ctx, sql).Scan(&version)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return version, migration.Known(version, latest)
}

// migrator runs one transaction at a time. Processes that start at once keep out of each other's way by the advisory lock;
// where there is none, or one that does nothing, by the lock on the one row of oxgroups_schema.
type migrator struct {
	advisory bool
	latest   int
}

// locked runs a transaction that waits as long as others migrate.
func (m *migrator) locked(ctx context.Context, c *pgx.Conn, run func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = 0`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		if m.advisory {
			if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(advisoryKey)); err != nil {
				return &advisoryError{err}
			}
		}
		return run(tx)
	})
	var failed *advisoryError
	if state := stateOf(err); errors.As(err, &failed) && (state == undefinedFunction || state == featureNotSupported) {
		m.advisory = false
		return m.locked(ctx, c, run)
	}
	return err
}

// advisoryError is an error of taking the advisory lock.
type advisoryError struct{ err error }

// Error describes the error.
func (e *advisoryError) Error() string { return "advisory lock: " + e.err.Error() }

// Unwrap returns the cause.
func (e *advisoryError) Unwrap() error { return e.err }

// bootstrap makes the table that the other migrations lock.
func (m *migrator) bootstrap(ctx context.Context, c *pgx.Conn) error {
	err := m.locked(ctx, c, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS oxgroups_schema (one BOOLEAN PRIMARY KEY CHECK (one), version BIGINT NOT NULL)`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO oxgroups_schema (one, version) VALUES (true, 0) ON CONFLICT DO NOTHING`)
		return err
	})
	switch stateOf(err) {
	case uniqueViolation, duplicateTable, duplicateObject: // IF NOT EXISTS does not see a table that is being made
		return fmt.Errorf("%w: %w", errRaced, err)
	}
	return err
}

// migration runs a script unless the database has it.
func (m *migrator) migration(number int, script string) work {
	return func(ctx context.Context, c *pgx.Conn) error {
		return m.locked(ctx, c, func(tx pgx.Tx) error {
			version, err := schemaVersion(ctx, tx, `SELECT version FROM oxgroups_schema FOR UPDATE`, m.latest)
			if err != nil || version >= number {
				return err
			}
			_, err = tx.Exec(ctx, script)
			switch stateOf(err) {
			case duplicateTable, duplicateObject:
				return fmt.Errorf("%w: use a database of its own, or a schema of its own with search_path in the URL: %w", migration.ErrForeign, err)
			}
			if err != nil {
				return err
			}
			_, err = tx.Exec(ctx, `UPDATE oxgroups_schema SET version = $1`, number)
			return err
		})
	}
}
