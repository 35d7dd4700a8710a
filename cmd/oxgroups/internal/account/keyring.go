package account

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// errNoKeyring says that this machine, or this session on it, has none.
var errNoKeyring = errors.New("there is no keyring here")

// Keyring keeps tokens. A token is found under the name and the URL it was saved with, so that a file that was changed to
// another URL does not lead to it. Get and Delete return ErrNoToken where there is none.
type Keyring interface {
	Get(ctx context.Context, name, url string) (string, error)
	Set(ctx context.Context, name, url, token string) error
	Delete(ctx context.Context, name, url string) error
}

// system is the keyring of the operating system: Keychain, Credential Manager or Secret Service.
type system struct {
	get      func(service, user string) (string, error)
	set      func(service, user, password string) error
	remove   func(service, user string) error
	patience time.Duration
}

var _ Keyring = system{}

// onSessionBus says that the keyring of this operating system is reached by D-Bus.
const onSessionBus = runtime.GOOS != "windows" && runtime.GOOS != "darwin"

// SystemKeyring returns the keyring of the operating system, or nil where there is surely none. getenv tells of the session.
// Patience bounds each operation: a keyring may ask the user for a password, on a screen where nobody sits.
func SystemKeyring(getenv func(string) string, patience time.Duration) Keyring {
	if onSessionBus && !hasSessionBus(getenv) {
		return nil
	}
	return system{keyring.Get, keyring.Set, keyring.Delete, patience}
}

// hasSessionBus reports whether there is a D-Bus session that Secret Service could be on. Without this the library would
// start a bus of its own where it can, which outlives the program and has no keyring on it.
func hasSessionBus(getenv func(string) string) bool {
	if getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return true
	}
	dir := getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

// Get returns the token.
func (s system) Get(ctx context.Context, name, url string) (string, error) {
	return s.bounded(ctx, func() (string, error) { return s.get(service(name), url) })
}

// Set keeps the token.
func (s system) Set(ctx context.Context, name, url, token string) error {
	_, err := s.bounded(ctx, func() (string, error) { return "", s.set(service(name), url, token) })
	return err
}

// Delete forgets the token.
func (s system) Delete(ctx context.Context, name, url string) error {
	_, err := s.bounded(ctx, func() (string, error) { return "", s.remove(service(name), url) })
	return err
}

func service(name string) string { return "oxgroups:" + name }

// bounded waits for work, but not beyond the patience or the context.
func (s system) bounded(ctx context.Context, work func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.patience, fmt.Errorf("the keyring did not answer within %v", s.patience))
	defer cancel()
	token, err := console.Interruptible(ctx, work)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		err = ErrNoToken
	case errors.Is(err, context.DeadlineExceeded):
		err = context.Cause(ctx)
	}
	return token, err
}
