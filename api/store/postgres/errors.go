package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"example.com/oxgroups/api/group"
	"github.com/jackc/pgx/v5/pgconn"
)

// The SQLSTATEs that are looked at: https://www.postgresql.org/docs/current/errcodes-appendix.html
const (
	featureNotSupported  = "0A000"
	uniqueViolation      = "23505"
	readOnlyTransaction  = "25006"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	duplicateObject      = "42710"
	duplicateTable       = "42P07"
	undefinedTable       = "42P01"
	adminShutdown        = "57P01"
)

// storageClasses and storageCodes say that storage cannot serve now, as opposed to a defect of ours.
var (
	storageClasses = []string{
		"08", // connection exception
		"28", // invalid authorization
		"40", // transaction rollback
		"53", // insufficient resources
		"57", // operator intervention, timeouts among them
		"58", // system error
		"F0", // configuration file error
	}
	storageCodes = []string{
		readOnlyTransaction,
		"25P03", "25P04", // a transaction took too long
		"3D000",          // no such database
		"42501",          // insufficient privilege
		"55000",          // not in the state that it should be in, such as a database that takes no connections
		"55006",          // object in use
		"55P03",          // lock not available in time
		"XX001", "XX002", // data or index corrupted
	}
)

// known turns an error into one that callers know, where it is one of storage: lost is whether its connection is.
func known(ctx context.Context, err error, lost bool) error {
	if isDomain(err) || !lost && !isStorage(err) {
		return err
	}
	return unavailable(ctx, err)
}

// unavailable says that storage cannot serve now, or that ctx ended first.
func unavailable(ctx context.Context, err error) error {
	if cause := ctx.Err(); cause != nil && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	return &group.Error{Code: group.Unavailable, Err: err}
}

func isDomain(err error) bool {
	var e *group.Error
	return errors.As(err, &e)
}

func isStorage(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	state := stateOf(err)
	return len(state) == 5 && (slices.Contains(storageClasses, state[:2]) || slices.Contains(storageCodes, state))
}

// isTransient reports whether err, of a transaction whose COMMIT was not sent, may be gone at once.
func isTransient(err error) bool {
	if isDomain(err) {
		return false
	}
	switch stateOf(err) {
	case adminShutdown:
		return true
	case featureNotSupported: // "cached plan must not change result type", after a migration by another process
		return true
	case uniqueViolation:
		return constraintOf(err) == "external_references_id" // an import took the id: the sequence has moved on
	}
	return isUndone(err) || errors.Is(err, errRaced) || pgconn.SafeToRetry(err)
}

// isUndone reports whether the server says that it has undone the transaction and that it may be tried again.
func isUndone(err error) bool {
	state := stateOf(err)
	return state == serializationFailure || state == deadlockDetected
}

func isReadOnly(err error) bool { return stateOf(err) == readOnlyTransaction }

// errRaced is an import that found something else than it checked, or a migration that ran beside another one.
var errRaced = errors.New("what was checked has changed")

// stateOf returns the SQLSTATE of an error of the server, else "".
func stateOf(err error) string {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.Code
	}
	return ""
}

func constraintOf(err error) string {
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) {
		return e.ConstraintName
	}
	return ""
}
