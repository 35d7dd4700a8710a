//go:build unix

package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// debian is where Debian keeps the programs, by major version.
const debian = "/usr/lib/postgresql/*/bin"

// errMissing says that there is no server on this machine.
var errMissing = errors.New("no PostgreSQL server found in PATH or " + debian + "; on Debian: apt-get install postgresql")

// findPrograms returns the directory of the server's programs. On a Debian system where the tests run as root it installs
// them first if they are missing.
func findPrograms(ctx context.Context) (string, error) {
	if dir, ok := lookPrograms(); ok {
		return dir, nil
	}
	if os.Geteuid() != 0 {
		return "", errMissing
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "", errMissing
	}
	if err := installOnce(ctx); err != nil {
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
	dirs, _ := filepath.Glob(debian) // the pattern is well-formed
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

// installOnce installs unless another test process does or did: several packages are tested at once, and apt-get does not
// wait for itself.
func installOnce(ctx context.Context) (err error) {
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), "oxgroups-tests-install.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }() // which releases it
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	if _, ok := lookPrograms(); ok {
		return nil
	}
	return install(ctx)
}

func install(ctx context.Context) (err error) {
	if err := os.MkdirAll(filepath.Dir(noCluster), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(noCluster, []byte("create_main_cluster = false\n"), 0o644); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(noCluster)) }()
	for _, args := range [][]string{
		{"update", "--quiet"},
		{"install", "--quiet", "--yes", "--no-install-recommends", "postgresql"},
	} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}
