package server

import (
	"net/http"
	"strconv"
	"time"
	"unsafe"

	"github.com/labstack/echo/v4"

	"example.com/oxgroups/api/group"
	gen "example.com/oxgroups/gen/server"
)

// exchange is one request and its reply: the writer of the reply, which every reply goes through, and what is known of
// the request. Exchanges are used again; what may outlive a request is in lasting.
type exchange struct {
	http.ResponseWriter
	strict  gen.ServerInterface // calls the operations of this exchange
	routed  echo.Context        // that of its requests, one after the other
	lasting *lasting
	start   time.Time
	id      string // of the request; "" before the reply where the caller gave none
	route   string // "" where no route was found
	by      group.Caller
	form    bool  // the body is a form
	read    bool  // the body was read to its end
	status  int   // 0 before the reply
	size    int64 // of the body of the reply
	err     error // that was answered
	body    []byte
	entry   *Entry // of the journal; nil where none is kept
}

// lasting is what others may hold when a request is over: a store its context, net/http the values of header fields.
type lasting struct {
	ctx    requestContext
	values [3][1]string // so that the fields need no slices of their own
	text   [48]byte     // what the values are parts of
}

// newExchange returns an exchange that has not begun. router has all its routes.
func newExchange(store group.Updater, router *echo.Echo) *exchange {
	x := new(exchange)
	x.strict, x.routed = gen.NewStrictHandler(operations{x, store}, nil), router.NewContext(nil, nil)
	return x
}

// begin takes an exchange for a request. The time that its store has begins here.
func (s *Server) begin(w http.ResponseWriter, r *http.Request) *exchange {
	x, now := s.exchanges.Get().(*exchange), s.started.Add(time.Since(s.started)) // time.Now reads the wall clock too
	x.ResponseWriter, x.start, x.id = w, now, givenID(r.Header)
	if s.journal != nil {
		x.entry = new(Entry)
	}
	x.lasting = &lasting{ctx: requestContext{Context: r.Context(), deadline: now.Add(s.timeouts.Work)}}
	return x
}

// largestKept keeps one large reply from holding its memory for good.
const largestKept = 64 << 10

// release gives an exchange back that nothing writes to any more.
func (s *Server) release(x *exchange) {
	*x = exchange{strict: x.strict, routed: x.routed, body: x.body[:0]}
	if cap(x.body) > largestKept {
		x.body = nil
	}
	s.exchanges.Put(x)
}

// Unwrap lets http.ResponseController find the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// WriteHeader begins a reply that has its own way to write a body.
func (x *exchange) WriteHeader(status int) {
	x.head(status, -1)
	x.ResponseWriter.WriteHeader(status)
}

// Write counts what is written.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.WriteHeader(http.StatusOK)
	}
	n, err := x.ResponseWriter.Write(p)
	x.size += int64(n)
	return n, err
}

// jsonField is the value of Content-Type in every reply.
var jsonField = []string{contentJSON}

// reply writes a status and x.body, which is JSON.
func (x *exchange) reply(status int, send bool) error {
	x.head(status, len(x.body))
	x.Header()["Content-Type"] = jsonField
	x.ResponseWriter.WriteHeader(status)
	if !send {
		return nil
	}
	_, err := x.Write(x.body)
	return err
}

// head adds the fields that every reply has, and the length of its body where that is known. Their texts are parts of
// one string.
func (x *exchange) head(status, length int) {
	if x.status != 0 {
		return // the fields of the reply that has begun
	}
	x.status = status
	b := x.lasting.text[:0]
	if x.id == "" {
		b = appendRequestID(b)
	} else {
		b = append(b, x.id...)
	}
	id := len(b)
	b = appendSeconds(b, time.Since(x.start))
	runtime := len(b)
	b = strconv.AppendInt(b, int64(length), 10)
	text := unsafe.String(unsafe.SliceData(b), len(b)) // nobody writes to b any more
	x.id = text[:id]

	h, v := x.Header(), &x.lasting.values
	v[0][0], v[1][0], v[2][0] = x.id, text[id:runtime], text[runtime:]
	h["X-Request-Id"], h["X-Runtime"] = v[0][:], v[1][:]
	if length >= 0 {
		h["Content-Length"] = v[2][:]
	}
}

// appendSeconds appends d in seconds, to the microsecond.
func appendSeconds(b []byte, d time.Duration) []byte {
	us := uint64(max(d.Microseconds(), 0))
	b = strconv.AppendUint(b, us/1e6, 10)
	b = append(b, ".000000"...)
	for i, rest := len(b)-1, us%1e6; rest > 0; i-- {
		b[i] += byte(rest % 10)
		rest /= 10
	}
	return b
}
