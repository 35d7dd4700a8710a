//go:build unix

package postgrestest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser   = "oxgroups" // of the cluster
	maintenance = "postgres" // the database that initdb makes

	startTimeout = time.Minute     // recovery after a crash included
	stopTimeout  = time.Minute     // after it the server is killed
	execTimeout  = time.Minute     // of a statement or a program
	makeTimeout  = 5 * time.Minute // of a cluster, the installation included
	poll         = 20 * time.Millisecond
)

// Server is a cluster. Its methods may not be called at the same time.
type Server struct {
	programs string // the directory of the server's programs
	dir      string // of the cluster: its data, its log and its socket
	password string
	port     int
	owner    *syscall.Credential // nil: the user of this process

	process *exec.Cmd
	exited  chan struct{} // closed when process has ended

	names atomic.Int64 // how many were given to what tests made
}

// newServer makes a cluster and starts it.
func newServer(ctx context.Context) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, makeTimeout)
	defer cancel()
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs, password: rand.Text()}
	if s.owner, err = unprivileged(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "oxgroups-postgres-"); err != nil {
		return nil, err
	}
	if err := s.initialise(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// initialise makes the cluster's directory. Only those who know the password may connect: on loopback that is every user
// of the machine.
func (s *Server) initialise(ctx context.Context) error {
	secret := filepath.Join(s.dir, "password")
	if err := os.WriteFile(secret, []byte(s.password), 0o600); err != nil {
		return err
	}
	if s.owner != nil {
		for _, path := range []string{s.dir, secret} {
			if err := os.Chown(path, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
				return err
			}
		}
	}
	cmd := s.command(ctx, "initdb", "--pgdata", s.data(), "--username", superuser, "--pwfile", secret, "--auth", "password",
		"--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Remove(secret)
}

// Program returns the path of one of the server's programs, such as pgbench.
func (s *Server) Program(name string) string { return filepath.Join(s.programs, name) }

// command is a program of the server, run by the cluster's owner.
func (s *Server) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Program(program), args...)
	cmd.WaitDelay = execTimeout // for children of it that keep its output open
	cmd.Dir = s.dir             // the owner may not be able to enter the directory of the test
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = attributes(s.owner)
	return cmd
}

// start starts the server on a free port, or on the one that it had, and waits until it takes connections.
func (s *Server) start(ctx context.Context) error {
	if s.port == 0 {
		port, err := freePort()
		if err != nil {
			return err
		}
		s.port = port
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	// The server outlives ctx: stop ends it.
	cmd := s.command(context.WithoutCancel(ctx), "postgres", "-D", s.data(), "-h", "127.0.0.1", "-p", strconv.Itoa(s.port),
		"-k", s.dir, "-c", "fsync=on", "-c", "max_connections=200")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	exited := make(chan struct{})
	s.process, s.exited = cmd, exited
	go func() {
		defer close(exited)
		_ = cmd.Wait() // whoever waits for exited looks at the log
	}()
	return s.ready(ctx)
}

// ready waits until the server takes connections.
func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		c, err := pgx.Connect(ctx, s.url(maintenance))
		if err == nil {
			return c.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-s.exited:
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("postgres ended as it started:\n%s", log)
		case <-ctx.Done():
			return fmt.Errorf("postgres takes no connections: %w", err)
		}
	}
}

// Restart does what `pg_ctl restart -m immediate` does: the server ends at once, as in a crash, and recovers when it
// starts again. It returns when the server takes connections. The port stays the same.
func (s *Server) Restart(tb testing.TB) {
	tb.Helper()
	if err := s.end(syscall.SIGQUIT); err != nil {
		tb.Fatalf("stop PostgreSQL: %v", err)
	}
	if err := s.start(context.Background()); err != nil {
		tb.Fatalf("start PostgreSQL again: %v", err)
	}
}

// end has the server end, and kills it where it does not: https://www.postgresql.org/docs/current/server-shutdown.html says what the signals mean.
func (s *Server) end(signal syscall.Signal) error {
	if s.process == nil {
		return nil
	}
	if err := s.process.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	defer func() { s.process = nil }()
	select {
	case <-s.exited:
		return nil
	case <-time.After(stopTimeout):
	}
	err := s.process.Process.Kill()
	<-s.exited
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return errors.Join(fmt.Errorf("postgres did not end within %v of %v, and was killed\n%s", stopTimeout, signal, log), err)
}

// remove ends the server and removes the cluster.
func (s *Server) remove() error {
	return errors.Join(s.end(syscall.SIGINT), os.RemoveAll(s.dir))
}

// name returns a name that is new in the cluster.
func (s *Server) name(kind string) string { return kind + strconv.FormatInt(s.names.Add(1), 10) }

// exec runs a statement in a database, for a minute at most.
func (s *Server) exec(ctx context.Context, url, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, execTimeout)
	defer cancel()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = c.Exec(ctx, sql)
	return errors.Join(err, c.Close(ctx))
}

// url is how a client reaches a database of the cluster.
func (s *Server) url(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(superuser, s.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
