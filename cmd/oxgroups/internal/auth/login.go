// Package auth has the commands that keep access tokens: login, status, switch, logout and token.
package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// NewCmd returns the command with those below it.
func NewCmd(out console.IO) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Log in and out, and choose between accounts",
		Long: `Keep access tokens, so that commands find them.

A profile is an account: the URL of an API and a token for it. The token is
kept in the keyring of the operating system. Where there is none it goes into
a file that only you can read; login says which it is. A profile's token is
never sent to another URL than the profile's.

OXGROUPS_TOKEN and OXGROUPS_URL win over what is stored.`,
	}
	cmd.AddCommand(newLogin(out), newStatus(out), newSwitch(out), newLogout(out), newToken(out))
	return cmd
}

// LoginOptions are one run of `oxgroups auth login`.
type LoginOptions struct {
	account.Connection
	Default   bool
	NoKeyring bool
}

func newLogin(out console.IO) *cobra.Command {
	o := &LoginOptions{Connection: account.Connection{IO: out}}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Store an access token, read from stdin",
		Long: `Store an access token. On a terminal it is asked for and not shown; else it is
the one line on stdin. It is never taken from an argument, where other users
and the shell's history would see it.

The token is not tried out: the API has no call that checks one without
changing something. The first update shows whether it is good.`,
		Example: `  oxgroups auth login
  oxgroups auth login < token.txt
  oxgroups auth login --profile test --url http://127.0.0.1:8080/api/v1`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	o.AddFlags(cmd)
	flags.BoolVar(&o.Default, "default", false, "make it the default profile; the first one is")
	flags.BoolVar(&o.NoKeyring, "no-keyring", false, "use the file even if there is a keyring")
	return cmd
}

func (o *LoginOptions) run(ctx context.Context) error {
	p, before, err := o.target()
	if err != nil {
		return err
	}
	store, err := o.Store()
	if err != nil {
		return err
	}
	if o.NoKeyring {
		store.Keyring = nil
	}
	token, err := readToken(ctx, o.IO, fmt.Sprintf("Access token for %s (it is not shown): ", console.Printable(p.URL)))
	if err != nil {
		return err
	}
	saved, fallback, err := store.Save(ctx, p, token)
	if err != nil {
		return fmt.Errorf("storing the token: %w", err)
	}
	o.confirm(saved, before, store.Path(), fallback)
	return nil
}

// target returns the profile that is logged in to, and what it was before, if it was there.
func (o *LoginOptions) target() (p account.Profile, before *account.Profile, err error) {
	profiles, err := o.Profiles()
	if err != nil {
		return p, nil, fmt.Errorf("reading the profiles: %w", err)
	}
	p = account.Profile{Name: o.ProfileName(), URL: client.DefaultBaseURL, Default: o.Default}
	if p.Name == "" {
		p.Name = account.DefaultName
		for _, known := range profiles {
			if known.Default {
				p.Name = known.Name
			}
		}
	}
	if err := account.CheckName(p.Name); err != nil {
		return p, nil, console.Mark(err, console.ErrUsage)
	}
	for i, known := range profiles {
		if known.Name == p.Name {
			before, p.URL = &profiles[i], known.URL
		}
	}
	if base, _ := o.GivenURL(); base != "" {
		p.URL = base
	}
	if err := o.check(p.URL); err != nil {
		return p, nil, err
	}
	if before != nil && !account.SameURL(before.URL, p.URL) && o.ProfileName() == "" {
		return p, nil, console.Usagef("profile %q is for %s; name it with --profile if it shall be for another URL, or a new one", p.Name, before.URL)
	}
	return p, before, nil
}

// check asks the client whether it would take the URL.
func (o *LoginOptions) check(base string) error {
	opts := []client.Option{client.WithBaseURL(base)}
	if o.Plain {
		opts = append(opts, client.WithPlainHTTP())
	}
	if _, err := client.New(opts...); err != nil {
		return console.Mark(err, console.ErrUsage)
	}
	return nil
}

func (o *LoginOptions) confirm(p account.Profile, before *account.Profile, path string, fallback error) {
	place := "in the keyring"
	if fallback != nil {
		place = "in " + path + ", which only you can read"
	}
	o.IO.Say("The token of profile %q for %s is %s.", p.Name, p.URL, place)
	if fallback != nil && !o.NoKeyring {
		o.IO.Say("The keyring was not used: %v.", fallback)
	}
	if before != nil && !account.SameURL(before.URL, p.URL) {
		o.IO.Say("The profile was for %s before.", before.URL)
	}
	if !p.Default {
		o.IO.Say("It is used with --profile %s; \"oxgroups auth switch %s\" makes it the default.", p.Name, p.Name)
	}
	if o.IO.Getenv(client.EnvToken) != "" {
		o.IO.Say("%s is set and wins over it.", client.EnvToken)
	}
	o.IO.Say("It was not tried out: the API has no call that checks a token without changing something.")
}

// maxToken bounds what is read as a token, in bytes.
const maxToken = 64 << 10

// readToken reads a token from stdin: with a prompt and without an echo from a terminal, else the one line that is there.
func readToken(ctx context.Context, from console.IO, prompt string) (string, error) {
	var token string
	if fd, ok := console.Terminal(from.In); ok {
		text, err := readPassword(ctx, from, fd, prompt)
		if err != nil {
			return "", err
		}
		token = text
	} else {
		text, err := console.ReadAll(ctx, from.In, maxToken)
		if err != nil {
			return "", fmt.Errorf("reading the token from stdin: %w", err)
		}
		token = strings.TrimRight(string(text), "\r\n")
	}
	if token == "" {
		return "", console.Usagef("stdin has no token")
	}
	if _, err := client.New(client.WithToken(token)); err != nil {
		return "", console.Mark(err, console.ErrUsage)
	}
	return token, nil
}

// readPassword asks for a line that the terminal does not show. The terminal is as it was afterwards, also after a signal.
func readPassword(ctx context.Context, from console.IO, fd int, prompt string) (string, error) {
	before, err := term.MakeRaw(fd)
	if err != nil {
		return "", fmt.Errorf("preparing the terminal: %w", err)
	}
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{from.In, from.Err}, "")
	text, err := console.Interruptible(ctx, func() (string, error) { return screen.ReadPassword(prompt) })
	if err = errors.Join(err, term.Restore(fd, before)); err != nil {
		_, _ = io.WriteString(from.Err, "\n")
	}
	if errors.Is(err, io.EOF) { // Ctrl-C
		err = console.ErrInterrupted
	}
	return text, err
}
