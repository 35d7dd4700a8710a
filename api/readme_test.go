package api_test

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/oxgroups/api/internal/postgrestest"
)

// readmes are the READMEs of the module.
func readmes(t *testing.T) (names []string) {
	t.Helper()
	for _, name := range moduleFiles(t) {
		if filepath.Base(name) == "README.md" {
			names = append(names, name)
		}
	}
	return names
}

// blocks returns the text of the fenced blocks of a README in a language; "" is none.
func blocks(t *testing.T, name, language string) (texts []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(moduleRoot(t), name))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$").FindAllStringSubmatch(string(data), -1) {
		if m[1] == language {
			texts = append(texts, m[2])
		}
	}
	return texts
}

// placeholder is what a line that shows the form of a command has in it, or one that is for the files of a user's shell.
var placeholder = regexp.MustCompile(`\[-|\[flags\]|\[command\]|\.\.\.|\b(ID|FILE|TO|COMMAND|PROFILE|FOLDER|DIR|PASSWORD|NAME)\b|bash\|zsh|brew|fpath|\.config/|bash_completion\.d|\| source|Out-String`)

// commandLines returns the lines of a README that a shell would run.
func commandLines(t *testing.T, name string) (lines []string) {
	t.Helper()
	for _, block := range blocks(t, name, "") {
		for line := range strings.Lines(strings.ReplaceAll(block, "\\\n", " ")) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "  #")
			program, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			if slices.Contains([]string{"make", "go", "curl", "oxgroups", "oxgroupsd", "jq", "zcat"}, program) && !placeholder.MatchString(line) && strings.Contains(line, " ") {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
	}
	return lines
}

// Every command line in a README does what it is there for: it ends with 0, or serves.
func TestReadmeCommands(t *testing.T) {
	bin, work := t.TempDir(), t.TempDir()
	run(t, moduleRoot(t), 0, "go", "build", "-buildvcs=false", "-o", bin+"/", "./cmd/oxgroups", "./cmd/oxgroupsd", "./cmd/validatorgen")
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	t.Setenv("HOME", work)
	t.Setenv("OXGROUPSD_STORE", "sqlite:"+filepath.Join(work, "admin.db"))
	base, stop := start(t, bin+"/oxgroupsd", "serve", "--demo", "--addr", "127.0.0.1:0", "--ops", "127.0.0.1:0", "--store", "memory:")
	defer stop()
	address, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("OXGROUPS_URL", base+"/api/v1")
	t.Setenv("OXGROUPS_TOKEN", "demo")
	for name, text := range map[string]string{
		"groups.csv":  "id,name,notes\n7,Acme,rockets\n8,Beta,\n",
		"crm.csv":     "Account No.,name,owner\n7,Acme,Wile\n",
		"update.json": `{"name":"Acme","notes":"from a file"}`,
		"groups.json": `{"workspace_groups":{"7":{"id":"7","name":"Acme"}},"workspaces":{"10":{"id":"10","title":"Ten"},"11":{"id":"11","title":"Eleven"}}}`,
		"seen.json":   `{"workspace_groups":{"8":{"id":"8","name":"Beta"}}}`,
		"token.txt":   "demo\n",
	} {
		write(t, filepath.Join(work, name), text)
	}
	// What a line may find there from those before it.
	shellLine(t, work, "gzip --keep groups.csv && oxgroupsd import groups.json --store sqlite:groups.db && oxgroups auth login < token.txt")
	run := map[string]bool{}
	for _, readme := range readmes(t) {
		for _, line := range commandLines(t, readme) {
			if run[line] {
				continue
			}
			run[line] = true
			t.Run(readme+": "+line, func(t *testing.T) {
				switch {
				case strings.HasPrefix(line, "make "):
					makeLine(t, line)
				case strings.HasPrefix(line, "go "):
					goLine(t, line)
				case strings.HasPrefix(line, "oxgroupsd serve"), strings.HasPrefix(line, "oxgroupsd record"):
					serveLine(t, bin, line)
				default:
					shellLine(t, work, strings.ReplaceAll(line, "127.0.0.1:8080", address.Host))
				}
			})
		}
	}
}

// makeLine checks that the targets which a line names are there.
func makeLine(t *testing.T, line string) {
	t.Helper()
	run(t, moduleRoot(t), 0, "make", append([]string{"--dry-run"}, strings.Fields(line)[1:]...)...)
}

// goLine checks that the packages which a line names are there.
func goLine(t *testing.T, line string) {
	t.Helper()
	for _, word := range strings.Fields(line) {
		if path, ok := strings.CutPrefix(word, "./"); ok {
			run(t, moduleRoot(t), 0, "go", "list", "./"+path)
		}
		if strings.HasPrefix(word, module) {
			run(t, moduleRoot(t), 0, "go", "list", word)
		}
	}
}

// serveLine starts a server as a line says, on free ports.
func serveLine(t *testing.T, bin, line string) {
	t.Helper()
	store := "sqlite:" + filepath.Join(t.TempDir(), "groups.db")
	if strings.Contains(line, "postgres") {
		store = postgrestest.Database(t)
	}
	args := strings.Fields(strings.ReplaceAll(line, "/etc/oxgroupsd.yaml", filepath.Join(moduleRoot(t), "cmd", "oxgroupsd", "deploy", "oxgroupsd.yaml")))[1:]
	for i := range args {
		if args[i] == "seen.json" {
			args[i] = filepath.Join(t.TempDir(), args[i])
		}
	}
	if !strings.Contains(line, "record") {
		args = append(args, "--store", store)
	}
	_, stop := start(t, bin+"/oxgroupsd", append(args, "--addr", "127.0.0.1:0", "--ops", "127.0.0.1:0")...)
	stop()
}

// shellLine runs a line in a shell. One that goes on with a run, or needs a profile, gets it first.
func shellLine(t *testing.T, work, line string) {
	t.Helper()
	switch {
	case strings.Contains(line, "--resume"):
		line = "rm -f *.journal* && oxgroups apply groups.csv && " + line
	case strings.Contains(line, "apply"):
		line = "rm -f *.journal* && " + line
	case strings.Contains(line, "auth") && strings.Contains(line, "test") && !strings.Contains(line, "login"):
		line = "oxgroups auth login --profile test < token.txt && " + line
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", line)
	cmd.Dir = work
	cmd.Env = append(os.Environ(), fmt.Sprintf("OXGROUPS_CONFIG_DIR=%s", filepath.Join(work, "config")))
	cmd.Stdin = strings.NewReader("demo\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// Every Go example in a README compiles.
func TestReadmeGo(t *testing.T) {
	dir := t.TempDir()
	for _, readme := range readmes(t) {
		for i, block := range blocks(t, readme, "go") {
			name := filepath.Join(dir, fmt.Sprintf("readme%s_%d.go", strings.ReplaceAll(filepath.Dir(readme), string(filepath.Separator), "_"), i))
			text := block
			switch {
			case strings.HasPrefix(block, "package "):
			case strings.HasPrefix(block, "//go:generate"):
				text = "package readme\n\n" + block
			default:
				text = fmt.Sprintf(`package readme

import (
	"context"
	"errors"

	"example.com/oxgroups/api/client"
)

func example%d(ctx context.Context, secret string) error {
%s
	_ = result
	return err
}
`, i, block)
			}
			write(t, name, text)
			run(t, moduleRoot(t), 0, "go", "vet", name)
		}
	}
}
