package stack

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/oxgroups/cmd/bench/gen/stock"
	"example.com/oxgroups/cmd/bench/internal/canned"
)

// netHTTP is what one writes without any generated server: the standard library's mux and encoding/json on
// oapi-codegen's plain types. Nothing is validated.
func netHTTP() (*Stack, error) {
	replies, err := newReplies()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT "+canned.BasePath+"/workspace_groups/{id}", func(w http.ResponseWriter, r *http.Request) {
		if _, err := canned.Authenticate(r.Context(), canned.Bearer(r)); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		if _, err := strconv.ParseInt(r.PathValue("id"), 10, 64); err != nil {
			http.Error(w, "no id", http.StatusBadRequest)
			return
		}
		var body stock.WorkspaceGroupRequest
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var included bool
		if r.URL.RawQuery != "" {
			included = strings.Contains(r.URL.Query().Get("include"), canned.Include)
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(replies.next(included))
	})
	return &Stack{
		Handler: canned.WithRequestID(mux),
		Decode: func(body []byte) error {
			var v stock.WorkspaceGroupRequest
			return json.Unmarshal(body, &v)
		},
		Encode: func(w io.Writer) error { return json.NewEncoder(w).Encode(&replies.plain) },
	}, nil
}

// replies are the canned documents in oapi-codegen's plain types.
type replies struct{ plain, included stock.WorkspaceGroupDocument }

func newReplies() (*replies, error) {
	var r replies
	if err := json.Unmarshal(canned.Document(false), &r.plain); err != nil {
		return nil, fmt.Errorf("the canned group: %w", err)
	}
	if err := json.Unmarshal(canned.Document(true), &r.included); err != nil {
		return nil, fmt.Errorf("the canned group with workspaces: %w", err)
	}
	return &r, nil
}

// next returns a document of its own for each request, as a handler on a real store has to.
func (r *replies) next(included bool) stock.WorkspaceGroupDocument {
	doc := r.plain
	if included {
		doc = r.included
		doc.Workspaces = new(maps.Clone(*doc.Workspaces))
	}
	doc.Results = slices.Clone(doc.Results)
	doc.WorkspaceGroups = maps.Clone(doc.WorkspaceGroups)
	return doc
}
