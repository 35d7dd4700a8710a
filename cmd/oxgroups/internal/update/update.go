// Package update has the command that updates one workspace group.
//
// Start with NewCmd.
package update

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/oxgroups/internal/account"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
	"example.com/oxgroups/gen/validator"
)

// Options are one run of `oxgroups update`.
type Options struct {
	account.Connection
	Clear   []string
	Set     []string // --field
	Include []string
	From    string
	JSON    bool
	JQ      string
	DryRun  bool

	fields []validate.Field
	given  assignments
	params client.Params
}

// NewCmd returns the command.
func NewCmd(out console.IO) *cobra.Command {
	o := &Options{Connection: account.Connection{IO: out}, fields: rows.Fields()}
	cmd := &cobra.Command{
		Use:   "update ID --name NAME [flags]",
		Short: "Update one workspace group",
		Long: `Update one workspace group. Fields that are not named stay as they are.

Everything is applied together or not at all, and sending it again changes
nothing more. The update is checked before it is sent.

A value of --external-reference with a comma or a quote in it is put in double
quotes, and a double quote within them is doubled:
  --external-reference 'service_name=jira,external_message="one, two"'

On a terminal the reply is shown as tables. Elsewhere each line is the name of
a field, a tab and its value; objects beside the group have their place before
the name, as in "workspaces.10.title". --json and --jq give the reply itself.`,
		Example: `  oxgroups update 7 --name Acme --add-workspace 10,12 --include workspaces
  oxgroups update 7 --name Acme%s
  oxgroups update 7 --name Acme --external-reference \
      service_name=jira,service_model=Issue,service_model_ref=A-1
  oxgroups update 7 --from update.json --jq '.workspace_groups[].updated_at'
  oxgroups update 7 --name Acme --dry-run`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{"from", "jq"} { // a shell's variable that is not set
				if flag := cmd.Flags().Lookup(name); flag.Changed && flag.Value.String() == "" {
					return console.Usagef("--%s has no value", name)
				}
			}
			return o.run(cmd.Context(), args[0])
		},
	}
	o.addFlags(cmd)
	cmd.Example = fmt.Sprintf(cmd.Example, exampleArgs(cmd.Flags()))
	return cmd
}

// exampleArgs returns arguments that set the first boolean field and clear the first text that null clears.
func exampleArgs(flags *pflag.FlagSet) (args string) {
	first := map[validate.Kind]string{}
	flags.VisitAll(func(flag *pflag.Flag) {
		if f, ok := flag.Value.(*fieldFlag); ok && f.field.Nullable {
			switch kind := f.field.Kind; {
			case first[kind] != "":
			case kind == validate.Boolean:
				first[kind] = " --" + flag.Name + "=false"
			case kind == validate.String:
				first[kind] = " --clear " + f.field.Name
			}
		}
	})
	return first[validate.Boolean] + first[validate.String]
}

func (o *Options) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringArrayVar(&o.Set, "field", nil, "set a field to JSON, `KEY=JSON`, for what its flag cannot say; nested keys are dotted")
	flags.StringSliceVar(&o.Clear, "clear", nil, "send null for these `fields`, which clears them; nested ones are dotted")
	flags.StringSliceVar(&o.Include, "include", nil, "put these `associations` beside the group: "+includeNames(", "))
	flags.StringVar(&o.From, "from", "", "take the update from a JSON `file`, - for stdin; flags win over it")
	flags.BoolVar(&o.JSON, "json", false, "print the reply, or what is wrong, as JSON")
	flags.StringVar(&o.JQ, "jq", "", "print the result of a jq `expression` on the reply; strings without quotes")
	flags.BoolVar(&o.DryRun, "dry-run", false, "print the request as a curl line and do not send it")
	o.AddDebugFlag(flags)
	o.AddFlags(cmd)
	addFieldFlags(flags, o.fields, &o.given) // after the others, whose names they must not take
	addParamFlags(flags, validator.UpdateWorkspaceGroupParameters, reflect.ValueOf(&o.params).Elem())
	cmd.MarkFlagsMutuallyExclusive("json", "jq", "dry-run")
	o.completeFlags(cmd)
}

func includeNames(between string) string {
	var names []string
	for _, include := range client.Includes() {
		names = append(names, string(include))
	}
	return strings.Join(names, between)
}

func (o *Options) run(ctx context.Context, arg string) error {
	id, problem := rows.ParseID(arg)
	if problem != nil {
		return &client.ValidationError{Violations: validate.Violations{{Pointer: "/id", Rule: problem.Rule, Message: problem.Message}}}
	}
	show, err := o.renderer()
	if err != nil {
		return err
	}
	update, opts, err := o.build(ctx)
	if err != nil {
		return err
	}
	to, err := o.Account()
	if err != nil {
		return err
	}
	c, err := o.Client(ctx, to, !o.DryRun, client.WithRetryNotify(o.notice))
	if err != nil {
		return err
	}
	defer c.CloseIdleConnections()
	if o.DryRun {
		return o.printCurl(ctx, c, to, id, update, opts)
	}
	result, err := c.UpdateWorkspaceGroup(ctx, id, update, opts...)
	if err != nil {
		return console.Mark(err, console.ErrSent)
	}
	for _, w := range result.Warnings {
		o.IO.Say("oxgroups: the reply: %s", w.Error())
	}
	if err := show(ctx, result.Raw, strconv.FormatInt(result.Group.ID, 10)); err != nil {
		return fmt.Errorf("the update was applied, but its result could not be printed: %w", err)
	}
	return nil
}

