package main

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/rs/cors"
)

// newCORS returns what lets pages of the named origins, separated by commas, call the API from a browser. Every other
// request is answered as without it.
func newCORS(names string) (around func(api http.Handler) http.Handler, err error) {
	origins := strings.FieldsFunc(names, func(r rune) bool { return r == ',' })
	for _, origin := range origins {
		if u, err := url.Parse(origin); err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin || strings.Contains(origin, "*") {
			return nil, fmt.Errorf("--cors: the origin %q must be like https://app.example or http://localhost:3000", origin)
		}
	}
	policy := cors.New(cors.Options{
		AllowedOrigins: origins, AllowedMethods: []string{http.MethodPut}, AllowedHeaders: []string{"*"}, MaxAge: 600, // seconds
		ExposedHeaders: []string{"Retry-After", "WWW-Authenticate", "X-Request-Id", "X-Runtime"},
	})
	return func(api http.Handler) http.Handler {
		withPolicy := policy.Handler(api)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if slices.Contains(origins, r.Header.Get("Origin")) {
				withPolicy.ServeHTTP(w, r)
			} else {
				api.ServeHTTP(w, r)
			}
		})
	}, nil
}
