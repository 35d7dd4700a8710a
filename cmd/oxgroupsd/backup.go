package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store/sqlite"
)

func newBackup(std stdio, open opener) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup TO",
		Short: "Copy a SQLite store while it is served",
		Long: `Write a copy of a SQLite store to the new file TO: all accounts, tokens included, as they are at one moment. The store
may be served meanwhile. The copy is on disk when the command ends with exit code 0, and TO is not there when it does not. For
PostgreSQL there is pg_dump.`,
		Example: "  oxgroupsd backup --store sqlite:groups.db groups-copy.db",
		Args:    cobra.ExactArgs(1),
	}
	cmd.RunE = action(func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		return with(ctx, open, func(s group.Store) error {
			file, ok := s.(*sqlite.Store)
			if !ok {
				return &usageError{"--store has to be sqlite:PATH; for PostgreSQL there is pg_dump"}
			}
			if err := file.Backup(ctx, args[0]); err != nil {
				return err
			}
			_, _ = fmt.Fprintf(std.err, "copied to %s\n", args[0])
			return nil
		})
	})
	return cmd
}
