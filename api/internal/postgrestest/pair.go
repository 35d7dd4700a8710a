//go:build unix

package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Pair is a primary and a standby with synchronous replication, each a cluster of its own. Its methods may not be called at
// the same time.
type Pair struct {
	nodes   [2]*Server
	primary int // in nodes
}

// StartPair starts a pair, which ends with the test. Without PostgreSQL it fails or skips the test.
func StartPair(tb testing.TB) *Pair {
	tb.Helper()
	Start(tb) // which installs PostgreSQL, or says why it is not tested
	p := &Pair{}
	tb.Cleanup(func() {
		for _, node := range p.nodes {
			if node == nil {
				continue
			}
			if err := node.remove(); err != nil {
				tb.Errorf("remove a node: %v", err)
			}
		}
	})
	ctx := context.Background()
	node, err := newServer(ctx)
	if err == nil {
		p.nodes[0] = node
		err = p.exec(ctx, 0, `ALTER SYSTEM SET wal_keep_size = '256MB'`)
	}
	if err == nil {
		err = p.follow(ctx, 1)
	}
	if err == nil {
		err = p.synchronise(ctx)
	}
	if err != nil {
		tb.Fatalf("start a pair: %v", err)
	}
	return p
}

// Database makes a database and returns its URL, with both nodes as hosts.
func (p *Pair) Database(tb testing.TB) string {
	tb.Helper()
	node := p.nodes[p.primary]
	name := node.name("database")
	if err := p.exec(context.Background(), p.primary, `CREATE DATABASE `+name); err != nil {
		tb.Fatalf("create a database: %v", err)
	}
	u, err := url.Parse(node.url(name))
	if err != nil {
		tb.Fatal(err)
	}
	u.Host = p.nodes[0].address() + "," + p.nodes[1].address()
	return u.String() + "&target_session_attrs=read-write"
}

func (s *Server) address() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)) }

// Kill crashes the primary and promotes the standby.
func (p *Pair) Kill(tb testing.TB) {
	tb.Helper()
	p.failOver(tb, syscall.SIGQUIT)
}

// Demote stops the primary in order, once the standby has everything, and promotes the standby.
func (p *Pair) Demote(tb testing.TB) {
	tb.Helper()
	p.failOver(tb, syscall.SIGINT)
}

// failOver ends the primary by a signal and has the standby take over. What takes over serves without a standby, as Patroni has
// it too.
func (p *Pair) failOver(tb testing.TB, signal syscall.Signal) {
	tb.Helper()
	ctx := context.Background()
	err := p.nodes[p.primary].end(signal)
	if err == nil {
		p.primary = 1 - p.primary
		err = p.exec(ctx, p.primary, `SELECT pg_promote(true, 60)`)
	}
	if err == nil {
		err = p.waitFor(ctx, `SELECT NOT pg_is_in_recovery()`)
	}
	if err == nil {
		err = p.standByNames(ctx, "")
	}
	if err != nil {
		tb.Fatalf("fail over: %v", err)
	}
}

// StopStandby ends the standby; commits go on waiting for it.
func (p *Pair) StopStandby(tb testing.TB) {
	tb.Helper()
	if err := p.nodes[1-p.primary].end(syscall.SIGQUIT); err != nil {
		tb.Fatalf("stop the standby: %v", err)
	}
}

// Rejoin makes the node that was ended the new standby, and returns once commits wait for it.
func (p *Pair) Rejoin(tb testing.TB) {
	tb.Helper()
	ctx, other := context.Background(), 1-p.primary
	err := os.RemoveAll(p.nodes[other].dir)
	if err == nil {
		err = p.follow(ctx, other)
	}
	if err == nil {
		err = p.synchronise(ctx)
	}
	if err != nil {
		tb.Fatalf("rejoin: %v", err)
	}
}

// follow makes a node that copies the primary and follows it. A node that was there keeps its port.
func (p *Pair) follow(ctx context.Context, i int) error {
	primary := p.nodes[p.primary]
	s := &Server{programs: primary.programs, password: primary.password, owner: primary.owner}
	if old := p.nodes[i]; old != nil {
		s.port = old.port
	}
	p.nodes[i] = s
	var err error
	if s.dir, err = os.MkdirTemp("", "oxgroups-postgres-"); err != nil {
		return err
	}
	if s.owner != nil {
		if err := os.Chown(s.dir, int(s.owner.Uid), int(s.owner.Gid)); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, makeTimeout)
	defer cancel()
	cmd := s.command(ctx, "pg_basebackup", "--pgdata", s.data(), "--dbname", primary.url(maintenance), "--checkpoint", "fast",
		"--write-recovery-conf", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pg_basebackup: %w\n%s", err, out)
	}
	if err := os.Chmod(s.data(), 0o700); err != nil {
		return err
	}
	return s.start(ctx)
}

// synchronise has commits wait for the standby, once it has caught up.
func (p *Pair) synchronise(ctx context.Context) error {
	if err := p.standByNames(ctx, "*"); err != nil {
		return err
	}
	return p.waitFor(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')`)
}

func (p *Pair) standByNames(ctx context.Context, names string) error {
	return errors.Join(p.exec(ctx, p.primary, `ALTER SYSTEM SET synchronous_standby_names = '`+names+`'`),
		p.exec(ctx, p.primary, `SELECT pg_reload_conf()`))
}

// waitFor waits until a statement on the primary returns true.
func (p *Pair) waitFor(ctx context.Context, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	c, err := pgx.Connect(ctx, p.nodes[p.primary].url(maintenance))
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		var is bool
		if err := c.QueryRow(ctx, sql).Scan(&is); err != nil || is {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(p.nodes[1-p.primary].dir, "log"))
			return fmt.Errorf("%s: %w\n%s", sql, ctx.Err(), log)
		}
	}
}

func (p *Pair) exec(ctx context.Context, i int, sql string) error {
	return p.nodes[i].exec(ctx, p.nodes[i].url(maintenance), sql)
}
