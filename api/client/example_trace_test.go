package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"example.com/oxgroups/api/client"
)

// tracer and span have the shape of OpenTelemetry's trace.Tracer and trace.Span.
type tracer interface {
	Start(ctx context.Context, name string) (context.Context, span)
}

type span interface {
	SetAttribute(key, value string)
	RecordError(err error)
	TraceParent() string
	End()
}

// traced starts a span for each attempt, hands its id to the API, and ends it with the status.
func traced(t tracer) client.Middleware {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			ctx, span := t.Start(r.Context(), "PUT /workspace_groups/{id}")
			defer span.End()
			r = r.Clone(ctx) // a RoundTripper must not change what it is given
			r.Header.Set("Traceparent", span.TraceParent())
			resp, err := next.RoundTrip(r)
			if err != nil {
				span.RecordError(err)
				return nil, err
			}
			span.SetAttribute("http.response.status_code", strconv.Itoa(resp.StatusCode))
			return resp, nil
		})
	}
}

// Traces need no option of their own: middleware sees each attempt. With OpenTelemetry it is one line,
//
//	client.WithMiddleware(func(next http.RoundTripper) http.RoundTripper { return otelhttp.NewTransport(next) })
//
// and a span of the program's own around the call makes the attempts its children. This is what such middleware does, with
// a tracer that prints.
func ExampleWithMiddleware() {
	url, done := flaky(answer(503, ""), answer(200, document))
	defer done()
	update(url, client.WithMiddleware(traced(&printing{})), client.WithBackoff(0, 0))
	// Output:
	// span 1: PUT /workspace_groups/{id} http.response.status_code=503
	// span 2: PUT /workspace_groups/{id} http.response.status_code=200
	// updated, attempts: 2
}

// printing is a tracer that prints spans when they end.
type printing struct{ spans int }

func (p *printing) Start(ctx context.Context, name string) (context.Context, span) {
	p.spans++
	return ctx, &printedSpan{number: p.spans, text: name}
}

type printedSpan struct {
	number int
	text   string
}

func (s *printedSpan) SetAttribute(key, value string) { s.text += " " + key + "=" + value }
func (s *printedSpan) RecordError(err error)          { s.text += " " + err.Error() }
func (s *printedSpan) TraceParent() string            { return fmt.Sprintf("00-%032x-%016x-01", 1, s.number) }
func (s *printedSpan) End()                           { fmt.Printf("span %d: %s\n", s.number, s.text) }
