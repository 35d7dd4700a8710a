package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	if err := write(folder); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"man/oxgroups-apply.1":            `.TH "OXGROUPS-APPLY"`,
		"completions/oxgroups.bash":       "__start_oxgroups",
		"completions/oxgroups.zsh":        "#compdef oxgroups",
		"completions/oxgroups.fish":       "complete -c oxgroups",
		"completions/oxgroups.powershell": "Register-ArgumentCompleter",
		"reference.md":                    "### oxgroups update\n",
	} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q: %v", file, want, err)
		}
	}
}
