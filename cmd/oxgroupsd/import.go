package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

func newImport(io stdio, open opener) *cobra.Command {
	var account int64
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Load workspace groups and what belongs to them from a document",
		Long: `Load a document as the API returns it (and export writes it) from a file, or from standard input where FILE
is "-". An object with an id that the account has is replaced. All of the document is loaded or nothing.`,
		Example: "  oxgroupsd import groups.json --store sqlite:groups.db",
		Args:    cobra.ExactArgs(1),
	}
	addAccount(cmd, &account)
	cmd.RunE = action(func(cmd *cobra.Command, args []string) error {
		return importFile(cmd.Context(), args[0], account, io, open)
	})
	return cmd
}

// addAccount adds the flag that import and export have in common.
func addAccount(cmd *cobra.Command, account *int64) {
	cmd.Flags().Int64Var(account, "account", 1, "id of the account")
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if *account < 1 {
			return &usageError{"--account has to be 1 or more"}
		}
		return nil
	}
}

// importFile reads and checks the document before it touches the store.
func importFile(ctx context.Context, name string, account int64, std stdio, open opener) error {
	data, err := readInput(name, std.in)
	if err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	var doc model.WorkspaceGroupDocument
	if err := validator.DecodeWorkspaceGroupDocument(data, &doc); err != nil {
		return describe(name, err)
	}
	err = with(ctx, open, func(store group.Store) error { return store.Import(ctx, account, &doc) })
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(std.err, "imported %d workspace groups into account %d\n", len(doc.WorkspaceGroups), account)
	return nil
}

func readInput(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// describe names the place and the rule of each violation, one a line.
func describe(name string, err error) error {
	var list validate.Violations
	if !errors.As(err, &list) {
		return fmt.Errorf("%s is not a document: %w", name, err)
	}
	lines := make([]string, len(list))
	for i, v := range list {
		place := v.Pointer
		if place == "" {
			place = "the document"
		}
		lines[i] = fmt.Sprintf("  %s: %s (%s)", place, v.Message, v.Rule)
	}
	return fmt.Errorf("%s is not a document:\n%s", name, strings.Join(lines, "\n"))
}
