package standin

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/front"
)

const (
	defaultLimit = 100    // entries of a list
	maxLimit     = 10_000 // entries of a list
	pingEvery    = 15 * time.Second
)

func (in *StandIn) handleRequests(mux *http.ServeMux) {
	mux.HandleFunc("GET /requests", in.list)
	mux.HandleFunc("DELETE /requests", func(w http.ResponseWriter, _ *http.Request) {
		in.journal.clear()
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /requests/stream", in.stream)
	mux.HandleFunc("GET /requests/{id}", in.withEntry(func(w http.ResponseWriter, _ *http.Request, e *entry) {
		whole, err := e.whole()
		if err != nil {
			refuse(w, http.StatusInternalServerError, err)
			return
		}
		answerJSON(w, whole)
	}))
	mux.HandleFunc("POST /requests/{id}/replay", in.withEntry(in.replay))
	mux.HandleFunc("GET /requests/{id}/curl", in.withEntry(func(w http.ResponseWriter, _ *http.Request, e *entry) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintln(w, in.curl(e))
	}))
	mux.HandleFunc("GET /requests/{id}/har", in.withEntry(func(w http.ResponseWriter, _ *http.Request, e *entry) {
		answerJSON(w, in.har([]*entry{e}))
	}))
	mux.HandleFunc("GET /requests.har", func(w http.ResponseWriter, r *http.Request) {
		f, err := parseFilter(r.URL.Query())
		if err != nil {
			refuse(w, http.StatusBadRequest, err)
			return
		}
		list, _, _ := in.find(f)
		slices.Reverse(list)
		answerJSON(w, in.har(list))
	})
}

func (in *StandIn) withEntry(do func(http.ResponseWriter, *http.Request, *entry)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
		e := in.journal.get(id)
		if e == nil {
			refuse(w, http.StatusNotFound, errors.New("the journal has no such request; it may have been dropped"))
			return
		}
		do(w, r, e)
	}
}

// filter says which entries are wanted.
type filter struct {
	status       string // 422 or 4xx
	method, text string
	group        int64
	before       int64
	limit        int
}

func parseFilter(q url.Values) (f filter, err error) {
	f = filter{status: strings.ToLower(q.Get("status")), method: q.Get("method"), text: strings.ToLower(q.Get("text")), limit: defaultLimit}
	number := func(name string, to *int64) {
		if text := q.Get(name); text != "" && err == nil {
			if *to, err = strconv.ParseInt(text, 10, 64); err != nil || *to < 1 {
				err = fmt.Errorf("%s: must be a number of 1 or more", name)
			}
		}
	}
	limit := int64(defaultLimit)
	number("group", &f.group)
	number("before", &f.before)
	number("limit", &limit)
	f.limit = int(min(limit, maxLimit))
	if n, any := strings.CutSuffix(f.status, "xx"); f.status != "" && err == nil {
		if _, bad := strconv.Atoi(n); bad != nil || any && len(n) != 1 {
			err = errors.New("status: must be a status like 422, 4xx, or 0 for no reply")
		}
	}
	return f, err
}

func (f *filter) wants(e *entry) bool {
	status := strconv.Itoa(e.Status)
	if strings.HasSuffix(f.status, "xx") {
		status = status[:1] + "xx"
	}
	return (f.status == "" || status == f.status) && (f.method == "" || strings.EqualFold(f.method, e.Method)) &&
		(f.group == 0 || f.group == front.GroupID(e.Path)) && (f.text == "" || e.has(f.text))
}

// has reports whether a text in lower case is in what is shown of an entry.
func (e *entry) has(text string) bool {
	for _, part := range []string{e.Method + " " + e.Path, e.query(), e.text(e.Body), e.text(e.Reply), e.Fault, e.RequestID} {
		if strings.Contains(strings.ToLower(part), text) {
			return true
		}
	}
	return false
}

// find returns the entries that a filter wants, the newest first, how many there are in all, and how many were dropped.
func (in *StandIn) find(f filter) (list []*entry, total int, dropped int64) {
	all, _, dropped, _ := in.journal.after(0)
	for _, e := range slices.Backward(all) {
		if !f.wants(e) {
			continue
		}
		total++
		if (f.before == 0 || e.id < f.before) && len(list) < f.limit {
			list = append(list, e)
		}
	}
	return list, total, dropped
}

