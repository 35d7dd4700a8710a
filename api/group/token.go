package group

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"time"
)

// secretPrefix lets people and secret scanners see what a token is for.
const secretPrefix = "oxg_"

// NewSecret returns a token of 256 random bits.
func NewSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return secretPrefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// SecretHash returns the only form of a token that an engine keeps. A token has 256 random bits, so it needs no salt and
// no slow hash, and looking the hash up tells nothing of the token by its timing.
func SecretHash(secret string) [sha256.Size]byte { return sha256.Sum256([]byte(secret)) }

// Prepare returns t with its secret, a random one where it has none. It returns an Error with Refused and all reasons where
// t cannot be made whatever is stored.
func (t NewToken) Prepare() (NewToken, error) {
	var problems []Problem
	if t.AccountID < 1 {
		problems = append(problems, Problem{"account", "must be an id: 1 or more"})
	}
	if t.UserID < 1 {
		problems = append(problems, Problem{"user", "must be an id: 1 or more"})
	}
	if t.Secret == "" {
		t.Secret = NewSecret()
	}
	return t, Refusal(problems)
}

// CheckStored says whether what is stored allows t: known are those of t.Workspaces that the account has, ascending; used
// is whether a token with that secret was made before. It returns an Error with Refused and all reasons.
func (t NewToken) CheckStored(known []int64, used bool) error {
	var problems []Problem
	if missing := without(distinct(t.Workspaces), known); len(missing) > 0 {
		problems = append(problems, Problem{"workspaces", OutOfReach(missing)})
	}
	if used {
		problems = append(problems, Problem{"secret", "has been used before"})
	}
	return Refusal(problems)
}

// Token returns what is known of t once it is made, but for its id.
func (t NewToken) Token(at time.Time) Token {
	return Token{
		AccountID: t.AccountID, UserID: t.UserID, ReadOnly: t.ReadOnly, CreatedAt: at,
		AllWorkspaces: t.Workspaces == nil, Workspaces: len(distinct(t.Workspaces)),
	}
}
