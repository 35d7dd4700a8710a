// Command docs writes what `make docs` puts beside oxgroups into a folder: man pages and completions for packages, and the
// reference of all flags for the README.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"example.com/oxgroups/cmd/oxgroups/internal/cli"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: docs FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	root := cli.NewCmd(console.Process())
	root.DisableAutoGenTag = true
	man, scripts := filepath.Join(folder, "man"), filepath.Join(folder, "completions")
	for _, dir := range []string{man, scripts} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	undated := time.Unix(0, 0).UTC()
	script := func(shell string) string { return filepath.Join(scripts, "oxgroups."+shell) }
	var b strings.Builder
	return errors.Join(
		reference(&b, root),
		os.WriteFile(filepath.Join(folder, "reference.md"), []byte(b.String()), 0o644),
		doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "oxgroups", Manual: "oxgroups", Date: &undated}, man),
		root.GenBashCompletionFileV2(script("bash"), true),
		root.GenZshCompletionFile(script("zsh")),
		root.GenFishCompletionFile(script("fish"), true),
		root.GenPowerShellCompletionFileWithDesc(script("powershell")))
}

// reference writes the help of cmd and of the commands below it.
func reference(b *strings.Builder, cmd *cobra.Command) error {
	cmd.SetOut(b)
	fmt.Fprintf(b, "### %s\n\n```\n", cmd.CommandPath())
	if err := cmd.Help(); err != nil {
		return err
	}
	b.WriteString("```\n\n")
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			if err := reference(b, sub); err != nil {
				return err
			}
		}
	}
	return nil
}
