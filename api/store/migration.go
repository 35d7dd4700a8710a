package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// ErrNewer says that the schema was made by a newer version of this program.
var ErrNewer = errors.New("the database is of a newer version of oxgroupsd: use that version or a later one")

// ErrForeign says that the database, or the schema in it, is in use by another program.
var ErrForeign = errors.New("the database has tables of another program")

// CheckVersion returns ErrNewer where a schema has a number that is above that of the last migration.
func CheckVersion(version, latest int) error {
	if version > latest {
		return fmt.Errorf("%w (its schema has number %d, the last one known here is %d)", ErrNewer, version, latest)
	}
	return nil
}

// Script is one migration. The first in a list has the number 1, and so on.
type Script struct {
	Name string
	Text string
}

// ReadScripts returns the scripts in a folder, in order. Their names begin with their number and an underscore; it returns an error
// where a number is missing or there twice.
func ReadScripts(files fs.FS, folder string) ([]Script, error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, err
	}
	scripts := make([]Script, len(entries))
	for i, entry := range entries {
		number, _, _ := strings.Cut(entry.Name(), "_")
		if n, err := strconv.Atoi(number); err != nil || n != i+1 {
			return nil, fmt.Errorf("migration %s: its number is not %d", entry.Name(), i+1)
		}
		text, err := fs.ReadFile(files, path.Join(folder, entry.Name()))
		if err != nil {
			return nil, err
		}
		scripts[i] = Script{entry.Name(), string(text)}
	}
	return scripts, nil
}
