package clienttest

import (
	"time"

	"example.com/oxgroups/api/front"
)

// When says which requests a fault hits. It is called once for each request, in the order in which they arrive, and must
// not call the Server.
type When = front.When

// Arrival is what is known of a request when it arrives.
type Arrival = front.Arrival

// Always hits every request.
func Always() When { return front.Always() }

// Nth hits the requests with these numbers; 1 is the first one since the fault was injected.
func Nth(n ...int) When { return front.Nth(n...) }

// First hits the first n requests since the fault was injected.
func First(n int) When { return front.First(n) }

// Every hits each kth request.
func Every(k int) When { return front.Every(k) }

// ForGroup hits requests for the groups with these ids, whether or not there are such groups.
func ForGroup(ids ...int64) When { return front.ForGroup(ids...) }

// Fault is what goes wrong with a request. Its methods return a changed copy: Applied applies the update before the fault
// strikes, After delays the reply, Header and Body change it. The update of a request with a fault is not applied, except
// where a constructor or Applied says so.
type Fault = front.Fault

// Status answers with a status and the API's body for it, without a body below 400. The update is applied if it is 2xx.
func Status(code int) Fault { return front.Status(code) }

// Latency applies the update and waits before it answers, or until the caller is gone.
func Latency(d time.Duration) Fault { return front.Latency(d) }

// Hang never answers. It ends when the caller is gone or the server is closed.
func Hang() Fault { return front.Hang() }

// Reset resets the connection instead of a reply.
func Reset() Fault { return front.Reset() }

// CutOff applies the update and closes the connection after n bytes of the body of the reply, and before its end.
func CutOff(n int) Fault { return front.CutOff(n) }

// Inject scripts a fault from now on. If several would hit a request, the one that was scripted first does.
func (s *Server) Inject(when When, fault Fault) { s.faults.Inject(when, fault) }
