package main

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"example.com/oxgroups/api/client"
)

// curlLine returns a line for a POSIX shell that sends req with curl. It takes the token from the environment.
func curlLine(req *http.Request) (string, error) {
	var b strings.Builder
	b.WriteString("curl -X " + req.Method + " " + shellQuote(req.URL.String()))
	b.WriteString(` -H "Authorization: Bearer $` + client.EnvToken + `"`)
	for _, key := range slices.Sorted(maps.Keys(req.Header)) {
		if key == "User-Agent" {
			continue // curl's own says who sends it
		}
		for _, value := range req.Header[key] {
			b.WriteString(" -H " + shellQuote(key+": "+value))
		}
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return "", err
	}
	b.WriteString(" --data-raw " + shellQuote(string(body)))
	return b.String(), nil
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
