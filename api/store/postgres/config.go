package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	defaultMaxConns       = 16
	defaultConnectTimeout = 5 * time.Second

	// cancelWait is how long the server has to answer once a context has ended, before the connection is given up.
	cancelWait = 2 * time.Second
)

// defaultSettings are what a connection sets where the URL does not.
var defaultSettings = map[string]string{
	"default_transaction_isolation": "read committed",
	"statement_timeout":             "10s",
	"lock_timeout":                  "5s",
}

// ErrURL says that a URL cannot be used, whatever it leads to.
var ErrURL = errors.New("the URL is wrong")

// newConfig reads a URL. Its errors repeat nothing of it, for there may be a password in any place of a URL that is wrong.
func newConfig(text string) (*pgxpool.Config, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || misplaced(text) {
		return nil, fmt.Errorf("%w: it has to be postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %%-escapes for signs that mean something in a URL", ErrURL)
	}
	config, err := pgxpool.ParseConfig(text)
	if err != nil {
		return nil, parseError(err)
	}
	if !u.Query().Has("pool_max_conns") {
		config.MaxConns = max(defaultMaxConns, config.MinConns)
	}
	if !u.Query().Has("connect_timeout") {
		config.ConnConfig.ConnectTimeout = defaultConnectTimeout
	}
	if !u.Query().Has("pool_max_conn_lifetime_jitter") {
		config.MaxConnLifetimeJitter = config.MaxConnLifetime / 10
	}
	config.ConnConfig.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		// The server is asked to cancel, and answers whether it has: what is committed is never reported as failed.
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelWait}
	}
	if len(config.ConnConfig.Fallbacks) > 0 && !u.Query().Has("target_session_attrs") && strings.Contains(u.Host, ",") {
		config.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.ConnConfig.OnNotice = noteWarning
	session := sessionSettings(config.ConnConfig.RuntimeParams)
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.PgConn().Exec(ctx, session).ReadAll()
		return err
	}
	return config, nil
}

// misplaced reports whether there is an @ after the host, which is where a password with a slash in it puts it: the rest
// of the password would be taken for the name of the database, and be in errors.
func misplaced(text string) bool {
	_, rest, _ := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#")
	return end >= 0 && strings.Contains(rest[end:], "@")
}

// parseError is what is wrong with a URL, without the URL.
func parseError(err error) error {
	var parse *pgconn.ParseConfigError
	if !errors.As(err, &parse) {
		return fmt.Errorf("%w: a parameter that begins with pool_", ErrURL)
	}
	if cause := parse.Unwrap(); cause != nil {
		return fmt.Errorf("%w: %w", ErrURL, cause)
	}
	return ErrURL
}

// sessionSettings returns the statement that prepares a connection: defaults for what the URL leaves open, of which it
// skips what the server does not know, and commits that are on disk when they are answered. They are not parameters of the
// connection because poolers refuse those that they do not know.
func sessionSettings(given map[string]string) string {
	rows := []string{`('synchronous_commit', 'on')`}
	for _, name := range slices.Sorted(maps.Keys(defaultSettings)) {
		if _, ok := given[name]; !ok {
			rows = append(rows, fmt.Sprintf(`('%s', '%s')`, name, defaultSettings[name]))
		}
	}
	return `SELECT set_config(s.name, wanted.value, false)
		FROM (VALUES ` + strings.Join(rows, ", ") + `) AS wanted(name, value) JOIN pg_settings AS s ON s.name = wanted.name
		WHERE s.name <> 'synchronous_commit' OR s.setting = 'off'`
}

// A commit that waits for a synchronous standby and is cancelled, by a timeout or a request, is answered as a success with a
// warning: it is on this server alone. So a warning during a commit makes its outcome unknown.

const warningsKey = "oxgroups warnings"

// warnings returns the mark that a connection has got a warning.
func warnings(c *pgconn.PgConn) *atomic.Bool {
	mark, ok := c.CustomData()[warningsKey].(*atomic.Bool)
	if !ok {
		mark = new(atomic.Bool)
		c.CustomData()[warningsKey] = mark
	}
	return mark
}

func noteWarning(c *pgconn.PgConn, n *pgconn.Notice) {
	if n.SeverityUnlocalized == "WARNING" {
		warnings(c).Store(true)
	}
}
