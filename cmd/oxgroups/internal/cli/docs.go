package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// newDocs returns the command of `make docs`: man pages and completions for packages, and the reference for the README.
func newDocs() *cobra.Command {
	return &cobra.Command{
		Use:         "docs FOLDER",
		Short:       "Write man pages, completions and a reference of all flags",
		Hidden:      true,
		Annotations: map[string]string{console.Arguments: "one FOLDER"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			root.DisableAutoGenTag = true
			man, scripts := filepath.Join(args[0], "man"), filepath.Join(args[0], "completions")
			for _, folder := range []string{man, scripts} {
				if err := os.MkdirAll(folder, 0o755); err != nil {
					return err
				}
			}
			undated := time.Unix(0, 0).UTC()
			if err := doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "oxgroups", Manual: "oxgroups", Date: &undated}, man); err != nil {
				return err
			}
			for _, shell := range shellNames {
				file, err := os.Create(filepath.Join(scripts, "oxgroups."+shell))
				if err != nil {
					return err
				}
				if err := shells[shell](root, file); err != nil {
					return err
				}
				if err := file.Close(); err != nil {
					return err
				}
			}
			var b strings.Builder
			reference(&b, root)
			return os.WriteFile(filepath.Join(args[0], "reference.md"), []byte(b.String()), 0o644)
		},
	}
}

// reference writes the help of cmd and of the commands below it.
func reference(b *strings.Builder, cmd *cobra.Command) {
	cmd.SetOut(b)
	fmt.Fprintf(b, "### %s\n\n```\n", cmd.CommandPath())
	help(cmd, nil)
	b.WriteString("```\n\n")
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			reference(b, sub)
		}
	}
}
