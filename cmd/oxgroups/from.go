package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"example.com/oxgroups/api/validate"

	"example.com/oxgroups/api/validate/nearest"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// maxInput bounds what --from reads; the API takes far less.
const maxInput = 16 << 20

// readInput returns the update in the file called name, "-" for stdin, and the associations that it asks for. The file
// has the update alone or the whole body of a request.
func readInput(ctx context.Context, name string, stdin io.Reader) (update object, include []string, err error) {
	data, err := readFile(ctx, name, stdin)
	if err != nil {
		return nil, nil, fmt.Errorf("--from: %w", err)
	}
	body, err := parseInput(bytes.TrimPrefix(data, []byte("\ufeff"))) // editors on Windows put a BOM there
	if err != nil {
		return nil, nil, &usageError{fmt.Errorf("--from %s: %w", name, err)}
	}
	if update, include, err = splitInput(body); err != nil {
		return nil, nil, &usageError{fmt.Errorf("--from %s: %w", name, err)}
	}
	return update, include, nil
}

// splitInput returns the update in body, which is one or has one, and the associations beside it.
func splitInput(body object) (update object, include []string, err error) {
	at := body.index(updateKey)
	if at < 0 {
		return body, nil, checkNames(body, updateFields())
	}
	if update, err = parseObject(body[at].value); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", updateKey, err)
	}
	if err := checkNames(body, validator.WorkspaceGroupRequestFields); err != nil {
		return nil, nil, err
	}
	include, err = bodyIncludes(body)
	return update, include, err
}

func readFile(ctx context.Context, name string, stdin io.Reader) ([]byte, error) {
	if name == "-" {
		return readAll(ctx, stdin, maxInput)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return readAll(ctx, file, maxInput)
}

// parseInput reads the object in data. It asks the validator for the syntax, which is stricter than encoding/json, and
// whose places are those of data as long as the flags are not in it yet.
func parseInput(data []byte) (object, error) {
	var bad *validate.SyntaxError
	if err := validator.DecodeWorkspaceGroupRequest(data, new(model.WorkspaceGroupRequest)); errors.As(err, &bad) {
		return nil, bad
	}
	return parseObject(data)
}

// bodyIncludes returns what the include beside the update asks for.
func bodyIncludes(body object) ([]string, error) {
	value := body.get("include")
	if value == nil {
		return nil, nil
	}
	var list *string
	if json.Unmarshal(value, &list) != nil {
		return nil, errors.New("include: must be a string")
	}
	if list == nil || *list == "" {
		return nil, nil
	}
	return strings.Split(*list, ","), nil
}

// checkNames returns an error for a member of o, or of an object in it, that is no field.
func checkNames(o object, fields []validate.Field) error {
	if unknown := nearest.UnknownKeys(o.append(nil), fields, ""); len(unknown) > 0 {
		return unknown[0]
	}
	return nil
}
