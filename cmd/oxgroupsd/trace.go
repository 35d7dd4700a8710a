package main

import (
	"context"
	"fmt"
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
)

// tracing exports a span for each request.
type tracing struct{ provider *trace.TracerProvider }

// newTracing returns nil unless the variables of OpenTelemetry ask for traces: an endpoint or the exporter "otlp", and no
// OTEL_SDK_DISABLED. The exporter and the SDK read the other variables themselves.
func newTracing(ctx context.Context, getenv func(string) string) (*tracing, error) {
	asked := getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "" || getenv("OTEL_TRACES_EXPORTER") == "otlp"
	if !asked || getenv("OTEL_TRACES_EXPORTER") == "none" || getenv("OTEL_SDK_DISABLED") == "true" {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return &tracing{trace.NewTracerProvider(trace.WithBatcher(exporter))}, nil
}

// around puts a span around each request. Its name has no path, which may hold anything.
func (t *tracing) around(next http.Handler) http.Handler {
	return otelhttp.NewHandler(next, "request",
		otelhttp.WithTracerProvider(t.provider),
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})))
}

// close sends what is left.
func (t *tracing) close(ctx context.Context) error { return t.provider.Shutdown(ctx) }
