package ops

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/oxgroups/api/server"
)

// Metrics collects what /metrics shows. It is safe for concurrent use.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	durations  *prometheus.HistogramVec
	refusals   *prometheus.CounterVec
	violations *prometheus.CounterVec
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
	}
	m.registry.MustRegister(m.requests, m.durations, m.refusals, m.violations,
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

// StoreMetrics is a store that tells how it does. A name that ends in _total is a counter, any other one a gauge.
type StoreMetrics interface {
	Metrics() map[string]float64
}

// Store adds what a store tells, each name behind "oxgroups_store_".
func (m *Metrics) Store(s StoreMetrics) { m.registry.MustRegister(storeCollector{s}) }

type storeCollector struct{ store StoreMetrics }

// Describe describes nothing: the names are the store's.
func (storeCollector) Describe(chan<- *prometheus.Desc) {}

// Collect reads the store.
func (c storeCollector) Collect(out chan<- prometheus.Metric) {
	for name, value := range c.store.Metrics() {
		kind := prometheus.GaugeValue
		if strings.HasSuffix(name, "_total") {
			kind = prometheus.CounterValue
		}
		desc := prometheus.NewDesc("oxgroups_store_"+name, "The store's own "+strings.ReplaceAll(name, "_", " ")+".", nil, nil)
		out <- prometheus.MustNewConstMetric(desc, kind, value)
	}
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
