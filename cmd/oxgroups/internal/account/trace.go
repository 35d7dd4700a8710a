package account

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"example.com/oxgroups/api/client"
	"example.com/oxgroups/cmd/oxgroups/internal/console"
)

// shownHeaders are the headers that a trace has. Authorization is none of them.
var shownHeaders = []string{
	"Accept", "Allow", "Cf-Ray", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Retry-After", "Server", "User-Agent", "Via",
	"X-Request-Id", "X-Runtime",
}

// maxTraced bounds what is shown of a body.
const maxTraced = 64 << 10

// trace returns middleware that writes each attempt to stderr: method, URL, headers, status and time, with bodies where
// that is asked for.
func trace(out console.IO, bodies bool) client.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return tracer{next, out, bodies}
	}
}

type tracer struct {
	next   http.RoundTripper
	out    console.IO
	bodies bool
}

// RoundTrip sends the request and shows it with its reply, in one write.
func (t tracer) RoundTrip(req *http.Request) (*http.Response, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", req.Method, req.URL.Redacted())
	headers(&b, ">", req.Header)
	if t.bodies && req.GetBody != nil {
		if body, err := req.GetBody(); err == nil {
			text, _ := io.ReadAll(io.LimitReader(body, maxTraced))
			_ = body.Close()
			lines(&b, ">", text)
		}
	}
	began := time.Now()
	resp, err := t.next.RoundTrip(req)
	took := time.Since(began).Round(time.Millisecond / 10)
	if err != nil {
		fmt.Fprintf(&b, "< no reply after %v: %v\n", took, err)
	} else {
		fmt.Fprintf(&b, "< %s after %v\n", resp.Status, took)
		headers(&b, "<", resp.Header)
		if t.bodies {
			start, _ := io.ReadAll(io.LimitReader(resp.Body, maxTraced))
			resp.Body = &rest{io.MultiReader(bytes.NewReader(start), resp.Body), resp.Body}
			lines(&b, "<", start)
		}
	}
	text := b.String()
	if token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "); token != "" {
		text = strings.ReplaceAll(text, token, "[token]")
	}
	_, _ = io.WriteString(t.out.Err, console.Printable(text))
	return resp, err
}

// rest is a body whose start was read already.
type rest struct {
	io.Reader
	io.Closer
}

func headers(b *strings.Builder, mark string, h http.Header) {
	hidden := len(h)
	for _, name := range shownHeaders {
		for _, value := range h.Values(name) {
			fmt.Fprintf(b, "%s %s: %s\n", mark, name, value)
		}
		if h[name] != nil {
			hidden--
		}
	}
	if hidden > 0 {
		fmt.Fprintf(b, "%s (%d more headers)\n", mark, hidden)
	}
}

func lines(b *strings.Builder, mark string, text []byte) {
	for line := range strings.Lines(string(text)) {
		b.WriteString(mark + " " + strings.TrimRight(line, "\n") + "\n")
	}
}
