// Package differential compares the verdicts of generated validators with those of kin-openapi, for random schemas and random
// documents. It has tests only:
//
//	go test ./cmd/validatorgen/internal/differential -differential 1000000
//
// What is known to differ is in known_test.go, each with the text that says who is right.
package differential
