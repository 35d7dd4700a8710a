//go:build unix

package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"

	"example.com/oxgroups/api/internal/debian"
)

// debianDir is where Debian keeps the programs, by major version.
const debianDir = "/usr/lib/postgresql/*/bin"

// errMissing says that there is no server on this machine.
var errMissing = errors.New("no PostgreSQL server found in PATH or " + debianDir + "; on Debian: apt-get install postgresql")

// findPrograms returns the directory of the server's programs. On a Debian system where the tests run as root it installs
// them first if they are missing.
func findPrograms(ctx context.Context) (string, error) {
	if dir, ok := lookPrograms(); ok {
		return dir, nil
	}
	switch err := install(ctx); {
	case errors.Is(err, debian.ErrCannot):
		return "", errMissing
	case err != nil:
		return "", fmt.Errorf("install PostgreSQL: %w", err)
	}
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

// noCluster keeps Debian's package from making a cluster of the system and starting it: see pg_createcluster(8).
const noCluster = "/etc/postgresql-common/createcluster.d/oxgroups-tests.conf"

func install(ctx context.Context) error {
	return debian.Packages{
		Names: []string{"postgresql"},
		Found: func() bool {
			_, ok := lookPrograms()
			return ok
		},
		Files: map[string]string{noCluster: "create_main_cluster = false\n"},
	}.Install(ctx)
}
