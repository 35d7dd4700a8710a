package standin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/validator"
)

// outOfReach is the member of a state that has the workspaces which tokens have no access to. An import leaves it out.
const outOfReach = "out_of_reach"

// account is the one whose state is shown and replaced.
const account = 1

// state is what a store has, and what it can be taken back to.
type state struct {
	store replaceable

	mu        sync.Mutex
	seed      *moment
	snapshots map[string]*moment
}

// replaceable is a store whose contents can be replaced, if its engine can.
type replaceable interface {
	group.Store
	Snapshot(ctx context.Context, account int64) (contents *group.Contents, hidden map[int64][]int64, err error)
	Replace(ctx context.Context, account int64, contents *group.Contents, hidden map[int64][]int64) error
}

// moment is a state that was kept.
type moment struct {
	contents group.Contents
	hidden   map[int64][]int64
}

// newState keeps what a store has now as the seed.
func newState(ctx context.Context, s group.Store) (*state, error) {
	r, ok := s.(replaceable)
	if !ok {
		return nil, errors.New("the store cannot be replaced")
	}
	st := &state{store: r, snapshots: map[string]*moment{}}
	var err error
	if st.seed, err = st.now(ctx); group.CodeOf(err) == group.Refused {
		return st, nil // the state can be read and no more
	}
	return st, err
}

// now returns what the store has.
func (st *state) now(ctx context.Context) (*moment, error) {
	contents, hidden, err := st.store.Snapshot(ctx, account)
	if err != nil {
		return nil, err
	}
	return &moment{*contents, hidden}, nil
}

// restore makes a moment the state. The rows are copied: an engine may keep them.
func (st *state) restore(ctx context.Context, m *moment) error {
	contents := m.contents
	for k := range contents {
		contents[k] = slices.Clone(contents[k])
	}
	return st.store.Replace(ctx, account, &contents, m.hidden)
}

