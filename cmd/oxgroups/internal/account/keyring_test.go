package account_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"example.com/oxgroups/cmd/oxgroups/internal/account"
)

func TestSystemKeyring(t *testing.T) {
	keyring.MockInit()
	session := func(string) string { return "a bus" }
	k := account.SystemKeyring(session, time.Minute)
	ctx := t.Context()
	if err := k.Set(ctx, "work", url, "secret"); err != nil {
		t.Fatal(err)
	}
	if token, err := k.Get(ctx, "work", url); token != "secret" || err != nil {
		t.Errorf("got %q, %v", token, err)
	}
	for _, other := range [][2]string{{"test", url}, {"work", url + "/2"}} {
		if token, err := k.Get(ctx, other[0], other[1]); !errors.Is(err, account.ErrNoToken) {
			t.Errorf("%v: got %q, %v, want ErrNoToken", other, token, err)
		}
	}
	if err := k.Delete(ctx, "work", url); err != nil {
		t.Error(err)
	}
	if err := k.Delete(ctx, "work", url); !errors.Is(err, account.ErrNoToken) {
		t.Errorf("got %v, want ErrNoToken", err)
	}
}

// A keyring that asks on a screen where nobody sits ends neither the program's time nor an interrupt's effect.
func TestKeyringThatHangs(t *testing.T) {
	for name, tt := range map[string]struct {
		interrupted bool
		want        string
	}{
		"is given up":        {false, "did not answer within 5s"},
		"can be interrupted": {true, context.Canceled.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				released := make(chan struct{})
				defer close(released)
				ctx, cancel := context.WithCancel(t.Context())
				if tt.interrupted {
					cancel()
				}
				defer cancel()
				_, err := account.HangingKeyring(released, 5*time.Second).Get(ctx, "work", url)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("got %v, want %s", err, tt.want)
				}
			})
		})
	}
}

func TestWhereThereIsNoSession(t *testing.T) {
	dir := t.TempDir()
	env := func(values map[string]string) func(string) string { return func(k string) string { return values[k] } }
	has := func(values map[string]string) bool { return account.SystemKeyring(env(values), time.Second) != nil }
	if has(nil) == account.OnSessionBus || has(map[string]string{"XDG_RUNTIME_DIR": dir}) == account.OnSessionBus {
		t.Error("there is a keyring without a session")
	}
	if !has(map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/x"}) {
		t.Error("the address of a bus is not seen")
	}
	l, err := net.Listen("unix", filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	if !has(map[string]string{"XDG_RUNTIME_DIR": dir}) {
		t.Error("the socket of a bus is not seen")
	}
}
