package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"

	"example.com/oxgroups/api/store"
)

// Backup writes a copy of the file as it is at one moment to a new file, while the store serves. The copy is whole and on disk
// when Backup returns nil, and not there where it does not.
func (s *Store) Backup(ctx context.Context, to string) (err error) {
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("sqlite: backup to %s: %w", to, os.ErrExist)
	}
	partial := to + ".partial"
	f, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("sqlite: backup: %w", err)
	}
	defer func() {
		err = errors.Join(err, f.Close())
		if err != nil {
			err = errors.Join(err, os.Remove(partial))
		}
	}()
	c, err := s.engine.file.connect(ctx)
	if err != nil {
		return unavailable(fmt.Errorf("sqlite: backup: connect: %w", err))
	}
	c.SetInterrupt(ctx)
	err = errors.Join(c.Exec(`VACUUM INTO `+sqlite3.Quote(partial)), c.Close())
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(partial, to)
	}
	if err == nil {
		err = syncDirectory(filepath.Dir(to))
	}
	if err != nil {
		return unavailable(fmt.Errorf("sqlite: backup: %w", err))
	}
	return nil
}

// Damage returns what SQLite finds wrong with the file, nothing where it is sound. It reads all of it.
func (s *Store) Damage(ctx context.Context) (found []string, err error) {
	err = s.engine.bulkRead(ctx, func(tx store.Tx) error {
		return tx.(*conn).each(`PRAGMA integrity_check`, func(row *sqlite3.Stmt) error {
			if text := row.ColumnText(0); text != "ok" {
				found = append(found, text)
			}
			return nil
		})
	})
	return found, wrap("check the file", err)
}
