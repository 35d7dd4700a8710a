// Validatorgen writes request validators for an OpenAPI document: Go functions that read, check and write the JSON of the
// types that oapi-codegen emits. Run it with -h for its flags.
package main

import (
	"os"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
