package main

import (
	"context"
	"encoding/json"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/cmd/oxgroups/internal/profile"
)

// status is one run of `oxgroups auth status`.
type status struct {
	connection
	json bool
}

// statusReport is what it prints: which account a command would use now, and the profiles there are.
type statusReport struct {
	URL       string                   `json:"url"`
	URLFrom   string                   `json:"url_from"` // --url, OXGROUPS_URL, profile or default
	Profile   *string                  `json:"profile"`
	TokenFrom *string                  `json:"token_from"` // OXGROUPS_TOKEN, keyring or file
	Problem   *string                  `json:"problem"`
	Profiles  map[string]statusProfile `json:"profiles"`
}

type statusProfile struct {
	Name      string `json:"name"`
	Default   bool   `json:"default"`
	URL       string `json:"url"`
	TokenFrom string `json:"token_from"`
}

func newStatus(sys system) *cobra.Command {
	s := &status{connection: connection{sys: sys}}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show which account is used, and where its token is from",
		Long: `Show which URL and token a command would use now, where each is from, and all
profiles. A token is never shown, and not tried out: the API has no call that
checks one without changing something.

The exit code is 4 if there is no token.`,
		Example: `  oxgroups auth status
  oxgroups auth status --profile test --json`,
		Args: arguments(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	s.addFlags(flags)
	must(cmd.RegisterFlagCompletionFunc("profile", s.completeProfile))
	flags.BoolVar(&s.json, "json", false, "print it as JSON")
	return cmd
}

func (s *status) run(ctx context.Context) error {
	a, err := s.account()
	if err != nil {
		return err
	}
	if _, err := client.New(client.WithBaseURL(a.url)); err != nil {
		return &usageError{err}
	}
	profiles, err := s.profiles()
	if err != nil {
		return err
	}
	result := statusReport{URL: a.url, URLFrom: a.urlFrom, Profiles: map[string]statusProfile{}}
	for _, p := range profiles {
		result.Profiles[p.Name] = statusProfile{p.Name, p.Default, p.URL, place(p)}
	}
	if a.profile != nil {
		result.Profile = &a.profile.Name
	}
	missing := s.findToken(ctx, a, &result)
	if err := s.print(ctx, result); err != nil {
		return err
	}
	return missing
}

// findToken says in the report where the token is from. It returns an error if there is none to send.
func (s *status) findToken(ctx context.Context, a account, result *statusReport) error {
	if a.token != "" {
		result.TokenFrom = ptr(client.EnvToken)
		return nil
	}
	if _, err := s.storedToken(ctx, a); err != nil {
		heading, _ := describe(ctx, err)
		result.Problem = &heading
		return err
	}
	result.TokenFrom = ptr(place(*a.profile))
	return nil
}

func ptr(s string) *string { return &s }

func place(p profile.Profile) string {
	if p.Keyring {
		return "keyring"
	}
	return "file"
}

func (s *status) print(ctx context.Context, result statusReport) error {
	data, err := json.Marshal(result)
	if err != nil {
		return err
	}
	show := renderStatus
	if s.json {
		show = renderJSON
	}
	return show(ctx, s.sys.stdout, s.sys.screen(s.sys.stdout), data)
}

// renderStatus writes the account in a line for each field and the profiles below it.
func renderStatus(_ context.Context, w io.Writer, to screen, document []byte) error {
	doc, err := parseObject(document)
	if err != nil {
		return err
	}
	at := doc.index("profiles")
	rows, _ := parseRows(doc[at].value)
	return sheet{objects: []object{slices.Delete(doc, at, at+1)}, tables: []table{{"profiles", rows}}}.write(w, to)
}
