package clienttest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"example.com/oxgroups/api/server"
)

// Fault is something that goes wrong with a request. Its methods return a changed copy, so that one can be built in a line:
//
//	clienttest.Status(503).RetryAfter("2").After(time.Second)
//
// A request with a fault goes through the real server all the same, up to the store. Whether the update is applied there
// is part of the fault; each constructor says what it does, and Applied makes it so.
type Fault struct {
	name    string
	applied bool
	delay   time.Duration
	change  []func(*reply) // what becomes of the API's reply, in order
	cut     bool           // no reply is sent
	send    func(*exchange)
}

// reply is what is sent.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// String names the fault, as Request.Fault does.
func (f Fault) String() string { return f.name }

// Applied returns the fault with the update applied before it strikes: the caller cannot know that. Without it, faults of
// which nothing else is said leave the store as it is.
func (f Fault) Applied() Fault {
	if !f.applied {
		f.name += ", applied"
	}
	f.applied = true
	return f
}

// After returns the fault with a delay in front of the reply. An update that is applied is applied at once. The delay ends
// early when the caller has gone or the server is closed.
func (f Fault) After(d time.Duration) Fault {
	f.name += " after " + d.String()
	f.delay += d
	return f
}

// Header returns the fault with a field of the reply's header; an empty value removes it.
func (f Fault) Header(key, value string) Fault {
	return f.with(func(r *reply) {
		if value == "" {
			r.header.Del(key)
		} else {
			r.header.Set(key, value)
		}
	})
}

// RetryAfter returns the fault with the Retry-After field: seconds, a date as http.TimeFormat writes it, or anything else
// that a client must not trip over.
func (f Fault) RetryAfter(value string) Fault { return f.Header("Retry-After", value) }

// Body returns the fault with another body of the reply. The Content-Type stays as it is: see Header.
func (f Fault) Body(body string) Fault {
	return f.with(func(r *reply) { r.body = []byte(body) })
}

func (f Fault) with(change func(*reply)) Fault {
	f.change = append(f.change[:len(f.change):len(f.change)], change)
	return f
}

// Status answers with a status. From 400 on the body is the API's for that status, else there is none. The update is
// applied where the status is 2xx. A code that is not from 200 to 999 is 500.
func Status(code int) Fault {
	if code < 200 || code > 999 {
		code = http.StatusInternalServerError
	}
	f := Fault{name: fmt.Sprintf("status %d", code), applied: code < 300}
	return f.with(func(r *reply) {
		id := r.header.Get("X-Request-Id")
		*r = reply{status: code, header: http.Header{"X-Request-Id": {id}}}
		if code >= 400 {
			r.header.Set("Content-Type", "application/json")
			r.body = server.ErrorBody(code)
		}
	})
}

// Redirect answers with a status of 3xx and a Location.
func Redirect(code int, location string) Fault {
	return Status(code).Header("Location", location)
}

// Empty answers 200 without a body. The update is applied.
func Empty() Fault { return Status(http.StatusOK).named("empty") }

// NoContent answers 204. The update is applied.
func NoContent() Fault { return Status(http.StatusNoContent).named("no content") }

// HTML answers as a proxy in front of the API may: with a page, and applied where the status is 2xx.
func HTML(code int) Fault {
	return Status(code).named(fmt.Sprintf("HTML %d", code)).Header("Content-Type", "text/html; charset=utf-8").
		Body("<!doctype html><html><head><title>Gateway</title></head><body><h1>Gateway</h1></body></html>\n")
}

// NotJSON answers 200 with a body that says it is JSON, and is not. The update is applied.
func NotJSON() Fault {
	return Status(http.StatusOK).named("not JSON").Header("Content-Type", "application/json").Body(`{"count": 1, "workspace_groups": {`)
}

// WrongJSON answers 200 with JSON that is not a document. The update is applied.
func WrongJSON() Fault {
	return Status(http.StatusOK).named("wrong JSON").Header("Content-Type", "application/json").Body(`{"count":"one","workspace_groups":[]}`)
}

func (f Fault) named(name string) Fault {
	f.name = name
	return f
}

// Latency applies the update and waits before it answers.
func Latency(d time.Duration) Fault {
	return Fault{applied: true}.After(d).named("latency " + d.String())
}

// Hang never answers: it ends when the caller has gone or the server is closed.
func Hang() Fault { return Fault{name: "hang", cut: true, send: (*exchange).hang} }

// Reset resets the connection in place of a reply; see Applied.
func Reset() Fault { return Fault{name: "reset", cut: true, send: (*exchange).resetConn} }

// Close closes the connection in place of a reply; see Applied.
func Close() Fault { return Fault{name: "close", cut: true, send: (*exchange).closeConn} }

// Truncated applies the update, and closes the connection after n bytes of the reply's body, but before its end.
func Truncated(n int) Fault {
	return Fault{name: fmt.Sprintf("truncated after %d", n), applied: true, send: func(x *exchange) { x.truncated(n) }}
}

// SlowBody applies the update and sends the body of the reply piece by piece, n bytes at a time, with a pause before each.
func SlowBody(n int, pause time.Duration) Fault {
	return Fault{name: fmt.Sprintf("%d bytes every %v", n, pause), applied: true, send: func(x *exchange) { x.trickle(max(n, 1), pause) }}
}

// GzipBomb applies the update and sends a body that is small on the wire, about a thousandth, and has size bytes when it is
// unpacked. It is a document with a lot of white space in front.
func GzipBomb(size int64) Fault {
	return Fault{name: fmt.Sprintf("gzip bomb of %d", size), applied: true, send: func(x *exchange) { x.gzipBomb(size) }}
}

// HugeHeader applies the update and adds a header field of size bytes to the reply.
func HugeHeader(size int) Fault {
	f := Fault{name: fmt.Sprintf("header of %d", size), applied: true}
	return f.with(func(r *reply) { r.header.Set("X-Padding", strings.Repeat("x", max(size, 0))) })
}
