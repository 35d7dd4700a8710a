package account_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"example.com/oxgroups/cmd/oxgroups/internal/account"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const url = "https://api.example/api/v1"

// memory is a keyring that can be made to fail.
type memory struct {
	fail   error
	tokens map[string]string
}

func newMemory() *memory { return &memory{tokens: map[string]string{}} }

func (k *memory) Get(_ context.Context, name, url string) (string, error) {
	token, ok := k.tokens[name+" "+url]
	if k.fail == nil && !ok {
		return "", account.ErrNoToken
	}
	return token, k.fail
}

func (k *memory) Set(_ context.Context, name, url, token string) error {
	if k.fail == nil {
		k.tokens[name+" "+url] = token
	}
	return k.fail
}

func (k *memory) Delete(_ context.Context, name, url string) error {
	if k.fail == nil {
		delete(k.tokens, name+" "+url)
	}
	return k.fail
}

func save(t *testing.T, s *account.Store, p account.Profile, token string) (account.Profile, error) {
	t.Helper()
	saved, fallback, err := s.Save(t.Context(), p, token)
	if err != nil {
		t.Fatal(err)
	}
	return saved, fallback
}

func wantToken(t *testing.T, s *account.Store, name, want string) {
	t.Helper()
	if got, err := s.Token(t.Context(), name); err != nil || got != want {
		t.Errorf("token of %s: %q, %v; want %q", name, got, err, want)
	}
}

