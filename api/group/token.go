package group

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// NewToken says what a token is for.
type NewToken struct {
	AccountID int64
	UserID    int64
	ReadOnly  bool
	// Name tells people what the token is for. It need not be unique.
	Name string
	// ExpiresAt is when the token ends, in whole seconds; zero is never.
	ExpiresAt time.Time
	// Workspaces are the ids that the token has access to; nil is all of the account.
	Workspaces []int64
	// Secret is the token itself; "" makes a random one of 256 bits.
	Secret string
}

// Token is what is known of a token; the token itself is not.
type Token struct {
	ID            int64
	AccountID     int64
	UserID        int64
	ReadOnly      bool
	Name          string
	AllWorkspaces bool
	Workspaces    int // how many the token has access to where it is not all
	CreatedAt     time.Time
	ExpiresAt     time.Time // zero: never
	LastUsedAt    time.Time // to the minute; zero: never
	RevokedAt     time.Time // zero: not revoked
}

// maxTokenName bounds the name of a token, in bytes.
const maxTokenName = 200

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
	if len(t.Name) > maxTokenName || !utf8.ValidString(t.Name) || strings.ContainsFunc(t.Name, unicode.IsControl) {
		problems = append(problems, Problem{"name", "must be text of at most 200 bytes without control characters"})
	}
	if t.Secret == "" {
		t.Secret = NewSecret()
	}
	return t, Refusal(problems)
}

// CheckStored says whether what is stored allows t: known are those of t.Workspaces that the account has, ascending; used
// is whether a token with that secret was made before; at is the time of the making. It returns an Error with Refused and
// all reasons.
func (t NewToken) CheckStored(known []int64, used bool, at time.Time) error {
	var problems []Problem
	if missing := without(distinct(t.Workspaces), known); len(missing) > 0 {
		problems = append(problems, Problem{"workspaces", OutOfReach(missing)})
	}
	if used {
		problems = append(problems, SecretUsed())
	}
	if !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(at) {
		problems = append(problems, Problem{"expires", "must be in the future"})
	}
	return Refusal(problems)
}

// SecretUsed is the reason where a token with the same secret was made before.
func SecretUsed() Problem { return Problem{"secret", "has been used before"} }

// Token returns what is known of t once it is made, but for its id.
func (t NewToken) Token(at time.Time) Token {
	return Token{
		AccountID: t.AccountID, UserID: t.UserID, ReadOnly: t.ReadOnly, Name: t.Name, CreatedAt: at,
		ExpiresAt: t.ExpiresAt.UTC().Truncate(time.Second), AllWorkspaces: t.Workspaces == nil, Workspaces: len(distinct(t.Workspaces)),
	}
}
