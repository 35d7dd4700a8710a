package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
)

// Errors that a caller may decide on.
var (
	ErrUnknown = errors.New("there is no such profile")
	ErrNoToken = errors.New("the profile has no token")
	// ErrExposed says that others can read or change the file. Nothing is taken from it.
	ErrExposed = errors.New("other users have access to it")
)

// Store has the profiles of one user. Processes may use it side by side.
type Store struct {
	Dir     string  // made when a profile is saved
	Keyring Keyring // nil: there is none
}

// Path returns the file with the profiles.
func (s *Store) Path() string { return filepath.Join(s.Dir, "profiles.json") }

// List returns all profiles by name. It does not ask the keyring.
func (s *Store) List() ([]Profile, error) {
	d, err := s.read()
	return d.list(), err
}

// Token returns the token of a profile. It returns ErrUnknown, ErrNoToken, or an error of the keyring.
func (s *Store) Token(ctx context.Context, name string) (string, error) {
	d, err := s.read()
	if err != nil {
		return "", err
	}
	e, ok := d.Profiles[name]
	switch {
	case !ok:
		return "", ErrUnknown
	case e.Keyring && s.Keyring == nil:
		return "", fmt.Errorf("%w: it was put into a keyring, and there is none here", ErrNoToken)
	case e.Keyring:
		return s.Keyring.Get(ctx, name, e.URL)
	case e.Token == "":
		return "", ErrNoToken
	}
	return e.Token, nil
}

// Save adds a profile with its token, or replaces it. The first one, and one whose Default is set, becomes the default. The
// token goes into the keyring; where that fails it goes into the file, and the cause is returned as fallback.
func (s *Store) Save(ctx context.Context, p Profile, token string) (saved Profile, fallback, err error) {
	if err := CheckName(p.Name); err != nil {
		return p, nil, err
	}
	before, err := s.read() // a file that cannot be used is found before the keyring is changed
	if err != nil {
		return p, nil, err
	}
	e := entry{URL: p.URL, Keyring: true}
	if fallback = s.keep(ctx, p, token); fallback != nil {
		if ctx.Err() != nil {
			return p, nil, fallback
		}
		e = entry{URL: p.URL, Token: token}
	}
	if old := before.Profiles[p.Name]; old.Keyring && old.URL != p.URL && e.Keyring {
		_ = s.Keyring.Delete(ctx, p.Name, old.URL) // nothing leads to it any more
	}
	err = s.change(func(d *document) error {
		if p.Default || len(d.Profiles) == 0 {
			d.Default = p.Name
		}
		d.Profiles[p.Name] = e
		saved = d.profile(p.Name)
		return nil
	})
	return saved, fallback, err
}

func (s *Store) keep(ctx context.Context, p Profile, token string) error {
	if s.Keyring == nil {
		return errNoKeyring
	}
	return s.Keyring.Set(ctx, p.Name, p.URL, token)
}

// Remove forgets a profile and its token. If the keyring does not give the token up, the profile stays, so that it can be
// removed later.
func (s *Store) Remove(ctx context.Context, name string) error {
	d, err := s.read()
	if err != nil {
		return err
	}
	e, ok := d.Profiles[name]
	if !ok {
		return ErrUnknown
	}
	if e.Keyring && s.Keyring == nil {
		return errNoKeyring
	}
	if e.Keyring {
		if err := s.Keyring.Delete(ctx, name, e.URL); err != nil && !errors.Is(err, ErrNoToken) {
			return err
		}
	}
	return s.change(func(d *document) error {
		delete(d.Profiles, name)
		if d.Default == name {
			d.Default = "" // no other account takes its place unasked
		}
		return nil
	})
}

// SetDefault makes name the profile of commands that name none.
func (s *Store) SetDefault(name string) error {
	return s.change(func(d *document) error {
		if _, ok := d.Profiles[name]; !ok {
			return ErrUnknown
		}
		d.Default = name
		return nil
	})
}

// read returns what the file has; a missing file has no profiles.
func (s *Store) read() (document, error) {
	d := document{Profiles: map[string]entry{}}
	file, err := os.Open(s.Path())
	if errors.Is(err, fs.ErrNotExist) {
		return d, nil
	}
	if err != nil {
		return d, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return d, err
	}
	if info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows" { // Windows has no such bits; the directory is the user's
		return d, fmt.Errorf("%s: %w (mode %04o); chmod 600 makes it private", s.Path(), ErrExposed, info.Mode().Perm())
	}
	if err := json.NewDecoder(file).Decode(&d); err != nil {
		return document{}, fmt.Errorf("%s is damaged (its text is not shown, it may have tokens); repair or remove it", s.Path())
	}
	if d.Profiles == nil {
		d.Profiles = map[string]entry{}
	}
	return d, nil
}

// change reads the file, lets edit change it and writes it, while no other process does.
func (s *Store) change(edit func(*document) error) error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	lock := flock.New(filepath.Join(s.Dir, "profiles.lock"), flock.SetPermissions(0o600))
	if err := lock.Lock(); err != nil {
		return err
	}
	defer func() { _ = lock.Close() }()
	d, err := s.read()
	if err != nil {
		return err
	}
	if err := edit(&d); err != nil {
		return err
	}
	data, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(s.Path(), append(data, '\n'))
}

// writeFile puts data into a private file in one step, so that a crash leaves the old one or the new one.
func writeFile(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".profiles-*") // of mode 0600
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}
