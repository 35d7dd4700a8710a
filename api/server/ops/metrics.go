package ops

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/oxgroups/api/server"
	"example.com/oxgroups/api/store"
)

// Metrics collects what /metrics shows. It is safe for concurrent use.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	refusals   *prometheus.CounterVec
	violations *prometheus.CounterVec
	batches    prometheus.Histogram
	commits    prometheus.Histogram
}

// buckets are the bounds of durations in seconds: most updates take between one and fifty milliseconds.
var buckets = []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

// NewMetrics returns metrics that count nothing yet beside the Go runtime and the process.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oxgroups_requests_total", Help: "Requests that were answered, by route, method and status.",
		}, []string{"route", "method", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "oxgroups_request_duration_seconds", Help: "Time from the header of a request to the end of its reply.", Buckets: buckets,
		}, []string{"route"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oxgroups_limit_refusals_total", Help: "Requests that a limit refused, by limit.",
		}, []string{"limit"}),
		violations: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oxgroups_violations_total", Help: "Violations of the spec in refused requests, by rule.",
		}, []string{"rule"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "oxgroups_store_commit_updates", Help: "Updates that share a commit of the store.", Buckets: prometheus.ExponentialBuckets(1, 2, 9),
		}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "oxgroups_store_commit_seconds", Help: "Time of a commit of the store.", Buckets: buckets,
		}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.refusals, m.violations, m.batches, m.commits,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Observe counts one request. It is what server.WithObserver takes.
func (m *Metrics) Observe(o server.Observation) {
	m.requests.WithLabelValues(o.Route, o.Method, strconv.Itoa(o.Status)).Inc()
	m.durations.WithLabelValues(o.Route).Observe(o.Duration.Seconds())
	if o.Limit != "" {
		m.refusals.WithLabelValues(o.Limit).Inc()
	}
	for _, rule := range o.Rules {
		m.violations.WithLabelValues(rule).Inc()
	}
}

// Gauge adds a value that is read at each scrape.
func (m *Metrics) Gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
}

// Counter adds a value that only grows and is read at each scrape.
func (m *Metrics) Counter(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
}

// ObserveCommit counts one commit of the store. It is what WithOnCommit of an engine takes.
func (m *Metrics) ObserveCommit(updates int, took time.Duration) {
	m.batches.Observe(float64(updates))
	m.commits.Observe(took.Seconds())
}

// Pooled is a store with connections to a database.
type Pooled interface{ Pool() store.Pool }

// AddPool adds how the connections of a store are used.
func (m *Metrics) AddPool(s Pooled) {
	m.Gauge("oxgroups_store_pool_max_connections", "Connections that the store may have.", func() float64 { return float64(s.Pool().Max) })
	m.Gauge("oxgroups_store_pool_in_use_connections", "Connections in use.", func() float64 { return float64(s.Pool().InUse) })
	m.Gauge("oxgroups_store_pool_idle_connections", "Connections that nobody uses.", func() float64 { return float64(s.Pool().Idle) })
	m.Counter("oxgroups_store_pool_waits_total", "Calls that waited for a connection.", func() float64 { return float64(s.Pool().Waits) })
	m.Counter("oxgroups_store_pool_waited_seconds_total", "Time that calls waited for a connection.", func() float64 { return s.Pool().Waited.Seconds() })
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
