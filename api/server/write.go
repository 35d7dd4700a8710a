package server

import (
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
)

// writeError answers with the reply to err. It is echo's HTTPErrorHandler.
func (s *Server) writeError(err error, c echo.Context) {
	res := c.Response()
	if res.Committed {
		return
	}
	r := replyTo(err)
	body := r.body()
	h := res.Header()
	for _, field := range [...][2]string{headers[r.status], r.header} {
		if field[0] != "" {
			h.Set(field[0], field[1])
		}
	}
	h.Set("Content-Type", contentJSON)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	finish := takeRest(c)
	res.WriteHeader(r.status)
	if c.Request().Method != http.MethodHead {
		_, _ = res.Write(body) // the caller is gone; there is nobody to tell
	}
	finish()
}

// maxRest is how much of a refused body is taken and thrown away.
const maxRest = 8 << 20

// takeRest lets a reply be written before the body is read, and returns what reads the rest of the body, without keeping
// it, behind the reply. Many clients read no reply before they have sent all; a connection that is closed while they
// send is reset, and they never learn why. One that waits for 100 (Continue) is not told to send.
func takeRest(c echo.Context) (finish func()) {
	r := c.Request()
	if r.ContentLength == 0 || r.Header.Get("Expect") != "" {
		return func() {}
	}
	control := http.NewResponseController(c.Response().Writer)
	if control.EnableFullDuplex() != nil { // not a connection of HTTP/1
		return func() {}
	}
	return func() {
		if control.Flush() == nil {
			_, _ = io.CopyN(io.Discard, r.Body, maxRest) // Timeouts.Read bounds it in time
		}
	}
}