func fileText(t *testing.T, s *account.Store) string {
	t.Helper()
	data, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestKeyringKeepsTheTokenOutOfTheFile(t *testing.T) {
	k := newMemory()
	s := &account.Store{Dir: filepath.Join(t.TempDir(), "new"), Keyring: k}
	saved, fallback := save(t, s, account.Profile{Name: "work", URL: url}, "secret")
	if want := (account.Profile{Name: "work", URL: url, TokenFrom: account.InKeyring, Default: true}); saved != want || fallback != nil {
		t.Errorf("got %+v, %v", saved, fallback)
	}
	wantToken(t, s, "work", "secret")
	if strings.Contains(fileText(t, s), "secret") {
		t.Error("the token is in the file")
	}

	// Under another URL there is no token, whatever the file says.
	data := strings.ReplaceAll(fileText(t, s), "api.example", "evil.example")
	if err := os.WriteFile(s.Path(), []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	if token, err := s.Token(t.Context(), "work"); !errors.Is(err, account.ErrNoToken) {
		t.Errorf("got %q, %v, want ErrNoToken", token, err)
	}
}

func TestANewURLLeavesNoTokenBehind(t *testing.T) {
	k := newMemory()
	s := &account.Store{Dir: t.TempDir(), Keyring: k}
	save(t, s, account.Profile{Name: "work", URL: url}, "old")
	save(t, s, account.Profile{Name: "work", URL: url + "/2"}, "new")
	wantToken(t, s, "work", "new")
	if len(k.tokens) != 1 {
		t.Errorf("the keyring has %d tokens, want 1", len(k.tokens))
	}
}

func TestTheFileTakesTheTokenWhereTheKeyringFails(t *testing.T) {
	fail := errors.New("no bus")
	for name, keyring := range map[string]account.Keyring{"none": nil, "broken": &memory{fail: fail}} {
		t.Run(name, func(t *testing.T) {
			s := &account.Store{Dir: filepath.Join(t.TempDir(), "new"), Keyring: keyring}
			saved, fallback := save(t, s, account.Profile{Name: "work", URL: url}, "secret")
			if saved.TokenFrom != account.InFile || fallback == nil || keyring != nil && !errors.Is(fallback, fail) {
				t.Errorf("got %+v, %v", saved, fallback)
			}
			wantToken(t, s, "work", "secret")
			if runtime.GOOS == "windows" {
				return
			}
			for path, want := range map[string]os.FileMode{s.Path(): 0o600, s.Dir: 0o700} {
				if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
					t.Errorf("%s: %v, %v, want mode %o", path, info.Mode(), err, want)
				}
			}
		})
	}
}

// An interrupt while the keyring asks is not a reason to write the token into a file.
func TestAnInterruptedSaveSavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &account.Store{Dir: t.TempDir(), Keyring: &memory{fail: context.Canceled}}
	if _, _, err := s.Save(ctx, account.Profile{Name: "work", URL: url}, "secret"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if list, err := s.List(); len(list) != 0 || err != nil {
		t.Errorf("got %v, %v", list, err)
	}
}

func TestAProfileStaysWhileTheKeyringHasItsToken(t *testing.T) {
	k := newMemory()
	s := &account.Store{Dir: t.TempDir(), Keyring: k}
	save(t, s, account.Profile{Name: "work", URL: url}, "secret")
	k.fail = errors.New("locked")
	if err := s.Remove(t.Context(), "work"); !errors.Is(err, k.fail) {
		t.Errorf("got %v", err)
	}
	k.fail = nil
	wantToken(t, s, "work", "secret")
	if err := s.Remove(t.Context(), "work"); err != nil || len(k.tokens) != 0 {
		t.Errorf("got %v, with %d tokens left", err, len(k.tokens))
	}
	if err := s.Remove(t.Context(), "work"); !errors.Is(err, account.ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
}

func TestDefault(t *testing.T) {
	s := &account.Store{Dir: t.TempDir()}
	save(t, s, account.Profile{Name: "a", URL: url}, "1")
	save(t, s, account.Profile{Name: "b", URL: url}, "2")
	save(t, s, account.Profile{Name: "c", URL: url, Default: true}, "3")
	isDefault := func(want string) {
		t.Helper()
		list, err := s.List()
		got := ""
		for _, p := range list {
			if p.Default {
				got += p.Name
			}
		}
		if err != nil || got != want {
			t.Errorf("the default is %q, %v; want %q", got, err, want)
		}
	}
	isDefault("c")
	if err := s.SetDefault("b"); err != nil {
		t.Error(err)
	}
	isDefault("b")
	if err := s.SetDefault("d"); !errors.Is(err, account.ErrUnknown) {
		t.Errorf("got %v, want ErrUnknown", err)
	}
	if err := s.Remove(t.Context(), "b"); err != nil {
		t.Error(err)
	}
	isDefault("")
}

func TestProcessesSideBySide(t *testing.T) {
	dir := t.TempDir()
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			s := &account.Store{Dir: dir}
			if _, _, err := s.Save(context.Background(), account.Profile{Name: fmt.Sprint("p", i), URL: url}, "x"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	s := &account.Store{Dir: dir}
	if list, err := s.List(); len(list) != 16 || err != nil {
		t.Errorf("%d profiles, %v; want 16", len(list), err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, ".profiles-*")); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"default": true, "a": true, "A_1-b.c": true, strings.Repeat("a", 32): true,
		"": false, "-a": false, ".a": false, "a b": false, "a/b": false, "ä": false, "a\n": false, strings.Repeat("a", 33): false,
	} {
		if err := account.CheckName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestSameURL(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{url, url + "/", true},
		{url, "HTTPS://API.example:443/api/v1", true},
		{"http://[::1]/", "http://[::1]:80", true},
		{url, "http://api.example/api/v1", false},
		{url, "https://api.example:80/api/v1", false},
		{url, "https://api.example:8443/api/v1", false},
		{url, "https://api.example/API/v1", false},
		{url, "https://api.example.evil/api/v1", false},
		{url, "https://api.example/api/v1/x", false},
		{"https://a/b%2Fc", "https://a/b/c", false},
	} {
		if got := account.SameURL(tt.a, tt.b); got != tt.want {
			t.Errorf("%s, %s: %v", tt.a, tt.b, got)
		}
	}
}
