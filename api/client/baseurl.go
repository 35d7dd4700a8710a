package client

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// DefaultBaseURL is the vendor's API.
const DefaultBaseURL = "https://api.mavenlink.com/api/v1"

// parseBaseURL checks text and returns it with a slash at its end. Its errors do not repeat text, which may have a
// password in it.
func parseBaseURL(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", errors.New("the base URL is not a URL")
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New(`the base URL must begin with "https://" or "http://"`)
	case u.Hostname() == "":
		return "", errors.New("the base URL has no host")
	case u.User != nil:
		return "", errors.New("the base URL must not have a user or password; the token is set apart from it")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.HasSuffix(text, "#"):
		return "", errors.New("the base URL must not have a query or fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return "", fmt.Errorf("the base URL must begin with %q: over plain http a token is sent to this machine only", "https://")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u = u.JoinPath("/")
	}
	return u.String(), nil
}

// isLoopback reports whether host is this machine. A name that resolves to it does not count: what a name resolves to
// can change between the check and the call.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
