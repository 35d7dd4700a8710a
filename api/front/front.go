// Package front stands between HTTP and a handler that answers for the API. It keeps what was sent, what was answered and what
// the store made of it, and makes requests fail as it is told to. The fake for Go tests and the stand-in share it.
//
// Start with front.go.
package front

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
)

// Exchange is one request and what became of it. It does not change once it is recorded.
type Exchange struct {
	Number   int // 1 is the first one, by arrival
	Time     time.Time
	Duration time.Duration // to the end of the handler, without what a fault waits

	Method, Path, Query string
	Header              http.Header // as it came, with the token
	Body                []byte      // as far as it is kept
	Truncated           bool        // there was more of the body

	server.Entry // of the handler; Status is what was sent: 0 if the connection ended instead

	Fault       string // "" if none hit the request
	Applied     bool   // the store took the update
	Seen        store.Seen
	ReplyHeader http.Header
	Reply       []byte

	withheld bool // the store must not get the update
}

type exchangeKey struct{}

// ExchangeIn returns the exchange of a request that is being handled, or nil.
func ExchangeIn(ctx context.Context) *Exchange {
	x, _ := ctx.Value(exchangeKey{}).(*Exchange)
	return x
}

// With returns a request that belongs to an exchange.
func With(r *http.Request, x *Exchange) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
}

// Saw notes what the server knows of a request. It is what server.WithJournal takes.
func Saw(ctx context.Context, e server.Entry) {
	if x := ExchangeIn(ctx); x != nil {
		x.Entry = e
	}
}

// Front is an http.Handler in front of another one. Its fields do not change while it serves.
type Front struct {
	API     http.Handler
	Faults  *Faults
	Record  func(context.Context, *Exchange) // called before the reply is sent, by many goroutines at once
	Keep    int64                            // bytes of a body that are kept
	Closing <-chan struct{}                  // closed: what waits ends; nil is never

	// TokenID returns the id of a token for rules that ask for one; nil where none does.
	TokenID func(ctx context.Context, token string) int64
	// RuleHeader is a header whose value is a rule for its request alone; "" is none.
	RuleHeader string
}

// ServeHTTP lets the API answer into memory, records the exchange, and sends the reply as the fault wants it. So a caller that
// has its reply finds the request recorded.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &Exchange{Time: time.Now(), Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header}
	fault := f.faultFor(x, r)
	x.Fault, x.withheld = fault.name, fault.name != "" && !fault.applied

	inner := With(r, x)
	body := &keptBody{ReadCloser: r.Body, most: f.Keep}
	body.kept.Grow(int(min(max(r.ContentLength, 0), 64<<10)))
	inner.Body = body
	reply := &reply{ResponseWriter: w, code: http.StatusOK}
	f.API.ServeHTTP(reply, inner)
	body.readRest(r)

	for _, change := range fault.change {
		change(reply)
	}
	x.Duration = time.Since(x.Time)
	x.Body, x.Truncated = body.kept.Bytes(), body.more
	x.Status, x.ReplyHeader, x.Reply = reply.code, reply.Header(), reply.body.Bytes()
	if fault.silent {
		x.Status, x.ReplyHeader, x.Reply = 0, nil, nil
	}
	f.Record(r.Context(), x)
	f.wait(r.Context(), fault.delay)
	if fault.send != nil {
		fault.send(reply)
	} else {
		reply.send(reply.body.Len())
	}
}

// faultFor returns the fault of a request and numbers it.
func (f *Front) faultFor(x *Exchange, r *http.Request) Fault {
	a := Arrival{GroupID: GroupID(x.Path), Method: x.Method, Path: x.Path}
	if f.TokenID != nil && f.Faults.asksForTokens() {
		a.TokenID = f.TokenID(r.Context(), Token(r.Header))
	}
	fault := Fault{}
	x.Number, fault = f.Faults.arrive(a)
	if f.RuleHeader != "" && r.Header.Get(f.RuleHeader) != "" {
		fault = faultOfHeader(r.Header.Get(f.RuleHeader))
	}
	return fault
}

// wait waits as long as a fault wants, or ends the connection once nobody waits for the reply any more.
func (f *Front) wait(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	case <-f.Closing:
		panic(http.ErrAbortHandler)
	}
}

