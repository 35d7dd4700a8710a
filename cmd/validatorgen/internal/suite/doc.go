// Package suite runs files of the JSON Schema Test Suite against generated validators. It has tests only:
//
//	go test ./cmd/validatorgen/internal/suite -v -suite DIR
package suite
