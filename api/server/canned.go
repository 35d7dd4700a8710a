package server

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"
)

// listener accepts connections on which net/http's own replies have the form of ours. net/http answers what is not a
// request, a header without end for example, before any handler sees it, as text and without a request id.
type listener struct {
	net.Listener
	log *slog.Logger
}

// Accept returns the next connection.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c, log: l.log}, nil
}

type conn struct {
	net.Conn
	log *slog.Logger
}

// CloseWrite lets net/http end a connection so that the caller still gets the last reply.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Write writes p, or our reply in place of net/http's. net/http writes such a reply in one piece.
func (c *conn) Write(p []byte) (int, error) {
	status, detail, ok := parseCanned(p)
	if !ok {
		return c.Conn.Write(p)
	}
	id := string(appendRequestID(nil))
	c.log.Info("request refused", slog.Int("status", status), slog.String("detail", detail), slog.String("request_id", id))
	if _, err := c.Conn.Write(cannedReply(status, detail, id)); err != nil {
		return 0, err
	}
	return len(p), nil
}

var (
	cannedStart  = []byte("HTTP/1.1 ")
	cannedHeader = []byte("Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")
	cannedExpect = []byte("HTTP/1.1 417 Expectation Failed\r\n")
)

// parseCanned recognizes the replies that net/http writes by itself: see (*conn).serve there. No other write looks like
// them: our handlers send no text/plain and no 417, and the JSON of a body has no line ends.
func parseCanned(p []byte) (status int, detail string, ok bool) {
	if !bytes.HasPrefix(p, cannedStart) {
		return 0, "", false
	}
	line, rest, _ := bytes.Cut(p[len(cannedStart):], []byte("\r\n"))
	if !bytes.HasPrefix(rest, cannedHeader) && !bytes.HasPrefix(p, cannedExpect) || len(line) < 3 {
		return 0, "", false
	}
	status, err := strconv.Atoi(string(line[:3]))
	if err != nil {
		return 0, "", false
	}
	// What follows the colon is a constant of net/http, "missing required Host header" for example.
	_, text, _ := bytes.Cut(line, []byte(": "))
	return status, string(text), true
}

func cannedReply(status int, detail, id string) []byte {
	r := replyWith(status)
	if detail != "" {
		r.errors[0].Message += ": " + detail
	}
	body := r.appendBody(nil)
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	_ = http.Header{
		"Connection":     {"close"},
		"Content-Length": {strconv.Itoa(len(body))},
		"Content-Type":   {contentJSON},
		"Date":           {time.Now().UTC().Format(http.TimeFormat)},
		"X-Request-Id":   {id},
		"X-Runtime":      {string(appendSeconds(nil, 0))},
	}.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
