// Package storetest is the contract of group.Store as tests. Every engine runs it, so that no caller can tell one from
// another. What only one engine has, such as its files, is tested beside that engine.
package storetest

import (
	"testing"

	"example.com/oxgroups/api/group"
)

// Opener returns a new empty store; it registers with t what closes it. Closing twice is part of the contract.
type Opener func(t *testing.T) group.Store

// Run runs the contract on the stores that open returns.
func Run(t *testing.T, open func(t *testing.T) group.Store) {
	for _, part := range []struct {
		name string
		run  func(*testing.T, Opener)
	}{
		{"Update", testUpdate},
		{"Partial", testPartial},
		{"UpdatedAt", testUpdatedAt},
		{"Members", testMembers},
		{"Reference", testReference},
		{"Refusals", testRefusals},
		{"Names", testNames},
		{"Text", testText},
		{"Includes", testIncludes},
		{"Concurrency", testConcurrency},
		{"Contexts", testContexts},
		{"Tokens", testTokens},
		{"RoundTrip", testRoundTrip},
		{"Import", testImport},
		{"ImportRefusals", testImportRefusals},
		{"Close", testClose},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(t, open) })
	}
}
