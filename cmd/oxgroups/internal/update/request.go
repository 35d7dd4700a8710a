package update

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"example.com/oxgroups/api/bulk/rows"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// maxInput bounds what --from reads, in bytes; the API takes far less.
const maxInput = 16 << 20

// The members of a request's body.
const (
	updateKey  = "workspace_group"
	includeKey = "include"
)

// readFile puts the update in the file called name, "-" for stdin, into body, and returns the associations that it asks
// for. The file has the update alone or the whole body of a request.
func readFile(ctx context.Context, name string, stdin io.Reader, body *rows.Object) (include []string, err error) {
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("--from: %w", err)
		}
		defer func() { _ = file.Close() }()
		stdin = file
	}
	data, err := console.ReadAll(ctx, stdin, maxInput)
	if err != nil {
		return nil, fmt.Errorf("--from: %w", err)
	}
	if include, err = parseFile(bytes.TrimPrefix(data, []byte("\ufeff")), body); err != nil { // editors on Windows put a BOM there
		return nil, console.Usagef("--from %s: %w", name, err)
	}
	return include, nil
}

func parseFile(data []byte, body *rows.Object) (include []string, err error) {
	var bad *validate.SyntaxError // places are those of the file as long as the flags are not in it yet
	if err := validator.DecodeWorkspaceGroupRequest(data, new(model.WorkspaceGroupRequest)); errors.As(err, &bad) {
		return nil, bad
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil || members == nil {
		return nil, errors.New("must be a JSON object")
	}
	fields, update := rows.Fields(), json.RawMessage(data)
	if nested, there := members[updateKey]; there {
		fields, update = validator.WorkspaceGroupRequestFields, nested
	}
	if unknown := nearest.UnknownKeys(data, fields, ""); len(unknown) > 0 {
		return nil, unknown[0]
	}
	if raw := members[includeKey]; raw != nil {
		var list *string
		if json.Unmarshal(raw, &list) != nil {
			return nil, errors.New(includeKey + ": must be a string")
		}
		if list != nil && *list != "" {
			include = strings.Split(*list, ",")
		}
	}
	if !load(body, update, rows.Fields()) {
		return nil, errors.New(updateKey + ": must be a JSON object")
	}
	return include, nil
}

// load puts the members of an object into body, those of objects within it each on its own, so that flags can change them.
func load(body *rows.Object, data []byte, fields []validate.Field, at ...string) bool {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil || members == nil {
		return false
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		path := append(slices.Clip(at), key)
		f := validate.FindField(fields, key)
		if f != nil && len(f.Fields) > 0 && load(body, members[key], f.Fields, path...) && string(members[key]) != "{}" {
			continue
		}
		body.At(path[0], path[1:]...).JSON = members[key]
	}
	return true
}

// curlLine returns a line for a POSIX shell that sends req with curl; token is what the shell makes the token of.
func curlLine(req *http.Request, token string) (string, error) {
	var b strings.Builder
	b.WriteString("curl -X " + req.Method + " " + console.ShellQuote(req.URL.String()))
	b.WriteString(` -H "Authorization: Bearer ` + token + `"`)
	for _, key := range slices.Sorted(maps.Keys(req.Header)) {
		if key == "User-Agent" {
			continue // curl's own says who sends it
		}
		for _, value := range req.Header[key] {
			b.WriteString(" -H " + console.ShellQuote(key+": "+value))
		}
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return "", err
	}
	b.WriteString(" --data-raw " + console.ShellQuote(string(body)))
	return b.String(), nil
}

// newJQ returns a renderer that writes each value of a jq expression in a line of its own. The expression cannot see the
// environment, which has the token.
func newJQ(out console.IO, expression string) (renderer, error) {
	query, err := gojq.Parse(expression)
	if err != nil {
		return nil, console.Usagef("--jq: %w", err)
	}
	code, err := gojq.Compile(query)
	if err != nil {
		return nil, console.Usagef("--jq: %w", err)
	}
	return func(ctx context.Context, document []byte, _ string) error {
		dec := json.NewDecoder(bytes.NewReader(document))
		dec.UseNumber()
		var input any
		if err := dec.Decode(&input); err != nil {
			return err
		}
		return writeValues(out, code.RunWithContext(ctx, input))
	}, nil
}

func writeValues(out console.IO, values gojq.Iter) error {
	terminal := out.Screen(out.Out).Terminal
	for {
		value, ok := values.Next()
		if !ok {
			return nil
		}
		if err, failed := value.(error); failed {
			if halt := (*gojq.HaltError)(nil); errors.As(err, &halt) && halt.Value() == nil {
				return nil // the expression ended itself
			}
			return fmt.Errorf("--jq: %w", err)
		}
		line, isText := value.(string)
		if !isText {
			data, err := gojq.Marshal(value)
			if err != nil {
				return fmt.Errorf("--jq: %w", err)
			}
			line = string(data)
		}
		switch {
		case terminal && isText:
			line = console.Printable(line)
		case terminal:
			line = console.PrintableJSON(line)
		}
		if _, err := io.WriteString(out.Out, line+"\n"); err != nil {
			return err
		}
	}
}
