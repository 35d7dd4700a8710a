package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

func newExport(std stdio, open opener) *cobra.Command {
	var account int64
	var all bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write all workspace groups of an account and what belongs to them",
		Long: `Write every workspace group of an account with its references, rate card sets and workspaces to standard
output, as one document that import takes. Nothing that is stored of them is left out: fields that replies do not show and
values that do not fit the spec any more are there too. Tokens are not exported. Equal states give equal bytes, and memory
does not grow with the account.

With --all-accounts there is one document for each account, one after the other, each with its account_id; import takes
them as they are.`,
		Example: `  oxgroupsd export --store sqlite:groups.db > groups.json
  oxgroupsd export --all-accounts --store postgres://... | oxgroupsd import - --store sqlite:copy.db`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().Int64Var(&account, "account", 1, "id of the account")
	cmd.Flags().BoolVar(&all, "all-accounts", false, "export all accounts")
	cmd.MarkFlagsMutuallyExclusive("account", "all-accounts")
	cmd.RunE = action(func(cmd *cobra.Command, _ []string) error {
		if account < 1 {
			return &usageError{"--account has to be 1 or more"}
		}
		ctx := cmd.Context()
		return with(ctx, open, func(from group.Store) error {
			if !all {
				return store.WriteDocument(ctx, from, account, false, std.out)
			}
			return exportAll(ctx, from, std)
		})
	})
	return cmd
}

// exportAll writes a document for each account.
func exportAll(ctx context.Context, from group.Store, std stdio) error {
	accounts, err := from.Accounts(ctx)
	if err != nil {
		return fmt.Errorf("list the accounts: %w", err)
	}
	for _, account := range accounts {
		if err := store.WriteDocument(ctx, from, account, true, std.out); err != nil {
			return err
		}
	}
	_, _ = io.WriteString(std.err, fmt.Sprintf("exported %d accounts; tokens are not exported\n", len(accounts)))
	return nil
}
