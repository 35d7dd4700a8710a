// Package account keeps the accounts that a person has logged in to: for each a base URL and an access token. A token is
// kept in the keyring of the operating system, or, where there is none, in a file that only its owner can read.
//
// Connection decides from flags, the environment and the profiles where requests go and with which token.
package account

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// DefaultName is what the first profile is called where it is given no name.
const DefaultName = "default"

// maxName bounds a name. Access tokens are longer, so that one in the place of a name is not taken for it.
const maxName = 32

// Where the token of a profile is.
const (
	InKeyring = "keyring"
	InFile    = "file"
)

// Profile is one account, as JSON shows it.
type Profile struct {
	Name      string `json:"name"`
	Default   bool   `json:"default"`    // the profile of commands that name none
	URL       string `json:"url"`        // the only place where the token is sent to
	TokenFrom string `json:"token_from"` // InKeyring or InFile
}

// document is the file.
type document struct {
	Default  string           `json:"default,omitempty"`
	Profiles map[string]entry `json:"profiles"`
}

// entry is one profile in the file.
type entry struct {
	URL     string `json:"url"`
	Keyring bool   `json:"keyring,omitempty"`
	Token   string `json:"token,omitempty"` // where the keyring has none
}

// profile returns the profile called name, which has to be there.
func (d document) profile(name string) Profile {
	e := d.Profiles[name]
	p := Profile{Name: name, URL: e.URL, Default: name == d.Default, TokenFrom: InFile}
	if e.Keyring {
		p.TokenFrom = InKeyring
	}
	return p
}

// list returns all profiles by name.
func (d document) list() []Profile {
	var out []Profile
	for _, name := range slices.Sorted(maps.Keys(d.Profiles)) {
		out = append(out, d.profile(name))
	}
	return out
}

// CheckName returns an error for what cannot be the name of a profile. The error does not repeat it.
func CheckName(name string) error {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)
	}
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return !plain(r) }) || name[0] == '-' || name[0] == '.' {
		return errors.New("the name of a profile has 1 to 32 of the characters a-z, A-Z, 0-9, '-', '_' and '.', and begins with none of '-' and '.'")
	}
	return nil
}

// SameURL reports whether a and b are the same place.
func SameURL(a, b string) bool { return CanonicalURL(a) == CanonicalURL(b) }

// CanonicalURL returns one form for URLs that are the same place: they may differ in the case of scheme and host, in a port
// that is the scheme's own, and in slashes at the end.
func CanonicalURL(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	for name, port := range map[string]string{"http": ":80", "https": ":443"} {
		if scheme == name {
			host = strings.TrimSuffix(host, port)
		}
	}
	return scheme + "://" + host + strings.TrimRight(u.EscapedPath(), "/")
}
