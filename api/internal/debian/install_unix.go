//go:build unix

package debian

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Install installs the packages unless another test process has done it: several packages of Go are tested at once, and
// apt-get does not wait for itself. It returns ErrCannot where that is not possible.
func (p Packages) Install(ctx context.Context) (err error) {
	if os.Geteuid() != 0 {
		return ErrCannot
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return ErrCannot
	}
	lock, err := os.OpenFile(filepath.Join(os.TempDir(), "oxgroups-tests-install.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }() // which releases it
	if err := wait(ctx, lock); err != nil {
		return fmt.Errorf("another process installs packages: %w", err)
	}
	if p.Found() {
		return nil
	}
	for name, text := range p.Files {
		if err := writeFile(name, text); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.Remove(name)) }()
	}
	for _, args := range [][]string{
		{"update", "--quiet", lockWait},
		append([]string{"install", lockWait, "--quiet", "--yes", "--no-install-recommends"}, p.Names...),
	} {
		cmd := exec.CommandContext(ctx, "apt-get", args...)
		cmd.WaitDelay = 10 * time.Second // for children of it that keep its output open
		cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("apt-get %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}

// lockWait has apt-get wait for another one, which is none of these tests, but not for ever.
const lockWait = "--option=DPkg::Lock::Timeout=60"

// wait locks a file.
func wait(ctx context.Context, lock *os.File) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func writeFile(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
