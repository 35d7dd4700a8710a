package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// updateKey is the member of the request's body that has the update.
const updateKey = "workspace_group"

// updateFields returns the fields of an update, from openapi.yaml.
func updateFields() []validate.Field {
	return validate.FindField(validator.WorkspaceGroupRequestFields, updateKey).Fields
}

// updateCommand is one run of `oxgroups update`.
type updateCommand struct {
	sys     system
	fields  []validate.Field
	assign  assignments
	clear   []string
	include []string
	from    string
	connect connection
	json    bool
	jq      string
	dryRun  bool
	curl    bool
}

func newUpdate(sys system) *cobra.Command {
	u := &updateCommand{sys: sys, fields: updateFields(), connect: connection{sys: sys}}
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
  oxgroups update 7 --name Acme --company=false --clear notes,email
  oxgroups update 7 --name Acme --external-reference \
      service_name=jira,service_model=Issue,service_model_ref=A-1
  oxgroups update 7 --from update.json --jq '.workspace_groups[].updated_at'
  oxgroups update 7 --name Acme --dry-run`,
		Args: arguments(1, "one ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := notEmpty(cmd, "from", "jq"); err != nil {
				return err
			}
			return u.run(cmd.Context(), args[0])
		},
	}
	u.addFlags(cmd)
	return cmd
}

func (u *updateCommand) addFlags(cmd *cobra.Command) {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags = false
	own.StringSliceVar(&u.clear, "clear", nil, "send null for these `fields`, which clears them; nested ones are dotted")
	own.StringSliceVar(&u.include, "include", nil, "put these `associations` beside the group: "+joined(client.Includes()))
	own.StringVar(&u.from, "from", "", "take the update from a JSON `file`, - for stdin; flags win over it")
	own.BoolVar(&u.json, "json", false, "print the reply as JSON")
	own.StringVar(&u.jq, "jq", "", "print what a jq `expression` makes of the reply; strings without quotes")
	own.BoolVar(&u.dryRun, "dry-run", false, "print the request as a curl line and do not send it")
	own.BoolVar(&u.curl, "curl", false, "print the request as a curl line to stderr before it is sent")
	u.connect.addFlags(own)

	flags := cmd.Flags()
	flags.SortFlags = false // in the order of openapi.yaml
	addFieldFlags(flags, own, u.fields, &u.assign)
	flags.AddFlagSet(own)
	cmd.MarkFlagsMutuallyExclusive("json", "jq", "dry-run")
	u.completeFlags(cmd)
}

func joined(includes []client.Include) string {
	names := make([]string, len(includes))
	for i, include := range includes {
		names[i] = string(include)
	}
	return strings.Join(names, ", ")
}

func (u *updateCommand) run(ctx context.Context, arg string) error {
	id, err := parseID(arg)
	if err != nil {
		return err
	}
	show, err := u.renderer()
	if err != nil {
		return err
	}
	update, opts, err := u.update(ctx)
	if err != nil {
		return err
	}
	c, err := u.connect.client(ctx, !u.dryRun, client.WithLogger(slog.New(retryNotice{u.sys})))
	if err != nil {
		return err
	}
	defer c.CloseIdleConnections()
	if u.dryRun || u.curl {
		if err := u.printCurl(ctx, c, id, update, opts); err != nil || u.dryRun {
			return err
		}
	}
	result, err := c.UpdateWorkspaceGroup(ctx, id, update, opts...)
	if err != nil {
		return &sentError{err}
	}
	if err := show(ctx, u.sys.stdout, u.sys.screen(u.sys.stdout), result.Raw); err != nil {
		return fmt.Errorf("the update was applied, but its result could not be printed: %w", err)
	}
	return nil
}

// parseID reads an id by the rule of openapi.yaml.
func parseID(text string) (int64, error) {
	id, _, err := validator.ParseUpdateWorkspaceGroupParameters(validate.Parameters{Path: func(string) string { return text }})
	return id, invalid(err)
}

// update puts the file and the flags together and checks the whole.
func (u *updateCommand) update(ctx context.Context) (client.Update, []client.Option, error) {
	var (
		body object
		err  error
	)
	include := u.include
	if u.from != "" {
		if _, ok := terminal(u.sys.stdin); ok && u.from == "-" {
			u.sys.say("Type the update as JSON, and Ctrl-D behind it:")
		}
		var inFile []string
		if body, inFile, err = readInput(ctx, u.from, u.sys.stdin); err != nil {
			return client.Update{}, nil, err
		}
		if include == nil {
			include = inFile
		}
	}
	if err := clearFields(u.clear, u.fields, &u.assign); err != nil {
		return client.Update{}, nil, err
	}
	for _, name := range clearsNothing(u.clear, u.fields) {
		u.sys.say("oxgroups: --clear: the API takes null for %s as no change", name)
	}
	includes, err := parseIncludes(include)
	if err != nil {
		return client.Update{}, nil, err
	}
	for _, a := range u.assign {
		body = body.set(a.path, a.value)
	}
	update, err := decodeUpdate(body)
	return update, []client.Option{client.WithInclude(includes...)}, err
}

// decodeUpdate returns the update in body.
func decodeUpdate(body object) (client.Update, error) {
	var request model.WorkspaceGroupRequest
	err := validator.DecodeWorkspaceGroupRequest(object{{updateKey, body.append(nil)}}.append(nil), &request)
	return request.WorkspaceGroup, invalid(err)
}

// invalid returns what a validator found in the form in which the client reports it.
func invalid(err error) error {
	if list := (validate.Violations)(nil); errors.As(err, &list) {
		return &client.ValidationError{Violations: list.Strip("/" + updateKey)}
	}
	if err != nil {
		return &usageError{fmt.Errorf("the update is not valid: %w", err)}
	}
	return nil
}

func (u *updateCommand) printCurl(ctx context.Context, c *client.Client, id int64, update client.Update, opts []client.Option) error {
	req, err := c.Request(ctx, id, update, opts...)
	if err != nil {
		return err
	}
	line, err := curlLine(req)
	if err != nil {
		return fmt.Errorf("printing the request: %w", err)
	}
	if !u.dryRun {
		_, _ = io.WriteString(u.sys.stderr, line+"\n")
		return nil
	}
	if u.sys.getenv(client.EnvToken) == "" {
		u.sys.say("oxgroups: the line takes the token from %s, which is not set", client.EnvToken)
	}
	_, err = io.WriteString(u.sys.stdout, line+"\n")
	return err
}
