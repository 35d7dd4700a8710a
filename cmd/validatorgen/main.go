// Validatorgen writes request validators for an OpenAPI document: Go functions that read, check and write the JSON of the
// types that oapi-codegen emits. Run it with -h for its flags.
//
// Start with run.go; the stages are the packages spec, schema, gotype, openapi and emit in internal.
package main

import (
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