// notice tells why the command takes its time.
func (o *Options) notice(r client.Retry) {
	what := "there was no reply from the API"
	var answer *client.Error
	if errors.As(r.Err, &answer) {
		what = fmt.Sprintf("the API answered %d", answer.StatusCode)
	}
	o.IO.Say("oxgroups: %s; trying again in %v", what, r.Wait.Round(100*time.Millisecond))
}

// build puts the file and the flags together.
func (o *Options) build(ctx context.Context) (client.Update, []client.Option, error) {
	var update client.Update
	var body rows.Object
	include := o.Include
	if o.From != "" {
		if _, ok := console.Terminal(o.IO.In); ok && o.From == "-" {
			o.IO.Say("Type the update as JSON, then press Ctrl-D:")
		}
		inFile, err := readFile(ctx, o.From, o.IO.In, &body)
		if err != nil {
			return update, nil, err
		}
		if include == nil {
			include = inFile
		}
	}
	if err := o.assign(&body); err != nil {
		return update, nil, err
	}
	for _, name := range include {
		if known := strings.Split(includeNames(","), ","); !slices.Contains(known, strings.TrimSpace(name)) {
			return update, nil, console.Mark(fmt.Errorf("--include: %w", nearest.Unknown("association", name, known)), console.ErrUsage)
		}
	}
	opts := []client.Option{client.WithParams(o.params)}
	for _, name := range include {
		opts = append(opts, client.WithInclude(client.Include(strings.TrimSpace(name))))
	}
	update, err := decode(body.Append(nil))
	return update, opts, err
}

// assign puts what the flags say into the body.
func (o *Options) assign(body *rows.Object) error {
	for _, text := range o.Set {
		name, value, ok := strings.Cut(text, "=")
		path := o.find(name)
		switch {
		case !ok:
			return console.Usagef("--field must be of the form KEY=JSON")
		case path == nil:
			return console.Mark(fmt.Errorf("--field: %w", nearest.Unknown("field", name, validate.DottedNames("", o.fields))), console.ErrUsage)
		case !isJSON(value):
			return console.Usagef("--field %s: the value is not JSON; a string needs double quotes", path)
		}
		o.given = append(o.given, assignment{path, []byte(value)})
	}
	for _, name := range o.Clear {
		path := o.find(strings.TrimSpace(name))
		switch {
		case path == nil:
			return console.Mark(fmt.Errorf("--clear: %w", nearest.Unknown("field", name, validate.DottedNames("", o.fields))), console.ErrUsage)
		case o.given.has(path):
			return console.Usagef("--clear: %s is given a value too", path)
		case !stays(path):
			o.IO.Say("oxgroups: --clear: the API takes null for %s as no change", path)
		}
		body.AtPath(path).Set([]byte("null"))
	}
	for _, a := range o.given {
		body.AtPath(a.path).Set(a.value)
	}
	return nil
}

// find returns the field called name, which may have hyphens for underscores, as flags do.
func (o *Options) find(name string) rows.Path {
	if path := rows.Find(o.fields, name); path != nil {
		return path
	}
	return rows.Find(o.fields, strings.ReplaceAll(name, "-", "_"))
}

// stays reports whether the field is stored with the group, or is one of an object, so that null clears it. Others are
// commands, such as a list of what to add, and for them null is no change.
func stays(path rows.Path) bool {
	if len(path) > 1 || !path[0].Nullable {
		return true
	}
	name := path[0].Name
	var update client.Update
	_ = validator.DecodeWorkspaceGroupUpdate(fmt.Appendf(nil, `{"name":"a",%q:null}`, name), &update) // it is checked later
	plain := group.Plain(update)
	text, _ := validator.AppendWorkspaceGroupUpdate(nil, &plain)
	var members map[string]json.RawMessage
	_ = json.Unmarshal(text, &members)
	_, has := members[name]
	return has
}

// decode returns the update in body, which the decoder checks too.
func decode(body []byte) (client.Update, error) {
	var update client.Update
	err := validator.DecodeWorkspaceGroupUpdate(body, &update)
	var list validate.Violations
	switch {
	case errors.As(err, &list):
		return update, &client.ValidationError{Violations: list}
	case err != nil:
		return update, console.Usagef("the update is not valid: %w", err)
	}
	return update, nil
}

func (o *Options) printCurl(ctx context.Context, c *client.Client, to account.Account, id int64, update client.Update, opts []client.Option) error {
	req, err := c.Request(ctx, id, update, opts...)
	if err != nil {
		return err
	}
	token := "$" + client.EnvToken
	if to.EnvToken == "" {
		token = "$(oxgroups auth token)"
		if name := o.ProfileName(); name != "" {
			token = "$(oxgroups auth token --profile " + console.ShellWord(name) + ")"
		}
	}
	line, err := curlLine(req, token)
	if err != nil {
		return fmt.Errorf("printing the request: %w", err)
	}
	_, err = io.WriteString(o.IO.Out, line+"\n")
	return err
}

// renderer writes a reply for its reader; id is that of the group.
type renderer func(ctx context.Context, document []byte, id string) error

// renderer returns what the flags ask for. It checks a jq expression before anything is sent.
func (o *Options) renderer() (renderer, error) {
	switch {
	case o.JQ != "":
		return newJQ(o.IO, o.JQ)
	case o.JSON:
		return func(_ context.Context, document []byte, _ string) error { return console.ShowDocument(o.IO, document) }, nil
	}
	return func(_ context.Context, document []byte, id string) error {
		return console.ShowSheet(o.IO, document, group.GroupsKey, id)
	}, nil
}