func (st *state) handle(mux *http.ServeMux) {
	mux.HandleFunc("GET /state", st.export)
	mux.HandleFunc("PUT /state", st.put)
	mux.HandleFunc("POST /reset", func(w http.ResponseWriter, r *http.Request) {
		st.mu.Lock()
		seed := st.seed
		st.mu.Unlock()
		st.answer(w, r, seed)
	})
	mux.HandleFunc("GET /state/workspace_groups", st.groups)
	mux.HandleFunc("GET /state/workspace_groups/{id}", st.groups)
	mux.HandleFunc("GET /snapshots", func(w http.ResponseWriter, _ *http.Request) {
		st.mu.Lock()
		names := slices.Sorted(maps.Keys(st.snapshots))
		st.mu.Unlock()
		answerJSON(w, map[string][]string{"snapshots": append([]string{}, names...)})
	})
	mux.HandleFunc("PUT /snapshots/{name}", st.take)
	mux.HandleFunc("POST /snapshots/{name}/restore", func(w http.ResponseWriter, r *http.Request) {
		if m := st.snapshot(w, r); m != nil {
			st.answer(w, r, m)
		}
	})
	mux.HandleFunc("DELETE /snapshots/{name}", func(w http.ResponseWriter, r *http.Request) {
		if st.snapshot(w, r) != nil {
			st.mu.Lock()
			delete(st.snapshots, r.PathValue("name"))
			st.mu.Unlock()
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

// answer restores a moment and says that it did.
func (st *state) answer(w http.ResponseWriter, r *http.Request, m *moment) {
	if m == nil {
		refuse(w, http.StatusConflict, errors.New("only the state of SQLite and memory can be replaced"))
		return
	}
	if err := st.restore(r.Context(), m); err != nil {
		refuseStore(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// snapshot returns the snapshot that a request names, or answers that there is none.
func (st *state) snapshot(w http.ResponseWriter, r *http.Request) *moment {
	st.mu.Lock()
	defer st.mu.Unlock()
	m := st.snapshots[r.PathValue("name")]
	if m == nil {
		refuse(w, http.StatusNotFound, errors.New("there is no snapshot of this name"))
	}
	return m
}

var snapshotName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

const maxSnapshots = 100

func (st *state) take(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !snapshotName.MatchString(name) {
		refuse(w, http.StatusBadRequest, errors.New("the name must have 1 to 64 letters, digits, dots, dashes and underscores"))
		return
	}
	m, err := st.now(r.Context())
	if err != nil {
		refuseStore(w, err)
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.snapshots[name] == nil && len(st.snapshots) >= maxSnapshots {
		refuse(w, http.StatusConflict, errors.New("there are 100 snapshots: delete one"))
		return
	}
	st.snapshots[name] = m
	w.WriteHeader(http.StatusNoContent)
}

// reachJSON is what one token has no access to.
type reachJSON struct {
	TokenID      int64    `json:"token_id"`
	WorkspaceIDs []string `json:"workspace_ids"`
}

// export writes the state as import takes it, with what is out of reach beside it.
func (st *state) export(w http.ResponseWriter, r *http.Request) {
	var document bytes.Buffer
	if err := store.WriteDocument(r.Context(), st.store, account, false, &document); err != nil {
		refuseStore(w, err)
		return
	}
	_, hidden, err := st.store.Snapshot(r.Context(), account)
	if err != nil && group.CodeOf(err) != group.Refused {
		refuseStore(w, err)
		return
	}
	list := []reachJSON{}
	for _, token := range slices.Sorted(maps.Keys(hidden)) {
		one := reachJSON{TokenID: token}
		for _, id := range hidden[token] {
			one.WorkspaceIDs = append(one.WorkspaceIDs, strconv.FormatInt(id, 10))
		}
		list = append(list, one)
	}
	text, _ := json.Marshal(list) // of plain values
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(bytes.TrimSuffix(document.Bytes(), []byte("}\n")))
	_, _ = w.Write(append(append([]byte(",\n\""+outOfReach+"\":"), text...), "}\n"...))
}

// put makes a document the state and the seed.
func (st *state) put(w http.ResponseWriter, r *http.Request) {
	document, err := readAll(w, r, maxState)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	m := &moment{hidden: map[int64][]int64{}}
	docs, err := store.ReadDocuments(document, store.ReadOptions{Now: time.Now()})
	switch {
	case err != nil && group.CodeOf(err) != group.Refused:
		refuse(w, http.StatusBadRequest, err)
		return
	case err != nil:
		refuseStore(w, err)
		return
	case len(docs) != 1:
		refuse(w, http.StatusBadRequest, errors.New("there must be one document"))
		return
	}
	m.contents = docs[0].Contents
	var extra struct {
		OutOfReach []reachJSON `json:"out_of_reach"`
	}
	if err := json.Unmarshal(document, &extra); err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	for _, one := range extra.OutOfReach {
		for _, text := range one.WorkspaceIDs {
			id, _ := strconv.ParseInt(text, 10, 64) // what is not an id hides nothing
			m.hidden[one.TokenID] = append(m.hidden[one.TokenID], id)
		}
	}
	if err := st.restore(r.Context(), m); err != nil {
		refuseStore(w, err)
		return
	}
	st.mu.Lock()
	st.seed = m
	st.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// groups answers with all that there is in the form of the API, or with one group and all of its associations.
func (st *state) groups(w http.ResponseWriter, r *http.Request) {
	doc, err := store.ReadModel(r.Context(), st.store, account)
	if id := r.PathValue("id"); id != "" && err == nil {
		var ok bool
		if doc, ok = store.Only(id, &doc); !ok {
			refuse(w, http.StatusNotFound, errors.New("there is no such group"))
			return
		}
	}
	var text []byte
	if err == nil {
		text, err = validator.AppendWorkspaceGroupDocument(nil, &doc)
	}
	if err != nil {
		refuseStore(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(text)
}
