package standin

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"example.com/oxgroups/api/front"
	"example.com/oxgroups/api/record"
	"example.com/oxgroups/api/store"
	"example.com/oxgroups/gen/model"
	"example.com/oxgroups/gen/validator"
)

// summaryJSON is an entry in a list.
type summaryJSON struct {
	ID         int64     `json:"id"`
	Time       time.Time `json:"time"`
	Method     string    `json:"method"`
	Path       string    `json:"path"`
	Query      string    `json:"query"`
	Status     int       `json:"status"` // 0: the connection ended instead
	DurationMS float64   `json:"duration_ms"`
	RequestID  string    `json:"request_id"`
	Group      string    `json:"group"` // "" where the path has no id
	TokenID    int64     `json:"token_id"`
	UserID     int64     `json:"user_id"`
	Fault      string    `json:"fault"`
	Message    string    `json:"message"`    // the first error of the reply
	Violations int       `json:"violations"` // how many problems there are
	Changed    bool      `json:"changed"`
}

// entryJSON is all of an entry.
type entryJSON struct {
	summaryJSON
	Request   messageJSON     `json:"request"`
	Reply     messageJSON     `json:"reply"`
	Problems  []problemJSON   `json:"problems"`
	Ignored   []problemJSON   `json:"ignored"`
	Tolerated []problemJSON   `json:"tolerated"`
	Before    json.RawMessage `json:"before"`
	After     json.RawMessage `json:"after"`
}

type messageJSON struct {
	Headers   http.Header `json:"headers"`
	Body      string      `json:"body"`
	Truncated bool        `json:"truncated"`
}

// problemJSON is something at a place of a body, or of what In says: path, query or reply.
type problemJSON struct {
	In      string `json:"in,omitempty"`
	Pointer string `json:"pointer"`
	Rule    string `json:"rule,omitempty"`
	Message string `json:"message,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

// shownHeaders are the headers that are shown: all others may have secrets.
var shownHeaders = []string{
	"Accept", "Accept-Encoding", "Allow", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Idempotency-Key",
	"Origin", "Retry-After", "Transfer-Encoding", "Traceparent", "User-Agent", "Www-Authenticate", "X-Request-Id", "X-Runtime",
}

const maxShownValue = 1 << 10 // bytes of a header

// hide returns text without the token of the request. A short one may be a word of its own, and stays in bodies.
func (e *entry) hide(text string, isBody bool) string {
	if e.token == "" || isBody && len(e.token) < 16 {
		return text
	}
	return strings.ReplaceAll(text, e.token, "[token]")
}

// tokenInQuery is a token that a client has put where none is read.
var tokenInQuery = regexp.MustCompile(`(?i)\b((?:access_|api_)?(?:token|key)=)[^&]*`)

// query returns the query without tokens.
func (e *entry) query() string {
	return tokenInQuery.ReplaceAllString(e.hide(e.Query, false), "${1}[token]")
}

func (e *entry) shown(h http.Header) http.Header {
	out := http.Header{}
	for _, name := range shownHeaders {
		for _, value := range h[name] {
			out.Add(name, e.hide(strings.ToValidUTF8(value[:min(len(value), maxShownValue)], "\ufffd"), false))
		}
	}
	return out
}

func (e *entry) summary() summaryJSON {
	s := summaryJSON{
		ID: e.id, Time: e.Time, Method: e.hide(e.Method, false), Path: e.hide(e.Path, false), Query: e.query(), Status: e.Status,
		DurationMS: float64(e.Duration.Microseconds()) / 1000, RequestID: e.RequestID, TokenID: e.Caller.TokenID, UserID: e.Caller.UserID,
		Fault: e.Fault, Message: e.hide(e.message(), true), Violations: len(e.Violations) + len(e.Refused), Changed: e.Seen.Changed,
	}
	if e.Syntax != nil {
		s.Violations++
	}
	if id := front.GroupID(e.Path); id != 0 {
		s.Group = strconv.FormatInt(id, 10)
	}
	return s
}

// message returns the first error of the reply.
func (e *entry) message() string {
	var list model.Errors
	if e.Status < http.StatusBadRequest {
		if len(e.Violations) > 0 { // of a recording
			return e.Violations[0].Error()
		}
		return ""
	}
	if _, err := validator.ReadErrors(e.Reply, &list); err != nil || len(list.Errors) == 0 {
		return http.StatusText(e.Status)
	}
	first := list.Errors[0]
	if first.Field != nil && *first.Field != "" {
		return *first.Field + ": " + first.Message
	}
	return first.Message
}

func (e *entry) whole() (entryJSON, error) {
	body := front.ReadBody(e.Body, front.IsForm(e.sent.header().Get("Content-Type")), validator.WorkspaceGroupRequestFields)
	out := entryJSON{
		summaryJSON: e.summary(),
		Request:     messageJSON{e.shown(e.sent.header()), e.text(e.Body), e.Truncated},
		Reply:       messageJSON{e.shown(e.answered.header()), e.text(e.Reply), false},
		Problems:    e.problems(body),
		Ignored:     e.places(body.Ignored),
		Tolerated:   e.places(body.Tolerated),
	}
	var err error
	if out.Before, err = e.image(&e.Seen.Before); err == nil {
		out.After, err = e.image(&e.Seen.After)
	}
	return out, err
}

func (e *entry) image(m *store.Image) (json.RawMessage, error) {
	text, err := m.JSON()
	if text == nil {
		return nil, err
	}
	return json.RawMessage(e.hide(string(text), true)), err
}

func (e *entry) text(body []byte) string {
	if !utf8.Valid(body) {
		body = []byte(strings.ToValidUTF8(string(body), "\ufffd"))
	}
	return e.hide(string(body), true)
}

// problems returns all that is wrong with a request, each at its place.
func (e *entry) problems(body *front.Body) []problemJSON {
	list := []problemJSON{}
	at := func(p problemJSON, offset int) problemJSON {
		p.Line, p.Column = front.LineColumn(e.Body, offset)
		return p
	}
	for _, v := range e.Violations {
		p := problemJSON{In: v.In, Pointer: v.Pointer, Rule: v.Rule, Message: v.Message}
		switch v.In {
		case "":
			p = at(p, body.Offset(v.Pointer))
		case record.InReply:
			p.Line, p.Column = front.LineColumn(e.Reply, front.ReadBody(e.Reply, false, nil).Offset(v.Pointer))
		}
		list = append(list, p)
	}
	if e.Syntax != nil {
		list = append(list, at(problemJSON{Rule: "syntax", Message: e.Syntax.Message}, e.Syntax.Offset))
	}
	for _, refused := range e.Refused {
		pointer := "/workspace_group/" + strings.ReplaceAll(refused.Field, ".", "/")
		list = append(list, at(problemJSON{Pointer: pointer, Rule: "refused", Message: refused.Message}, body.Offset(pointer)))
	}
	return list
}

func (e *entry) places(found []front.Place) []problemJSON {
	list := []problemJSON{}
	for _, place := range found {
		line, column := front.LineColumn(e.Body, place.Offset)
		list = append(list, problemJSON{Pointer: e.hide(place.Pointer, true), Message: e.hide(place.Message, true), Line: line, Column: column})
	}
	return list
}
