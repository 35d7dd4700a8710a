package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
)

func newToken(io stdio, open opener) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke the tokens of callers",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return &usageError{"one of create, list and revoke has to follow"}
		},
	}
	cmd.AddCommand(newTokenCreate(io, open), newTokenList(io, open), newTokenRevoke(io, open))
	return cmd
}

func newTokenCreate(io stdio, open opener) *cobra.Command {
	var t group.NewToken
	var workspaces string
	var expires time.Duration
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make a token and print it, once",
		Long: `Make a token and print it on standard output. Only its SHA-256 is stored, so it cannot be shown again. The
account and the user are made if they are not there.`,
		Example: "  oxgroupsd token create --account 1 --user 1 --workspaces 10,11",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().Int64Var(&t.AccountID, "account", 0, "id of the account (required)")
	cmd.Flags().Int64Var(&t.UserID, "user", 0, "id of the user (required)")
	cmd.Flags().StringVar(&workspaces, "workspaces", "all", `workspaces that the token has access to: "all" or ids separated by commas`)
	cmd.Flags().StringVar(&t.Name, "name", "", "what the token is for, in the list of tokens and in the log")
	cmd.Flags().DurationVar(&expires, "expires", 0, "how long the token works, 720h for example (default: until it is revoked)")
	cmd.Flags().Lookup("expires").DefValue = ""
	cmd.Flags().BoolVar(&t.ReadOnly, "read-only", false, "the token may not change anything")
	for _, name := range []string{"account", "user"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // there is no flag of that name
		}
	}
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) error {
		var err error
		if t.Workspaces, err = parseWorkspaces(workspaces); err != nil {
			return err
		}
		if cmd.Flags().Changed("expires") {
			if expires < time.Second {
				return &usageError{"--expires has to be a duration of a second or more, 720h for example"}
			}
			t.ExpiresAt = time.Now().Add(expires)
		}
		return with(cmd.Context(), open, func(store group.Store) error {
			made, secret, err := store.CreateToken(cmd.Context(), t)
			if err != nil {
				return fmt.Errorf("make a token: %w", err)
			}
			_, _ = fmt.Fprintf(io.err, "token %d for user %d of account %d; keep it, it cannot be shown again\n", made.ID, made.UserID, made.AccountID)
			_, err = fmt.Fprintln(io.out, secret)
			return err
		})
	})
	return cmd
}

// parseWorkspaces returns nil for all.
func parseWorkspaces(list string) ([]int64, error) {
	if list == "all" {
		return nil, nil
	}
	ids := []int64{}
	for text := range strings.SplitSeq(list, ",") {
		id, err := parseID(strings.TrimSpace(text))
		if err != nil {
			return nil, &usageError{`--workspaces has to be "all" or ids separated by commas, 10,11 for example`}
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func parseID(text string) (int64, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0, errors.New("not an id")
	}
	return id, nil
}

func newTokenList(std stdio, open opener) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the tokens, revoked and expired ones too, but never a token itself",
		Args:  cobra.NoArgs,
		RunE: action(func(cmd *cobra.Command, _ []string) error {
			return with(cmd.Context(), open, func(store group.Store) error {
				tokens, err := store.Tokens(cmd.Context())
				if err != nil {
					return fmt.Errorf("list the tokens: %w", err)
				}
				return printTokens(std.out, tokens)
			})
		}),
	}
}

func printTokens(out io.Writer, tokens []group.Token) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tACCOUNT\tUSER\tMAY\tWORKSPACES\tNAME\tCREATED\tEXPIRES\tLAST USED\tREVOKED")
	for _, t := range tokens {
		may, reach := "write", "all"
		if t.ReadOnly {
			may = "read"
		}
		if !t.AllWorkspaces {
			reach = strconv.Itoa(t.Workspaces)
		}
		fmt.Fprintf(w, "%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.AccountID, t.UserID, may, reach, cmp.Or(t.Name, "-"),
			date(t.CreatedAt), date(t.ExpiresAt), date(t.LastUsedAt), date(t.RevokedAt))
	}
	return w.Flush() // which returns the error of an earlier write
}

func date(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.RFC3339)
}

func newTokenRevoke(std stdio, open opener) *cobra.Command {
	return &cobra.Command{
		Use:   "revoke ID",
		Short: "End a token",
		Args:  cobra.ExactArgs(1),
		RunE: action(func(cmd *cobra.Command, args []string) error {
			id, err := parseID(args[0])
			if err != nil {
				return &usageError{"ID has to be the number that list shows"}
			}
			return with(cmd.Context(), open, func(store group.Store) error {
				if err := store.RevokeToken(cmd.Context(), id); err != nil {
					if group.CodeOf(err) == group.NotFound {
						return fmt.Errorf("there is no token %d", id)
					}
					return fmt.Errorf("revoke token %d: %w", id, err)
				}
				_, _ = fmt.Fprintf(std.err, "token %d is revoked\n", id)
				return nil
			})
		}),
	}
}
