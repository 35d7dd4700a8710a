// Package record passes requests on to the API elsewhere, says where they and their replies are not as openapi.yaml says, and keeps
// what was answered as documents that an import takes.
package record

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"example.com/oxgroups/api/front"
	"example.com/oxgroups/api/group"
	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/api/validate"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// InReply is where a violation of a reply is, and InRequest one of the request as a whole.
const (
	InReply   = "reply"
	InRequest = "request"
)

// maxMessage bounds the body of a request and that of a reply, in bytes.
const maxMessage = 64 << 20

// Recorder is an http.Handler that passes requests on. It is safe for concurrent use.
type Recorder struct {
	proxy   *httputil.ReverseProxy
	checker http.Handler
	log     *slog.Logger

	mu  sync.Mutex // one update after the other, so that out has them in the order in which they were applied
	out io.Writer  // nil: nothing is written
}

// New returns a recorder for the API at upstream, which gets requests with their tokens. Each group that is answered is written
// to out, which may be nil, as a document on a line.
func New(upstream *url.URL, out io.Writer, log *slog.Logger) (*Recorder, error) {
	checker, err := server.New(anybody{}, server.WithLimits(server.NoLimits()), server.WithJournal(front.Saw))
	if err != nil {
		return nil, err
	}
	base := strings.TrimSuffix(upstream.Path, "/")
	if base == "" {
		base = server.BasePath
	}
	p := &Recorder{checker: checker.Handler(), out: out, log: log}
	p.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = upstream.Scheme, upstream.Host, ""
			r.Out.URL.Path = base + strings.TrimPrefix(r.In.URL.Path, server.BasePath)
			if r.In.URL.RawPath != "" {
				r.Out.URL.RawPath = base + strings.TrimPrefix(r.In.URL.RawPath, server.BasePath)
			}
			r.Out.Header.Del("Accept-Encoding") // net/http asks for gzip and unpacks it
		},
		ModifyResponse: p.received,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			log.Warn("the API cannot be reached", slog.String("cause", err.Error()))
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = w.Write(server.ErrorBody(http.StatusBadGateway))
		},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	return p, nil
}

// ServeHTTP passes a request on, once it is here to its end.
func (p *Recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		http.Error(w, "the body could not be read to its end", http.StatusBadRequest)
		return
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	if p.out != nil && r.Method == http.MethodPut {
		p.mu.Lock()
		defer p.mu.Unlock()
	}
	p.proxy.ServeHTTP(w, r)
}

// received reads a reply to its end and writes what can be imported of it.
func (p *Recorder) received(resp *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxMessage+1))
	if err == nil && len(body) > maxMessage {
		err = fmt.Errorf("the reply has more than %d bytes", maxMessage)
	}
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if p.out == nil || resp.StatusCode != http.StatusOK || resp.Request.Method != http.MethodPut {
		return nil
	}
	document, err := importable(body)
	if err == nil {
		_, err = p.out.Write(append(document, '\n'))
	}
	if err != nil {
		p.log.Warn("a reply was not written", slog.String("cause", err.Error()))
	}
	return nil
}

// importable returns the maps of a reply that an import knows, on one line. Values that do not fit the spec are marked to be
// kept as they are.
func importable(reply []byte) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(reply, &all); err != nil {
		return nil, errors.New("it is not a JSON object")
	}
	known := map[string]json.RawMessage{}
	for k := range group.Kinds {
		if objects := all[k.String()]; len(objects) > 0 {
			known[k.String()] = objects
		}
	}
	document, err := json.Marshal(known)
	if err == nil {
		_, err = store.ReadDocuments(document, store.ReadOptions{Now: time.Now()})
	}
	if err == nil {
		return document, nil
	}
	known[store.AsStoredMember] = json.RawMessage("true")
	if document, err = json.Marshal(known); err == nil {
		_, err = store.ReadDocuments(document, store.ReadOptions{Now: time.Now()})
	}
	return document, err
}

// Check notes in an exchange where it is not as the spec says.
func (p *Recorder) Check(x *front.Exchange) {
	r, err := http.NewRequest(x.Method, "/", bytes.NewReader(x.Body))
	if err != nil {
		return // net/http has parsed the method before
	}
	r.Header, r.URL = x.Header, &url.URL{Path: x.Path, RawQuery: x.Query}
	status := x.Status
	p.checker.ServeHTTP(&front.Nowhere{}, front.With(r, x))
	checked := x.Status
	x.Status, x.RequestID = status, x.ReplyHeader.Get("X-Request-Id")
	switch checked {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusUnauthorized:
		message := fmt.Sprintf("the spec answers %d %s", checked, http.StatusText(checked))
		x.Violations = append(x.Violations, validate.Violation{In: InRequest, Rule: "operation", Message: message})
	}
	for _, v := range replyViolations(status, x.Reply) {
		v.In = InReply
		x.Violations = append(x.Violations, v)
	}
}

// replyViolations returns where a reply is not as the spec says.
func replyViolations(status int, reply []byte) validate.Violations {
	var err error
	switch {
	case status == 0:
		return nil
	case status == http.StatusOK:
		err = validator.DecodeWorkspaceGroupDocument(reply, new(model.WorkspaceGroupDocument))
	case status >= http.StatusBadRequest:
		err = validator.DecodeErrors(reply, new(model.Errors))
	default:
		return validate.Violations{{Rule: "status", Message: "the spec has no status " + http.StatusText(status)}}
	}
	var list validate.Violations
	var syntax *validate.SyntaxError
	switch {
	case errors.As(err, &list):
		return list
	case errors.As(err, &syntax):
		return validate.Violations{{Rule: "syntax", Message: syntax.Error()}}
	}
	return nil
}

// anybody is the store of the server that checks requests: every token is good, and every update is taken.
type anybody struct{ group.Updater }

// Authenticate takes any token.
func (anybody) Authenticate(context.Context, string) (group.Caller, error) {
	return group.Caller{}, nil
}

// Update does nothing.
func (anybody) Update(context.Context, group.Caller, int64, model.WorkspaceGroupUpdate, group.Includes) (group.Snapshot, error) {
	return group.Snapshot{}, nil
}