func (in *StandIn) list(w http.ResponseWriter, r *http.Request) {
	f, err := parseFilter(r.URL.Query())
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	list, total, dropped := in.find(f)
	out := struct {
		Requests []summaryJSON `json:"requests"`
		Total    int           `json:"total"`
		Dropped  int64         `json:"dropped"`
	}{make([]summaryJSON, len(list)), total, dropped}
	for i, e := range list {
		out.Requests[i] = e.summary()
	}
	answerJSON(w, out)
}

// stream sends each new request as an event. A reader that comes back, or that has a list, says which one it has had last.
func (in *StandIn) stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	newest, cleared := in.journal.newest()
	last, err := strconv.ParseInt(cmp.Or(r.Header.Get("Last-Event-ID"), r.FormValue("after")), 10, 64)
	if err != nil || last > newest { // or of a server that is gone
		last = newest
	}
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	_, err = fmt.Fprint(w, ": hello\n\n")
	for err == nil {
		list, now, _, changed := in.journal.after(last)
		if now != cleared {
			cleared = now
			_, err = fmt.Fprint(w, "event: cleared\ndata: {}\n\n")
		}
		for _, e := range list {
			text, _ := json.Marshal(e.summary()) // of plain values
			if _, err = fmt.Fprintf(w, "event: request\nid: %d\ndata: %s\n\n", e.id, text); err != nil {
				return
			}
			last = e.id
		}
		if err = control.Flush(); err != nil {
			return
		}
		select {
		case <-changed:
		case <-ping.C:
			_, err = fmt.Fprint(w, ": ping\n\n")
		case <-r.Context().Done():
			return
		case <-in.closing:
			return
		}
	}
}

// replayKey is for the id that the journal gives to a request that is sent again.
type replayKey struct{}

// replayJSON is what a request that is sent again has in the place of what it had.
type replayJSON struct {
	Method  *string           `json:"method"`
	Path    *string           `json:"path"`
	Query   *string           `json:"query"`
	Headers map[string]string `json:"headers"`
	Body    *string           `json:"body"`
}

// replay sends a request again, with its token.
func (in *StandIn) replay(w http.ResponseWriter, r *http.Request, e *entry) {
	body, err := readAll(w, r, 2*keptBody)
	var edit replayJSON
	if err == nil && len(body) > 0 {
		d := json.NewDecoder(bytes.NewReader(body))
		d.DisallowUnknownFields()
		err = d.Decode(&edit)
	}
	if err == nil && e.Truncated && edit.Body == nil {
		err = errors.New("the journal does not have all of the body")
	}
	var id int64
	var again *http.Request
	if err == nil {
		again, err = e.request(context.WithValue(r.Context(), replayKey{}, &id), edit)
	}
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	func() {
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler { // a fault that ends the connection
				panic(v)
			}
		}()
		in.front.ServeHTTP(&front.Nowhere{}, again)
	}()
	out := struct {
		ID     int64  `json:"id"`
		Status int    `json:"status"`
		Body   string `json:"body"`
	}{ID: id}
	if sent := in.journal.get(id); sent != nil {
		out.Status, out.Body = sent.Status, sent.text(sent.Reply)
	}
	answerJSON(w, out)
}

// request returns the request of an entry with what an edit says otherwise.
func (e *entry) request(ctx context.Context, edit replayJSON) (*http.Request, error) {
	body := string(e.Body)
	target := url.URL{Path: *cmp.Or(edit.Path, &e.Path), RawQuery: *cmp.Or(edit.Query, &e.Query)}
	if !strings.HasPrefix(target.Path, "/") {
		return nil, errors.New("path: must begin with /")
	}
	r, err := http.NewRequestWithContext(ctx, *cmp.Or(edit.Method, &e.Method), target.String(), strings.NewReader(*cmp.Or(edit.Body, &body)))
	if err != nil {
		return nil, fmt.Errorf("the request cannot be sent: %w", err)
	}
	r.Header = e.sent.header()
	for _, name := range []string{"Content-Length", "Expect", "X-Request-Id", "Traceparent"} { // of the first time
		r.Header.Del(name)
	}
	for name, value := range edit.Headers {
		r.Header.Set(name, value)
	}
	r.Host, r.RemoteAddr = "localhost", "127.0.0.1:0"
	return r, nil
}
