package api_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// moduleRoot returns the directory of this module.
func moduleRoot(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// moduleFiles returns the names of the files of this module as they are now, committed or not. Modules below it, programs
// that were built, and what is hidden do not belong to it.
func moduleFiles(t *testing.T) (names []string) {
	t.Helper()
	root := moduleRoot(t)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == root:
		case strings.HasPrefix(d.Name(), "."), d.Name() == "node_modules", path == filepath.Join(root, "bin"), isModule(path):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular():
			name, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// copyModule copies the files of this module.
func copyModule(t *testing.T) string {
	t.Helper()
	root, dir := moduleRoot(t), t.TempDir()
	for _, name := range append(moduleFiles(t), filepath.Join(".scripts", "docs"), filepath.Join(".scripts", "stand-in")) { // which go generate and a test run
		copyFile(t, filepath.Join(dir, name), filepath.Join(root, name))
	}
	return dir
}

func copyFile(t *testing.T, to, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	write(t, to, string(data))
}

// write writes a file, and makes its directory.
func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
