package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
)

func newImport(std stdio, open opener) *cobra.Command {
	im := importer{std: std, open: open}
	cmd := &cobra.Command{
		Use:   "import FILE|-",
		Short: "Load workspace groups and what belongs to them from a document",
		Long: `Load a document as the API returns it (and export writes it) from a file, or from standard input where FILE
is "-". Of a group its id and name are enough: dates that are missing are the time of the import, lists of ids that are
missing stay as they are. An object with an id that the account has is replaced. All of a document is loaded or nothing.`,
		Example: "  oxgroupsd import groups.json --store sqlite:groups.db",
		Args:    cobra.ExactArgs(1),
	}
	cmd.Flags().Int64Var(&im.account, "account", 0, "id of the account (default: that of an export of all accounts, else 1)")
	cmd.Flags().Lookup("account").DefValue = ""
	cmd.Flags().BoolVar(&im.ignoreUnknown, "ignore-unknown", false, "leave out maps of the document that this version does not know")
	cmd.RunE = action(func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("account") && im.account < 1 {
			return &usageError{"--account has to be 1 or more"}
		}
		return im.run(cmd.Context(), args[0])
	})
	return cmd
}

type importer struct {
	std           stdio
	open          opener
	account       int64 // 0: that of the document
	ignoreUnknown bool
}

// run reads and checks all documents before it touches the store.
func (im *importer) run(ctx context.Context, name string) error {
	data, err := readInput(name, im.std.in)
	if err != nil {
		return fmt.Errorf("read the document: %w", err)
	}
	docs, err := store.ReadDocuments(data, store.ReadOptions{Now: time.Now(), IgnoreUnknown: im.ignoreUnknown})
	if err != nil {
		return describe(name, err)
	}
	return with(ctx, im.open, func(to group.Store) error {
		for _, doc := range docs {
			account := cmp.Or(im.account, doc.Account, 1)
			if err := to.Import(ctx, account, &doc.Contents); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(im.std.err, "imported %d workspace groups into account %d\n", len(doc.Contents[group.GroupKind]), account)
			if doc.Misfits > 0 {
				_, _ = fmt.Fprintf(im.std.err, "%d values do not fit the spec and are kept as they are; oxgroupsd doctor lists them\n", doc.Misfits)
			}
		}
		return nil
	})
}

func readInput(name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(name)
}

// describe names the place and the rule of each violation, one a line.
func describe(name string, err error) error {
	var broken *store.DocumentError
	switch {
	case group.CodeOf(err) == group.Refused:
		return err
	case errors.As(err, &broken):
		return fmt.Errorf("%s is not a document:\n  %s", name, strings.ReplaceAll(broken.Error(), "\n", "\n  "))
	}
	return fmt.Errorf("%s is not a document: %w", name, err)
}
