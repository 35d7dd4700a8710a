package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newDocs returns the command of `make docs`: man pages and completions for packages, and the reference for the README.
func newDocs() *cobra.Command {
	return &cobra.Command{
		Use:    "docs FOLDER",
		Short:  "Write man pages, completions and a reference of all flags",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
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
			script := func(shell string) string { return filepath.Join(scripts, "oxgroups."+shell) }
			var b strings.Builder
			reference(&b, root)
			return errors.Join(
				doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "oxgroups", Manual: "oxgroups", Date: &undated}, man),
				root.GenBashCompletionFileV2(script("bash"), true),
				root.GenZshCompletionFile(script("zsh")),
				root.GenFishCompletionFile(script("fish"), true),
				root.GenPowerShellCompletionFileWithDesc(script("powershell")),
				os.WriteFile(filepath.Join(args[0], "reference.md"), []byte(b.String()), 0o644))
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
