package server

import (
	"io"
	"net/http"
)

// refuse answers with the reply to err, unless a reply has begun.
func (s *Server) refuse(x *exchange, r *http.Request, err error) {
	x.err = err
	if x.status != 0 {
		return
	}
	reply := replyTo(err)
	h := x.Header()
	for _, field := range [...][2]string{headers[reply.status], reply.header} {
		if field[0] != "" {
			h.Set(field[0], field[1])
		}
	}
	finish := takeRest(x, r)
	x.body = reply.appendBody(x.body[:0])
	_ = x.reply(reply.status, r.Method != http.MethodHead) // the caller is gone; there is nobody to tell
	finish()
}

// maxRest is how much of a refused body is taken and thrown away.
const maxRest = 8 << 20

// takeRest lets a reply be written before the body is read, and returns what reads the rest of the body, without keeping
// it, behind the reply. Many clients read no reply before they have sent all; a connection that is closed while they
// send is reset, and they never learn why. One that waits for 100 (Continue) is not told to send.
func takeRest(x *exchange, r *http.Request) (finish func()) {
	if x.read || r.ContentLength == 0 || r.Header.Get("Expect") != "" {
		return func() {}
	}
	control := http.NewResponseController(x.ResponseWriter)
	if control.EnableFullDuplex() != nil { // not a connection of HTTP/1
		return func() {}
	}
	return func() {
		if control.Flush() == nil {
			_, _ = io.CopyN(io.Discard, r.Body, maxRest) // Timeouts.Read bounds it in time
		}
	}
}
