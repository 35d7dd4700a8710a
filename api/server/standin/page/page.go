// Package page is what people see of a stand-in in a browser: the journal as it grows, the groups, faults and metrics, and the
// API's documentation with requests that can be tried. It is all in the binary and asks nothing of other servers.
package page

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/swaggest/swgui/v5emb"
)

//go:embed static
var embedded embed.FS

// policy lets a page load and ask for nothing but what is on the server that it is from.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Handler returns what is served at /, /docs and /page/. The page asks the stand-in's endpoints beside them.
func Handler() http.Handler {
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		panic(err) // the name is above
	}
	serve := http.FileServerFS(files)
	page := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, name) }
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", page("page.html"))
	mux.HandleFunc("GET /docs", page("page.html"))
	mux.Handle("GET /page/", http.StripPrefix("/page/", serve))
	mux.Handle("GET /docs/", v5emb.New("", "", "/docs/"))
	mux.HandleFunc("GET /docs/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/docs", http.StatusMovedPermanently)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Referrer-Policy", "no-referrer")
		mux.ServeHTTP(w, r)
	})
}
