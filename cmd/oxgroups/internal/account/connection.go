package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// The environment variables of the command line, beside those of the client.
const (
	EnvProfile   = "OXGROUPS_PROFILE"
	EnvConfigDir = "OXGROUPS_CONFIG_DIR"
)

// How long a keyring may take: one that asks for a password waits for a person, if there is one.
const (
	keyringPatience         = 5 * time.Second
	keyringPatienceOnScreen = time.Minute
)

// Connection decides where requests go and with which token: from flags, the environment and the stored profiles, in this
// order, for URL and token each on its own. The token of a profile goes to the URL of that profile only.
type Connection struct {
	IO      console.IO
	URL     string // --url
	Profile string // --profile
	Plain   bool   // --plain-http
	Debug   string // --debug: "", "true" or "body"
}

// AddFlags adds the flags that say where requests go.
func (c *Connection) AddFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&c.URL, "url", "", "where the API is (default $OXGROUPS_URL, the profile's, or "+client.DefaultBaseURL+")")
	c.AddProfileFlag(cmd)
	flags.BoolVar(&c.Plain, "plain-http", false, "send token and updates to an http:// URL of another machine, where others can read them")
}

// AddProfileFlag adds the flag that names a profile.
func (c *Connection) AddProfileFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.Profile, "profile", "", "the `name` of the profile (default $OXGROUPS_PROFILE, or the default profile)")
	_ = cmd.RegisterFlagCompletionFunc("profile", c.CompleteProfile)
}

// AddDebugFlag adds the flag that shows requests.
func (c *Connection) AddDebugFlag(flags *pflag.FlagSet) {
	flags.StringVar(&c.Debug, "debug", "", "show each request and its reply on stderr, without the token; --debug=body shows the bodies too")
	flags.Lookup("debug").NoOptDefVal = "true"
}

// Account is what was decided.
type Account struct {
	Profile   *Profile // nil: none is used
	URL       string
	URLFrom   string
	EnvToken  string // from the environment; wins over the profile's
	otherwise string // why there is no profile to take a token from
}

// Client returns a client for the account, with further options. Without needToken it may have no token.
func (c *Connection) Client(ctx context.Context, a Account, needToken bool, more ...client.Option) (*client.Client, error) {
	opts := []client.Option{client.WithBaseURL(a.URL), client.WithUserAgent("oxgroups/" + console.Version())}
	if c.Plain {
		opts = append(opts, client.WithPlainHTTP())
	}
	switch c.Debug {
	case "", "false":
	case "true", "body":
		opts = append(opts, client.WithMiddleware(trace(c.IO, c.Debug == "body")))
	default:
		return nil, console.Usagef(`--debug is given alone, or as --debug=body`)
	}
	token := a.EnvToken
	if needToken && token == "" {
		var err error
		if token, err = c.StoredToken(ctx, a); err != nil {
			return nil, err
		}
	}
	if token != "" {
		opts = append(opts, client.WithToken(token))
	}
	api, err := client.New(slices.Concat(opts, more, c.IO.Client)...)
	if err != nil {
		return nil, console.Mark(err, console.ErrUsage)
	}
	return api, nil
}

// Account decides all but the token of the profile, which the keyring may have to be asked for.
func (c *Connection) Account() (Account, error) {
	a := Account{EnvToken: c.IO.Getenv(client.EnvToken)}
	a.URL, a.URLFrom = c.GivenURL()
	if name := c.ProfileName(); name != "" || a.EnvToken == "" || a.URL == "" {
		if err := c.Choose(&a, name); err != nil {
			return a, err
		}
	}
	switch {
	case a.URL != "":
	case a.Profile != nil:
		a.URL, a.URLFrom = a.Profile.URL, "profile"
	default:
		a.URL, a.URLFrom = client.DefaultBaseURL, "default"
	}
	return a, nil
}

// GivenURL returns the URL of the flag or the environment and which of them it is, or "".
func (c *Connection) GivenURL() (base, from string) {
	if c.URL != "" {
		return c.URL, "--url"
	}
	return c.IO.Getenv(client.EnvURL), client.EnvURL
}

// ProfileName returns the name that was given, or "".
func (c *Connection) ProfileName() string { return cmp.Or(c.Profile, c.IO.Getenv(EnvProfile)) }

// Choose finds the profile called name, or the default one where name is "".
func (c *Connection) Choose(a *Account, name string) error {
	profiles, err := c.Profiles()
	if err != nil {
		return fmt.Errorf("reading the profiles: %w", err)
	}
	var known []string
	for i, p := range profiles {
		if p.Name == name || name == "" && p.Default {
			a.Profile = &profiles[i]
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

// NoDefault returns why no profile was chosen although there are some, or "".
func (a Account) NoDefault() string { return a.otherwise }

// unknownProfile does not repeat the name: it may be a token in the wrong place.
func unknownProfile(name string, known []string) error {
	if err := CheckName(name); err != nil {
		return console.Mark(err, console.ErrUsage)
	}
	if len(known) == 0 {
		return console.Usagef(`there is no such profile, and no other; "oxgroups auth login --profile NAME" makes one`)
	}
	return console.Usagef("there is no such profile%s", nearest.HintOrAll(name, known))
}

// StoredToken returns the token of the profile, if it is one for the URL.
func (c *Connection) StoredToken(ctx context.Context, a Account) (string, error) {
	switch {
	case a.Profile == nil && a.otherwise != "":
		return "", console.Mark(errors.New("no token: "+a.otherwise), client.ErrNoToken)
	case a.Profile == nil:
		return "", client.ErrNoToken
	case !SameURL(a.Profile.URL, a.URL):
		return "", console.Usagef("the token of profile %q is for %s and is not sent to the URL of %s; use a profile of that URL, or set %s",
			a.Profile.Name, a.Profile.URL, a.URLFrom, client.EnvToken)
	}
	store, err := c.Store()
	if err != nil {
		return "", err
	}
	token, err := store.Token(ctx, a.Profile.Name)
	if err != nil {
		return "", console.Mark(fmt.Errorf("no token: the token of profile %q cannot be had: %w; set %s or log in again", a.Profile.Name, err, client.EnvToken), client.ErrNoToken)
	}
	return token, nil
}

// Profiles returns the profiles of the user.
func (c *Connection) Profiles() ([]Profile, error) {
	store, err := c.Store()
	if err != nil {
		if c.ProfileName() == "" {
			return nil, nil // a user without a home has none
		}
		return nil, err
	}
	return store.List()
}

// Store returns where the profiles of the user are kept.
func (c *Connection) Store() (*Store, error) {
	dir := c.IO.Getenv(EnvConfigDir)
	if dir == "" {
		base, err := os.UserConfigDir()
		if err != nil {
			return nil, fmt.Errorf("%w; set %s", err, EnvConfigDir)
		}
		dir = filepath.Join(base, "oxgroups")
	}
	patience := keyringPatience
	if c.IO.Screen(c.IO.Err).Terminal {
		patience = keyringPatienceOnScreen
	}
	return &Store{Dir: dir, Keyring: SystemKeyring(c.IO.Getenv, patience)}, nil
}

// CompleteProfile completes the name of a profile. It does not ask the keyring.
func (c *Connection) CompleteProfile(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	profiles, err := c.Profiles()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var all []cobra.Completion
	for _, p := range profiles {
		all = append(all, cobra.CompletionWithDesc(p.Name, p.URL))
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
}
