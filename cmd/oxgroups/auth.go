package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/cmd/oxgroups/internal/profile"
)

func newAuth(sys system) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Log in and out, and choose between accounts",
		Long: `Keep access tokens, so that commands find them.

A profile is an account: the URL of an API and a token for it. The token is
kept in the keyring of the operating system. Where there is none it goes into
a file that only you can read; login says which it is. A profile's token is
never sent to another URL than the profile's.

OXGROUPS_TOKEN and OXGROUPS_URL win over what is stored.`,
		Args: noSuchCommand,
		RunE: showHelp,
	}
	cmd.AddCommand(newLogin(sys), newStatus(sys), newSwitch(sys), newLogout(sys))
	return cmd
}

// say writes a line for people.
func (s system) say(format string, args ...any) {
	_, _ = fmt.Fprintln(s.stderr, printable(fmt.Sprintf(format, args...)))
}

// login is one run of `oxgroups auth login`.
type login struct {
	connection
	makeDefault bool
	noKeyring   bool
}

func newLogin(sys system) *cobra.Command {
	l := &login{connection: connection{sys: sys}}
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
		Args: arguments(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	l.addFlags(flags)
	must(cmd.RegisterFlagCompletionFunc("profile", l.completeProfile))
	flags.BoolVar(&l.makeDefault, "default", false, "make it the default profile; the first one is")
	flags.BoolVar(&l.noKeyring, "no-keyring", false, "use the file even if there is a keyring")
	return cmd
}

func (l *login) run(ctx context.Context) error {
	p, before, err := l.target()
	if err != nil {
		return err
	}
	store, err := l.store()
	if err != nil {
		return err
	}
	if l.noKeyring {
		store.Keyring = nil
	}
	token, err := readToken(ctx, l.sys, fmt.Sprintf("Access token for %s (it is not shown): ", printable(p.URL)))
	if err != nil {
		return err
	}
	saved, fallback, err := store.Save(ctx, p, token)
	if err != nil {
		return fmt.Errorf("storing the token: %w", err)
	}
	l.confirm(saved, before, store.Path(), fallback)
	return nil
}

// target returns the profile that is logged in to, and what it was before, if it was there.
func (l *login) target() (p profile.Profile, before *profile.Profile, err error) {
	profiles, err := l.profiles()
	if err != nil {
		return p, nil, fmt.Errorf("reading the profiles: %w", err)
	}
	p = profile.Profile{Name: l.profileName(), URL: client.DefaultBaseURL, Default: l.makeDefault}
	if p.Name == "" {
		p.Name = profile.DefaultName
		for _, known := range profiles {
			if known.Default {
				p.Name = known.Name
			}
		}
	}
	if err := profile.CheckName(p.Name); err != nil {
		return p, nil, &usageError{err}
	}
	for i, known := range profiles {
		if known.Name == p.Name {
			before, p.URL = &profiles[i], known.URL
		}
	}
	if base, _ := l.givenURL(); base != "" {
		p.URL = base
	}
	if _, err := client.New(client.WithBaseURL(p.URL)); err != nil {
		return p, nil, &usageError{err}
	}
	if before != nil && !profile.SameURL(before.URL, p.URL) && l.profileName() == "" {
		return p, nil, usagef("profile %q is for %s; name it with --profile if it shall be for another URL, or a new one", p.Name, before.URL)
	}
	return p, before, nil
}

func (l *login) confirm(p profile.Profile, before *profile.Profile, path string, fallback error) {
	place := "in the keyring"
	if fallback != nil {
		place = "in " + path + ", which only you can read"
	}
	l.sys.say("The token of profile %q for %s is %s.", p.Name, p.URL, place)
	if fallback != nil && !l.noKeyring {
		l.sys.say("The keyring was not used: %v.", fallback)
	}
	if before != nil && !profile.SameURL(before.URL, p.URL) {
		l.sys.say("The profile was for %s before.", before.URL)
	}
	if !p.Default {
		l.sys.say("It is used with --profile %s; \"oxgroups auth switch %s\" makes it the default.", p.Name, p.Name)
	}
	if l.sys.getenv(client.EnvToken) != "" {
		l.sys.say("%s is set and wins over it.", client.EnvToken)
	}
	l.sys.say("It was not tried out: the API has no call that checks a token without changing something.")
}

// logout is one run of `oxgroups auth logout`.
type logout struct {
	connection
	all bool
}

func newLogout(sys system) *cobra.Command {
	l := &logout{connection: connection{sys: sys}}
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Forget a profile and its token",
		Long: `Forget a profile and its token. The token goes on being good: only those who
run the API can revoke it.`,
		Example: `  oxgroups auth logout
  oxgroups auth logout --profile test`,
		Args: arguments(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return l.run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&l.profile, "profile", "", "the `name` of the profile (default $OXGROUPS_PROFILE, or the default profile)")
	must(cmd.RegisterFlagCompletionFunc("profile", l.completeProfile))
	cmd.Flags().BoolVar(&l.all, "all", false, "forget every profile")
	return cmd
}

func (l *logout) run(ctx context.Context) error {
	names, err := l.names()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		l.sys.say("You are not logged in.")
	}
	store, err := l.store()
	if err != nil && len(names) > 0 {
		return err
	}
	for _, name := range names {
		if err := store.Remove(ctx, name); err != nil {
			return fmt.Errorf("profile %q was not forgotten: %w", name, err)
		}
		l.sys.say("Profile %q is forgotten. Its token goes on being good until it is revoked where it was made.", name)
	}
	if l.sys.getenv(client.EnvToken) != "" {
		l.sys.say("%s is still set.", client.EnvToken)
	}
	return nil
}

// names returns the profiles to forget.
func (l *logout) names() ([]string, error) {
	if l.all {
		profiles, err := l.profiles()
		var all []string
		for _, p := range profiles {
			all = append(all, p.Name)
		}
		return all, err
	}
	var a account
	if err := l.choose(&a, l.profileName()); err != nil {
		return nil, err
	}
	if a.otherwise != "" {
		return nil, &usageError{errors.New(a.otherwise)}
	}
	if a.profile == nil {
		return nil, nil
	}
	return []string{a.profile.Name}, nil
}

func newSwitch(sys system) *cobra.Command {
	c := &connection{sys: sys}
	return &cobra.Command{
		Use:               "switch PROFILE",
		Short:             "Make a profile the default",
		Long:              "Make a profile the one that commands use which name none.",
		Example:           "  oxgroups auth switch test",
		Args:              arguments(1, "the name of one profile"),
		ValidArgsFunction: c.completeProfile,
		RunE: func(_ *cobra.Command, args []string) error {
			c.profile = args[0]
			var a account
			if err := c.choose(&a, c.profile); err != nil {
				return err
			}
			store, err := c.store()
			if err != nil {
				return err
			}
			if err := store.SetDefault(a.profile.Name); err != nil {
				return err
			}
			sys.say("Profile %q for %s is the default now.", a.profile.Name, a.profile.URL)
			return nil
		},
	}
}