// keptBody is a body that is kept while it is read.
type keptBody struct {
	io.ReadCloser
	kept bytes.Buffer
	most int64
	more bool
}

// Read reads from the body.
func (b *keptBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	fits := min(int64(n), b.most-int64(b.kept.Len()))
	b.kept.Write(p[:fits])
	b.more = b.more || fits < int64(n)
	return n, err
}

// readRest reads what the handler left, as far as it is kept. A handler that refuses a body unread has bounded the time for it;
// a client that asks before it sends one has sent none.
func (b *keptBody) readRest(r *http.Request) {
	if r.ContentLength != 0 && r.Header.Get("Expect") == "" {
		_, _ = io.Copy(io.Discard, io.LimitReader(b, b.most-int64(b.kept.Len())+1)) // what cannot be read is not there
	}
}

// reply is a reply in memory.
type reply struct {
	http.ResponseWriter
	code int
	body bytes.Buffer
}

// Unwrap lets http.ResponseController find the connection.
func (r *reply) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// WriteHeader keeps the status.
func (r *reply) WriteHeader(code int) {
	if code >= http.StatusOK {
		r.code = code
	}
}

// Write keeps a part of the body.
func (r *reply) Write(p []byte) (int, error) { return r.body.Write(p) }

// FlushError keeps what was written: a fault may still change it.
func (*reply) FlushError() error { return nil }

// send sends the reply, which says that its body has size bytes.
func (r *reply) send(size int) {
	if r.code != http.StatusNoContent && r.code != http.StatusNotModified {
		r.Header().Set("Content-Length", strconv.Itoa(size))
	}
	r.ResponseWriter.WriteHeader(r.code)
	_, _ = r.ResponseWriter.Write(r.body.Bytes()) // where it fails the caller is gone
}

// Nowhere is the writer of a reply that nobody gets: an Exchange has it.
type Nowhere struct{ header http.Header }

// Header returns the header of the reply.
func (n *Nowhere) Header() http.Header {
	if n.header == nil {
		n.header = http.Header{}
	}
	return n.header
}

// WriteHeader does nothing.
func (*Nowhere) WriteHeader(int) {}

// Write drops a part of the body.
func (*Nowhere) Write(p []byte) (int, error) { return len(p), nil }

// gate is a store that withholds the updates that a fault does not let through, and notes what the others change.
type gate struct {
	group.Updater
	seeing seer // nil: what changes is not noted
}

// seer is a store that tells what an update changes.
type seer interface {
	UpdateSeen(context.Context, group.Caller, int64, model.WorkspaceGroupUpdate, group.Includes, *store.Seen) (group.Snapshot, error)
}

// Gate returns the store for the server behind a Front. With changes it fills Exchange.Seen, if the store can.
func Gate(s group.Updater, changes bool) group.Updater {
	g := gate{Updater: s}
	if changes {
		g.seeing, _ = s.(seer)
	}
	return g
}

// Update updates a group unless a fault withholds that.
func (g gate) Update(ctx context.Context, by group.Caller, id int64, u model.WorkspaceGroupUpdate, in group.Includes) (group.Snapshot, error) {
	x := ExchangeIn(ctx)
	if x == nil {
		return g.Updater.Update(ctx, by, id, u, in)
	}
	if x.withheld {
		return group.Snapshot{}, &group.Error{Code: group.Unavailable}
	}
	var snapshot group.Snapshot
	var err error
	if g.seeing != nil {
		if snapshot, err = g.seeing.UpdateSeen(ctx, by, id, u, in, &x.Seen); err != nil {
			x.Seen = store.Seen{}
		}
	} else {
		snapshot, err = g.Updater.Update(ctx, by, id, u, in)
	}
	x.Applied = err == nil
	return snapshot, err
}

// GroupID returns the id in the path of a request, or 0.
func GroupID(path string) int64 {
	id, _ := strconv.ParseInt(strings.TrimSuffix(path[strings.LastIndexByte(path, '/')+1:], ".json"), 10, 64)
	return max(0, id)
}

// Token returns the token of a request, or "".
func Token(h http.Header) string {
	token, _ := server.BearerToken(h)
	return token
}
