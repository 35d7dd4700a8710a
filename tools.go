//go:build tools

package oxgroups

// The generators and checkers that generate.go and the Makefile run; naming them here fixes their versions in go.mod.
import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
	_ "honnef.co/go/tools/cmd/staticcheck"
)
