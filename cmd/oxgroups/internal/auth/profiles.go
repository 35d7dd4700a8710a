package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// LogoutOptions are one run of `oxgroups auth logout`.
type LogoutOptions struct {
	account.Connection
	All bool
}

func newLogout(out console.IO) *cobra.Command {
	o := &LogoutOptions{Connection: account.Connection{IO: out}}
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Forget a profile and its token",
		Long: `Forget a profile and its token. The token goes on being good: only those who
run the API can revoke it.`,
		Example: `  oxgroups auth logout
  oxgroups auth logout --profile test`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	o.AddProfileFlag(cmd)
	cmd.Flags().BoolVar(&o.All, "all", false, "forget every profile")
	return cmd
}

func (o *LogoutOptions) run(ctx context.Context) error {
	names, err := o.names()
	if err != nil {
		return err
	}
	if len(names) == 0 {
		o.IO.Say("You are not logged in.")
	}
	store, err := o.Store()
	if err != nil && len(names) > 0 {
		return err
	}
	for _, name := range names {
		if err := store.Remove(ctx, name); err != nil {
			return fmt.Errorf("profile %q was not forgotten: %w", name, err)
		}
		o.IO.Say("Profile %q is forgotten. Its token goes on being good until it is revoked where it was made.", name)
	}
	if o.IO.Getenv(client.EnvToken) != "" {
		o.IO.Say("%s is still set.", client.EnvToken)
	}
	return nil
}

// names returns the profiles to forget.
func (o *LogoutOptions) names() ([]string, error) {
	if o.All {
		profiles, err := o.Profiles()
		var all []string
		for _, p := range profiles {
			all = append(all, p.Name)
		}
		return all, err
	}
	var a account.Account
	if err := o.Choose(&a, o.ProfileName()); err != nil {
		return nil, err
	}
	if why := a.NoDefault(); why != "" {
		return nil, console.Mark(errors.New(why), console.ErrUsage)
	}
	if a.Profile == nil {
		return nil, nil
	}
	return []string{a.Profile.Name}, nil
}

func newSwitch(out console.IO) *cobra.Command {
	c := &account.Connection{IO: out}
	return &cobra.Command{
		Use:               "switch PROFILE",
		Short:             "Make a profile the default",
		Long:              "Make a profile the one that commands use which name none.",
		Example:           "  oxgroups auth switch test",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: c.CompleteProfile,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := account.CheckName(args[0]); err != nil {
				return console.Mark(err, console.ErrUsage)
			}
			var a account.Account
			if err := c.Choose(&a, args[0]); err != nil {
				return err
			}
			store, err := c.Store()
			if err != nil {
				return err
			}
			if err := store.SetDefault(a.Profile.Name); err != nil {
				return err
			}
			out.Say("Profile %q for %s is the default now.", a.Profile.Name, a.Profile.URL)
			return nil
		},
	}
}

func newToken(out console.IO) *cobra.Command {
	c := &account.Connection{IO: out}
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Print the access token",
		Long: `Print the access token that a command would use now, for other programs:
OXGROUPS_TOKEN, or that of the profile. Whoever has it can do what you can.`,
		Example: `  curl -H "Authorization: Bearer $(oxgroups auth token)" ...`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := c.Account()
			if err != nil {
				return err
			}
			token := a.EnvToken
			if token == "" {
				if token, err = c.StoredToken(cmd.Context(), a); err != nil {
					return err
				}
			}
			_, err = io.WriteString(out.Out, token+"\n")
			return err
		},
	}
	c.AddFlags(cmd)
	return cmd
}

// StatusOptions are one run of `oxgroups auth status`.
type StatusOptions struct {
	account.Connection
	JSON bool
}

// status is what it prints: which account a command would use now, and the profiles there are.
type status struct {
	URL       string                     `json:"url"`
	URLFrom   string                     `json:"url_from"` // --url, OXGROUPS_URL, profile or default
	Profile   *string                    `json:"profile"`
	TokenFrom *string                    `json:"token_from"` // OXGROUPS_TOKEN, keyring or file
	Problem   *string                    `json:"problem"`
	Profiles  map[string]account.Profile `json:"profiles"`
}

func newStatus(out console.IO) *cobra.Command {
	o := &StatusOptions{Connection: account.Connection{IO: out}}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show which account is used, and where its token is from",
		Long: `Show which URL and token a command would use now, where each is from, and all
profiles. A token is never shown, and not tried out: the API has no call that
checks one without changing something.

The exit code is 4 if there is no token.`,
		Example: `  oxgroups auth status
  oxgroups auth status --profile test --json`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	o.AddFlags(cmd)
	flags.BoolVar(&o.JSON, "json", false, "print it as JSON")
	return cmd
}

func (o *StatusOptions) run(ctx context.Context) error {
	a, err := o.Account()
	if err != nil {
		return err
	}
	if _, err := o.Client(ctx, a, false); err != nil {
		return err
	}
	profiles, err := o.Profiles()
	if err != nil {
		return err
	}
	result := status{URL: a.URL, URLFrom: a.URLFrom, Profiles: map[string]account.Profile{}}
	for _, p := range profiles {
		result.Profiles[p.Name] = p
	}
	if a.Profile != nil {
		result.Profile = &a.Profile.Name
	}
	missing := o.findToken(ctx, a, &result)
	data, err := json.Marshal(result)
	if err != nil {
		return err
	}
	show := console.ShowStatus
	if o.JSON {
		show = console.ShowDocument
	}
	if err := show(o.IO, data); err != nil {
		return err
	}
	if missing != nil && o.JSON {
		return console.Mark(missing, console.ErrPrinted)
	}
	return missing
}

// findToken says in the result where the token is from. It returns an error if there is none to send.
func (o *StatusOptions) findToken(ctx context.Context, a account.Account, result *status) error {
	from := client.EnvToken
	if a.EnvToken == "" {
		if _, err := o.StoredToken(ctx, a); err != nil {
			message := console.NewReport(ctx, err).Message
			result.Problem = &message
			return err
		}
		from = a.Profile.TokenFrom
	}
	result.TokenFrom = &from
	return nil
}
