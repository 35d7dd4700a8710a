package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/oxgroups/internal/profile"
)

// The environment variables of the command line, beside those of the client.
const (
	envProfile   = "OXGROUPS_PROFILE"
	envConfigDir = "OXGROUPS_CONFIG_DIR"
)

// How long a keyring may take: one that asks for a password waits for a person, if there is one.
const (
	keyringPatience         = 5 * time.Second
	keyringPatienceOnScreen = time.Minute
)

// connection decides where requests go and with which token: from flags, the environment and the stored profiles, in this
// order, for URL and token each on its own. The token of a profile goes to the URL of that profile only.
type connection struct {
	sys     system
	url     string // --url
	profile string // --profile
}

func (c *connection) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&c.url, "url", "", "where the API is (default $OXGROUPS_URL, the profile's, or "+client.DefaultBaseURL+")")
	flags.StringVar(&c.profile, "profile", "", "the `name` of the profile to use (default $OXGROUPS_PROFILE, or the default profile)")
}

// account is what was decided.
type account struct {
	profile   *profile.Profile // nil: none is used
	url       string
	urlFrom   string
	token     string // from the environment
	otherwise string       // why there is no profile to take a token from
}

// client returns a client for the account, with further options. Without needToken it may have no token.
func (c *connection) client(ctx context.Context, needToken bool, more ...client.Option) (*client.Client, error) {
	a, err := c.account()
	if err != nil {
		return nil, err
	}
	token := a.token
	if needToken && token == "" {
		if token, err = c.storedToken(ctx, a); err != nil {
			return nil, err
		}
	}
	opts := []client.Option{client.WithBaseURL(a.url), client.WithToken(token), client.WithUserAgent("oxgroups/" + version())}
	api, err := client.New(append(opts, more...)...)
	if err != nil {
		return nil, &usageError{err}
	}
	return api, nil
}

// account decides all but the token of the profile, which the keyring may have to be asked for.
func (c *connection) account() (account, error) {
	a := account{token: c.sys.getenv(client.EnvToken)}
	a.url, a.urlFrom = c.givenURL()
	if name := c.profileName(); name != "" || a.token == "" || a.url == "" {
		if err := c.choose(&a, name); err != nil {
			return a, err
		}
	}
	switch {
	case a.url != "":
	case a.profile != nil:
		a.url, a.urlFrom = a.profile.URL, "profile"
	default:
		a.url, a.urlFrom = client.DefaultBaseURL, "default"
	}
	return a, nil
}

// givenURL returns the URL of the flag or the environment and which of them it is, or "".
func (c *connection) givenURL() (base, from string) {
	if c.url != "" {
		return c.url, "--url"
	}
	return c.sys.getenv(client.EnvURL), client.EnvURL
}

// profileName returns the name that was given, or "".
func (c *connection) profileName() string { return cmp.Or(c.profile, c.sys.getenv(envProfile)) }

// choose finds the profile called name, or the default one where name is "".
func (c *connection) choose(a *account, name string) error {
	profiles, err := c.profiles()
	if err != nil {
		return fmt.Errorf("reading the profiles: %w", err)
	}
	var known []string
	for i, p := range profiles {
		if p.Name == name || name == "" && p.Default {
			a.profile = &profiles[i]
			return nil
		}
		known = append(known, p.Name)
	}
	switch {
	case name != "":
		return unknownProfile(name, known)
	case len(known) > 0:
		a.otherwise = "no profile is the default; name one with --profile or run \"oxgroups auth switch\""
	}
	return nil
}

// unknownProfile does not repeat the name: it may be a token in the wrong place.
func unknownProfile(name string, known []string) error {
	if err := profile.CheckName(name); err != nil {
		return &usageError{err}
	}
	if len(known) == 0 {
		return usagef(`there is no such profile, and no other; "oxgroups auth login --profile NAME" makes one`)
	}
	return usagef("there is no such profile%s", nearest.HintOrAll(name, known))
}

// storedToken returns the token of the profile, if it is one for the URL.
func (c *connection) storedToken(ctx context.Context, a account) (string, error) {
	if a.profile == nil {
		if a.otherwise != "" {
			return "", &noTokenError{errors.New(a.otherwise)}
		}
		return "", client.ErrNoToken
	}
	if err := a.mismatch(); err != nil {
		return "", err
	}
	store, err := c.store()
	if err != nil {
		return "", err
	}
	text, err := store.Token(ctx, a.profile.Name)
	if err != nil {
		return "", &noTokenError{fmt.Errorf("the token of profile %q cannot be had: %w; set %s or log in again", a.profile.Name, err, client.EnvToken)}
	}
	return text, nil
}

// mismatch returns an error where the profile's token is for another URL than the one that was given.
func (a *account) mismatch() error {
	if a.profile == nil || a.token != "" || profile.SameURL(a.profile.URL, a.url) {
		return nil
	}
	return usagef("the token of profile %q is for %s and is not sent to the URL of %s; use a profile of that URL, or set %s",
		a.profile.Name, a.profile.URL, a.urlFrom, client.EnvToken)
}

func (c *connection) profiles() ([]profile.Profile, error) {
	store, err := c.store()
	if err != nil {
		if c.sys.getenv(envProfile) == "" && c.profile == "" {
			return nil, nil // a user without a home has none
		}
		return nil, err
	}
	return store.List()
}

// store returns the profiles of the user.
func (c *connection) store() (*profile.Store, error) {
	dir := c.sys.getenv(envConfigDir)
	if dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return nil, fmt.Errorf("%w; set %s", err, envConfigDir)
		}
		dir = filepath.Join(base, "oxgroups")
	}
	patience := keyringPatience
	if c.sys.screen(c.sys.stderr).terminal {
		patience = keyringPatienceOnScreen
	}
	return &profile.Store{Dir: dir, Keyring: profile.SystemKeyring(c.sys.getenv, patience)}, nil
}
