// Package stack has the servers that are measured, each as an http.Handler on the canned store, and what each of them
// does with a body and with a reply by itself. It measures nothing.
package stack

import (
	"fmt"
	"io"
	"net/http"

	"example.com/oxgroups/cmd/bench/gen/ogenotel"
	"example.com/oxgroups/cmd/bench/gen/ogenplain"
	"example.com/oxgroups/cmd/bench/internal/canned"
)

// The names of the stacks.
const (
	Ours       = "ours"
	Ogen       = "ogen"
	OgenNoOtel = "ogen-no-otel"
	Kin        = "kin-openapi"
	KinAll     = "kin-openapi-all" // the same, and every violation is reported; the others do so by themselves
	NetHTTP    = "net-http"
	Floor      = "net-http-alone"
)

// Names are all of them.
var Names = []string{Ours, Ogen, OgenNoOtel, Kin, KinAll, NetHTTP, Floor}

// Stack is one way to serve the endpoint. Its functions are not for concurrent use, its handler is.
type Stack struct {
	Handler http.Handler            // checks the bearer token and names the request
	Decode  func(body []byte) error // reads and checks a body; nil where it is that of another stack
	Encode  func(w io.Writer) error // writes the reply; nil where it is that of another stack
}

// New builds the stack that is called name.
func New(name string) (*Stack, error) {
	build, ok := map[string]func() (*Stack, error){
		Ours:       ours,
		Ogen:       ogen,
		OgenNoOtel: ogenWithoutOtel,
		Kin:        func() (*Stack, error) { return echoWithFilter(false) },
		KinAll:     func() (*Stack, error) { return echoWithFilter(true) },
		NetHTTP:    netHTTP,
		Floor:      floor,
		EchoCanned: echoCanned,
	}[name]
	if !ok {
		return nil, fmt.Errorf("no stack is called %q", name)
	}
	s, err := build()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

func ogen() (*Stack, error) {
	h, err := ogenotel.NewHandler()
	if err != nil {
		return nil, err
	}
	encode, err := ogenotel.Encoder()
	if err != nil {
		return nil, err
	}
	return &Stack{Handler: canned.WithRequestID(h), Decode: ogenotel.DecodeBody, Encode: encode}, nil
}

func ogenWithoutOtel() (*Stack, error) {
	h, err := ogenplain.NewHandler()
	if err != nil {
		return nil, err
	}
	return &Stack{Handler: canned.WithRequestID(h)}, nil
}

// floor reads a request and writes the reply that is always the same: what remains is net/http's own.
func floor() (*Stack, error) {
	reply := canned.Document(false)
	return &Stack{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(reply)
	})}, nil
}
