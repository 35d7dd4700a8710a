// Package postgrestest gives tests a real PostgreSQL: one private cluster for each test process, which listens on loopback
// only, and an empty database for each test. It knows nothing of what is stored.
//
// The cluster is made by the first test that asks for a database, in a temporary directory, and runs as an unprivileged
// user, for the server refuses to run as root. It syncs what it commits, as a production server does. Where there is no
// server to be had, tests are skipped; where the environment has CI=true they fail.
package postgrestest

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"go.uber.org/goleak"
)

// shared is the cluster of this process.
var shared struct {
	mu     sync.Mutex
	server *Server
	err    error
}

// Run runs the tests of a package, stops the cluster if one was started, and fails where goroutines are left. It returns
// the code to exit with; call it in TestMain.
func Run(m *testing.M) int {
	code := m.Run()
	if err := stop(); err != nil {
		fmt.Fprintln(os.Stderr, "postgrestest:", err)
		code = max(code, 1)
	}
	if code == 0 {
		if err := goleak.Find(); err != nil {
			fmt.Fprintln(os.Stderr, "postgrestest:", err)
			code = 1
		}
	}
	return code
}

// Start returns the cluster of this process and starts it where it does not run yet. Without PostgreSQL it fails or skips
// the test.
func Start(tb testing.TB) *Server {
	tb.Helper()
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = newServer(context.Background())
	}
	if err := shared.err; err != nil {
		if os.Getenv("CI") == "true" {
			tb.Fatalf("PostgreSQL is not tested: %v", err)
		}
		fmt.Fprintf(os.Stderr, "\n*** %s: PostgreSQL IS NOT TESTED: %v\n\n", tb.Name(), err)
		tb.Skipf("PostgreSQL is not tested: %v", err)
	}
	return shared.server
}

// Database returns the URL of a new and empty database of the cluster. It is dropped when the test ends.
func Database(tb testing.TB) string {
	tb.Helper()
	server := Start(tb)
	name := server.name("database")
	if err := server.exec(context.Background(), server.url(maintenance), `CREATE DATABASE `+name); err != nil {
		tb.Fatalf("create a database: %v", err)
	}
	tb.Cleanup(func() {
		if err := server.exec(context.Background(), server.url(maintenance), `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			tb.Errorf("drop the database: %v", err)
		}
	})
	return server.url(name)
}

func stop() error {
	shared.mu.Lock()
	defer shared.mu.Unlock()
	if shared.server == nil {
		return nil
	}
	err := shared.server.remove()
	shared.server = nil
	return err
}

// Schema returns url, as Database returns it, for a new and empty schema of that database, which is quicker to make than a
// database. It goes when the database does.
func Schema(tb testing.TB, url string) string {
	tb.Helper()
	server := Start(tb)
	name := server.name("schema")
	if err := server.exec(context.Background(), url, `CREATE SCHEMA `+name); err != nil {
		tb.Fatalf("create a schema: %v", err)
	}
	return url + "&search_path=" + name
}
