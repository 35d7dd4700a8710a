package main

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// bashWords is what the script needs of the package bash-completion, for the case in which ":" and "=" end no word.
const bashWords = `
_get_comp_words_by_ref() {
    local line=${COMP_LINE:0:COMP_POINT}
    read -ra words <<<"${line}"
    [[ ${line} == *[[:space:]] ]] && words+=("")
    cword=$((${#words[@]} - 1)) cur=${words[-1]} prev=${words[-2]}
}
`

// TestCompletionInBash lets bash run the script as it does for the Tab key. bash takes "=" for a word of its own, and replaces
// what stands after the last one.
func TestCompletionInBash(t *testing.T) {
	t.Setenv("GORACE", "atexit_sleep_ms=0") // the race detector keeps each process for a second otherwise
	for name, tt := range map[string]struct {
		line string
		want []string
	}{
		"a command":      {"oxgroups upd", []string{"update"}},
		"a flag":         {"oxgroups update 7 --add-w", []string{"--add-workspace"}},
		"a field":        {"oxgroups update 7 --clear not", []string{"notes"}},
		"a second field": {"oxgroups update 7 --clear notes,em", []string{`notes\,email`}},
		"a boolean":      {"oxgroups update 7 --company=f", []string{"false"}},
		"nothing":        {"oxgroups update 7 --notes ", nil},
		"a shell":        {"oxgroups completion ba", []string{"bash"}},
	} {
		t.Run(name, func(t *testing.T) {
			script := bashWords + `source <(oxgroups completion bash) || exit
COMP_LINE=` + console.ShellQuote(tt.line) + ` COMP_POINT=` + strconv.Itoa(len(tt.line)) + ` COMP_TYPE=9
function compopt { :; }
$(complete -p oxgroups | sed 's/.*-F \([^ ]*\) .*/\1/') oxgroups
printf '%s\n' "${COMPREPLY[@]}"`
			cmd := exec.CommandContext(t.Context(), "bash", "--norc", "-c", script)
			out, err := cmd.CombinedOutput()
			var got []string
			for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
				if word, _, _ := strings.Cut(line, "  ("); strings.TrimSpace(word) != "" {
					got = append(got, strings.TrimSpace(word))
				}
			}
			if err != nil || strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
