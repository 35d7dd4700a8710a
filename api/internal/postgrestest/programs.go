//go:build unix

package postgrestest

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strconv"
)

// debianDir is where Debian keeps the programs, by major version.
const debianDir = "/usr/lib/postgresql/*/bin"

// errMissing says that there is no server on this machine.
var errMissing = errors.New("no PostgreSQL server found in PATH or " + debianDir + "; make deps installs it on Debian")

// findPrograms returns the directory of the server's programs.
func findPrograms() (string, error) {
	if dir, ok := lookPrograms(); ok {
		return dir, nil
	}
	return "", errMissing
}

// lookPrograms looks in PATH, then for the newest version in Debian's place.
func lookPrograms() (dir string, ok bool) {
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil && isServer(filepath.Dir(path)) {
			return filepath.Dir(path), true
		}
	}
	dirs, _ := filepath.Glob(debianDir) // the pattern is well-formed
	newest := 0
	for _, d := range dirs {
		version, err := strconv.Atoi(filepath.Base(filepath.Dir(d)))
		if err == nil && version > newest && isServer(d) {
			newest, dir = version, d
		}
	}
	return dir, newest > 0
}

func isServer(dir string) bool {
	for _, program := range []string{"postgres", "initdb"} {
		if _, err := exec.LookPath(filepath.Join(dir, program)); err != nil {
			return false
		}
	}
	return true
}
