package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"example.com/oxgroups/api/field"
	"example.com/oxgroups/api/jsonscan"
	"example.com/oxgroups/api/nearest"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// maxInput bounds what --from reads; the API takes far less.
const maxInput = 16 << 20

// readInput returns the update in the file called name, "-" for stdin, and the associations that it asks for. The file
// has the update alone or the whole body of a request.
func readInput(name string, stdin io.Reader) (update object, include []string, err error) {
	data, err := readFile(name, stdin)
	if err != nil {
		return nil, nil, fmt.Errorf("--from: %w", err)
	}
	body, err := parseInput(bytes.TrimPrefix(data, []byte("\ufeff"))) // editors on Windows put a BOM there
	if err != nil {
		return nil, nil, &usageError{fmt.Errorf("--from %s: %w", name, err)}
	}
	if body.index(updateKey) < 0 {
		return body, nil, nil
	}
	if update, err = parseObject(body.get(updateKey)); err != nil {
		return nil, nil, &usageError{fmt.Errorf("--from %s: %s: %w", name, updateKey, err)}
	}
	return update, bodyIncludes(body), nil
}

func readFile(name string, stdin io.Reader) ([]byte, error) {
	from := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }()
		from = file
	}
	data, err := io.ReadAll(io.LimitReader(from, maxInput+1))
	if err == nil && len(data) > maxInput {
		err = fmt.Errorf("%s is larger than %d bytes", name, maxInput)
	}
	return data, err
}

// parseInput reads the object in data. It asks the validator for the syntax, which is stricter than encoding/json, and
// whose places are those of data as long as the flags are not in it yet.
func parseInput(data []byte) (object, error) {
	var bad *jsonscan.SyntaxError
	if err := validator.DecodeWorkspaceGroupRequest(data, new(model.WorkspaceGroupRequest)); errors.As(err, &bad) {
		return nil, bad
	}
	return parseObject(data)
}

// bodyIncludes returns what the include beside the update asks for; null and other types ask for nothing.
func bodyIncludes(body object) []string {
	var list string
	if json.Unmarshal(body.get("include"), &list) != nil || list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// ignored returns a line for each member of the update that the API ignores because it does not know it.
func ignored(update object, fields []field.Field) []string {
	known := names(fields)
	var lines []string
	for _, m := range update {
		if field.Find(fields, m.name) == nil {
			lines = append(lines, fmt.Sprintf("--from: the API ignores %q%s", m.name, nearest.Hint(m.name, known)))
		}
	}
	return lines
}
