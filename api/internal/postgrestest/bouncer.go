//go:build unix

package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Bouncer starts PgBouncer in transaction mode in front of a database, as Database returns it, and returns the URL through it.
// It ends with the test. Where there is no PgBouncer the test is skipped; with CI=true it fails.
func Bouncer(tb testing.TB, database string) string {
	tb.Helper()
	program, err := findBouncer()
	if err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("PgBouncer is not tested: %v", err)
		}
		tb.Skipf("PgBouncer is not tested: %v", err)
	}
	u, err := url.Parse(database)
	if err != nil {
		tb.Fatal(err)
	}
	port, err := freePort()
	if err != nil {
		tb.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "oxgroups-pgbouncer-") // one that the owner may enter
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	password, _ := u.User.Password()
	config := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf(`[databases]
* = host=127.0.0.1 port=%s user=%s password=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_client_conn = 200
`, u.Port(), u.User.Username(), password, port)
	owner := Start(tb).owner
	err = os.WriteFile(config, []byte(text), 0o600)
	if err == nil && owner != nil {
		err = errors.Join(os.Chown(dir, int(owner.Uid), int(owner.Gid)), os.Chown(config, int(owner.Uid), int(owner.Gid)))
	}
	if err != nil {
		tb.Fatal(err)
	}
	cmd := exec.Command(program, config)
	cmd.SysProcAttr = attributes(owner)
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		tb.Fatalf("start PgBouncer: %v", err)
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(stopTimeout, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		_ = log.Close()
	})
	u.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for ctx, cancel := context.WithTimeout(context.Background(), startTimeout); ; {
		c, err := net.Dial("tcp", u.Host)
		if err == nil {
			cancel()
			_ = c.Close()
			return u.String()
		}
		select {
		case <-time.After(poll):
		case <-ctx.Done():
			cancel()
			said, _ := os.ReadFile(log.Name())
			tb.Fatalf("PgBouncer takes no connections: %v\n%s", err, said)
		}
	}
}

func findBouncer() (string, error) {
	for _, name := range []string{"pgbouncer", "/usr/sbin/pgbouncer"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no pgbouncer; make deps installs it on Debian")
}
