package rows_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"strings"

	"example.com/oxgroups/api/bulk/rows"
)

func ExampleOpen() {
	const text = "id,name,add_workspace_ids,external_reference.status\n7,Acme,10;12,\n"
	_, err := linesOf(text)
	fmt.Println(err)

	lines, err := linesOf("id,name,add_workspace_ids,email\n7,Acme,10;12,\\N\nx,Initech,,\n")
	fmt.Print(lines)
	fmt.Println(err)
	// Output:
	// stdin:1: external_reference.service_name: there is no such column, and every external_reference needs it (rule: required)
	// stdin:1: external_reference.service_model: there is no such column, and every external_reference needs it (rule: required)
	// stdin:1: external_reference.service_model_ref: there is no such column, and every external_reference needs it (rule: required)
	// {"id":7,"workspace_group":{"name":"Acme","add_workspace_ids":[10,12],"email":null}}
	// stdin:3: column 1 (id): must be an integer in plain digits, such as 7 (rule: type)
}

// linesOf returns the rows of text as JSONL, up to the first that is not valid.
func linesOf(text string) (lines string, err error) {
	input, err := rows.Open("-", strings.NewReader(text), rows.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = input.Close() }()
	reader, err := input.Rows()
	for err == nil {
		var row rows.Row
		if err = reader.Next(&row); err == nil {
			var line []byte
			line, err = row.AppendJSON(nil)
			lines += string(line) + "\n"
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return lines, err
}
