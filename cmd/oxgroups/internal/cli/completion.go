package cli

import (
	"io"

	"github.com/spf13/cobra"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// bashLists makes cobra's script for bash work for name=value,name=value: the script puts a backslash before the comma of a
// word, and then does not see that bash, for which "=" ends a word, replaces only what stands behind the last one.
const bashLists = `
__oxgroups_complete()
{
    __start_oxgroups "$@"
    local word=${COMP_LINE:0:COMP_POINT} before= i
    word=${word##*[[:space:]]}
    [[ ${word} == -*=* ]] && word=${word#*=}
    [[ ${word} == *=* && ${COMP_WORDBREAKS} == *=* ]] && before=${word%=*}=
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]//\\,/,}
        COMPREPLY[i]=${COMPREPLY[i]#"${before}"}
    done
}

if [[ $(type -t compopt) == builtin ]]; then
    complete -o default -F __oxgroups_complete oxgroups
else
    complete -o default -o nospace -F __oxgroups_complete oxgroups
fi
`

var shellNames = []string{"bash", "zsh", "fish", "powershell"}

// shells write the script of each shell.
var shells = map[string]func(*cobra.Command, io.Writer) error{
	"bash": func(root *cobra.Command, w io.Writer) error {
		if err := root.GenBashCompletionV2(w, true); err != nil {
			return err
		}
		_, err := io.WriteString(w, bashLists)
		return err
	},
	"zsh":        (*cobra.Command).GenZshCompletion,
	"fish":       func(root *cobra.Command, w io.Writer) error { return root.GenFishCompletion(w, true) },
	"powershell": (*cobra.Command).GenPowerShellCompletionWithDesc,
}

func newCompletion() *cobra.Command {
	return &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script with which a shell completes words",
		Long: `Print a script for a shell. With it, the shell completes commands, flags, the
names of fields and profiles, and values where there are only so many.

bash (it needs the package bash-completion), in ~/.bashrc:
  source <(oxgroups completion bash)
zsh, in ~/.zshrc, behind compinit:
  source <(oxgroups completion zsh)
fish, once:
  oxgroups completion fish > ~/.config/fish/completions/oxgroups.fish
PowerShell, in $PROFILE:
  oxgroups completion powershell | Out-String | Invoke-Expression`,
		Annotations: map[string]string{console.Arguments: "the name of one shell"},
		ValidArgs:   shellNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			write, ok := shells[args[0]]
			if !ok {
				return console.Usagef("there is no script for this shell%s", nearest.HintOrAll(args[0], shellNames))
			}
			return write(cmd.Root(), cmd.OutOrStdout())
		},
	}
}
