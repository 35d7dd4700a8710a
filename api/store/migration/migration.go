// Package migration reads the numbered scripts that bring an engine's schema up to date. How they are applied, and where the
// number of the last one is kept, is the engine's.
package migration

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Script is one migration. The first in a list has the number 1, and so on.
type Script struct {
	Name string
	Text string
}

// Read returns the scripts in a folder, in order. Their names begin with their number and an underscore; it returns an error
// where a number is missing or there twice.
func Read(files fs.FS, folder string) ([]Script, error) {
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
