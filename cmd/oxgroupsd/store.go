package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/memory"
	"example.com/oxgroups/api/store/postgres"
	"example.com/oxgroups/api/store/sqlite"
)

// opener opens the store that the flags and the environment name.
type opener func(context.Context) (group.Store, error)

const memoryURL = "memory:"

// hooks are what a store tells beside the results of calls.
type hooks struct {
	log      *slog.Logger
	onCommit func(calls int, took time.Duration)
}

// noHooks are those of a command that ends at once.
var noHooks = hooks{slog.New(slog.DiscardHandler), func(int, time.Duration) {}}

// openStore opens a store by its URL; "" is the default one. This is the only place that knows the engines.
func openStore(ctx context.Context, url string, getenv func(string) string, h hooks) (group.Store, error) {
	if url == "" {
		path, err := defaultPath(runtime.GOOS, getenv)
		if err != nil {
			return nil, err
		}
		return openSQLite(ctx, path, h)
	}
	scheme, rest, _ := strings.Cut(url, ":")
	switch scheme {
	case "sqlite":
		if rest == "" {
			return nil, &usageError{"--store sqlite: names no file; write sqlite:PATH"}
		}
		return openSQLite(ctx, rest, h)
	case "memory":
		if rest != "" {
			return nil, &usageError{"--store memory: takes no path"}
		}
		return memory.Open(), nil
	case "postgres", "postgresql":
		s, err := postgres.Open(ctx, url, postgres.WithLogger(h.log), postgres.WithOnCommit(h.onCommit))
		if errors.Is(err, postgres.ErrURL) {
			return nil, &usageError{"--store: " + err.Error()}
		}
		return opened(s, err)
	default: // which may be a URL with a password in it
		return nil, &usageError{"--store has to be sqlite:PATH, postgres://... or memory:"}
	}
}

func openSQLite(ctx context.Context, path string, h hooks) (group.Store, error) {
	return opened(sqlite.Open(ctx, path, sqlite.WithLogger(h.log), sqlite.WithOnCommit(h.onCommit)))
}

// opened is what an engine's Open returned, without an engine where it failed.
func opened[S group.Store](s S, err error) (group.Store, error) {
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return s, nil
}

// kept refuses the memory engine where a command ends at once, and what it did with it.
func kept(url *string, open opener) opener {
	return func(ctx context.Context) (group.Store, error) {
		if *url == memoryURL {
			return nil, &usageError{"--store memory: is for serve only: nothing of it outlives the command"}
		}
		return open(ctx)
	}
}

// defaultPath is where a system keeps data of a user's programs.
func defaultPath(goos string, getenv func(string) string) (string, error) {
	var dir string
	switch goos {
	case "windows":
		dir = getenv("LOCALAPPDATA")
	case "darwin", "ios":
		if home := getenv("HOME"); home != "" {
			dir = filepath.Join(home, "Library", "Application Support")
		}
	default:
		// The specification asks to ignore a relative path: https://specifications.freedesktop.org/basedir-spec/
		if dir = getenv("XDG_DATA_HOME"); !filepath.IsAbs(dir) {
			dir = ""
			if home := getenv("HOME"); home != "" {
				dir = filepath.Join(home, ".local", "share")
			}
		}
	}
	if dir == "" {
		return "", errors.New("there is no data directory for this user; use --store sqlite:PATH")
	}
	return filepath.Join(dir, "oxgroups", "oxgroups.db"), nil
}

// with opens the store, runs do on it, and closes it whatever happened.
func with(ctx context.Context, open opener, do func(group.Store) error) (err error) {
	store, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := store.Close(); closeErr != nil {
			err = errors.Join(err, fmt.Errorf("close the store: %w", closeErr))
		}
	}()
	return do(store)
}
