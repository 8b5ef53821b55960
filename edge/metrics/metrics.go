// Package metrics counts what a handler does, for Prometheus. It is not part of
// the Worker.
package metrics

import (
	"math"
	"net/http"
	"strconv"

	"github.com/pageleap/pageleap/edge"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is an edge.Observer. Labels hold names of routes, models, versions and
// variants that there are, never anything of a request's own.
type Metrics struct {
	registry *prometheus.Registry

	requests  *prometheus.CounterVec
	seconds   *prometheus.HistogramVec
	bytesIn   prometheus.Counter
	bytesOut  prometheus.Counter
	rows      *prometheus.CounterVec
	dropped   *prometheus.CounterVec
	errors    *prometheus.CounterVec
	variants  *prometheus.CounterVec
	shadows   *prometheus.CounterVec
	distance  *prometheus.HistogramVec
	guards    *prometheus.CounterVec
	panics    prometheus.Counter
	reloads   *prometheus.CounterVec
	refused   prometheus.Counter
	perServed []interface {
		DeletePartialMatch(prometheus.Labels) int
	}
}

// New makes metrics of the models in a catalog.
func New(c *edge.Catalog) *Metrics {
	counter := func(name, help string) prometheus.CounterOpts {
		return prometheus.CounterOpts{Name: "pageleap_" + name, Help: help}
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(counter("requests_total", "Requests answered."), []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pageleap_scoring_seconds", Help: "Time from a scoring request's body to its answer.",
			Buckets: []float64{50e-6, 100e-6, 200e-6, 500e-6, 1e-3, 2e-3, 5e-3, 10e-3, 20e-3, 50e-3, 100e-3, 200e-3, 500e-3, 1, 5},
		}, []string{"model", "version"}),
		bytesIn:  prometheus.NewCounter(counter("request_bytes_total", "Bytes of request bodies.")),
		bytesOut: prometheus.NewCounter(counter("response_bytes_total", "Bytes of answers, before compression.")),
		rows:     prometheus.NewCounterVec(counter("rows_total", "Rows scored."), []string{"model", "version"}),
		dropped:  prometheus.NewCounterVec(counter("rows_dropped_total", "Rows that handle_invalid = skip left out."), []string{"model", "version"}),
		errors:   prometheus.NewCounterVec(counter("errors_total", "Requests that ended in an error, by its kind."), []string{"model", "version", "kind"}),
		variants: prometheus.NewCounterVec(counter("variant_requests_total", "Scoring requests by the variant that answered."), []string{"model", "variant", "status"}),
		shadows:  prometheus.NewCounterVec(counter("shadow_total", "Requests that a shadow scored too: same, different or failed."), []string{"model", "version", "shadow", "result"}),
		distance: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "pageleap_shadow_difference", Help: "The largest difference between two numbers of a shadow's scores and the answer's.",
			Buckets: []float64{0, 1e-12, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.05, 0.1, 0.5, 1},
		}, []string{"model", "version", "shadow"}),
		guards:  prometheus.NewCounterVec(counter("guard_tripped_total", "Variants that a guard turned off."), []string{"model", "experiment", "variant"}),
		panics:  prometheus.NewCounter(counter("panics_total", "Faults of the program's own.")),
		reloads: prometheus.NewCounterVec(counter("model_loads_total", "Bundles that were loaded, or refused."), []string{"result"}),
		refused: prometheus.NewCounter(counter("overload_total", "Requests refused because too many were in flight.")),
	}
	m.perServed = append(m.perServed, m.seconds, m.rows, m.dropped, m.errors, m.shadows, m.distance)
	m.registry.MustRegister(m.requests, m.seconds, m.bytesIn, m.bytesOut, m.rows, m.dropped, m.errors, m.variants, m.shadows, m.distance,
		m.guards, m.panics, m.reloads, m.refused, &models{catalog: c},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Answered counts a request.
func (m *Metrics) Answered(e edge.Event) {
	status := strconv.Itoa(e.Status)
	m.requests.WithLabelValues(method(e.Method), e.Route, status).Inc()
	m.bytesIn.Add(float64(e.BytesIn))
	m.bytesOut.Add(float64(e.BytesOut))
	if e.Kind != "" {
		m.errors.WithLabelValues(e.Model, e.Version, e.Kind).Inc()
	}
	if e.Variant != "" {
		m.variants.WithLabelValues(e.Model, e.Variant, status).Inc()
	}
	if e.Rows > 0 {
		m.seconds.WithLabelValues(e.Model, e.Version).Observe(e.Took.Seconds())
		m.rows.WithLabelValues(e.Model, e.Version).Add(float64(e.Rows))
		if e.Dropped > 0 {
			m.dropped.WithLabelValues(e.Model, e.Version).Add(float64(e.Dropped))
		}
	}
}

// method is a request's method if it is a known one: callers may invent others.
func method(s string) string {
	switch s {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		return s
	}
	return "other"
}

// Shadowed counts what a shadow did.
func (m *Metrics) Shadowed(s edge.Shadowing) {
	result := "different"
	switch {
	case s.Failed:
		result = "failed"
	case s.Same:
		result = "same"
	}
	m.shadows.WithLabelValues(s.Model, s.Version, s.Shadow, result).Inc()
	if !s.Failed && !math.IsNaN(s.Difference) {
		m.distance.WithLabelValues(s.Model, s.Version, s.Shadow).Observe(s.Difference)
	}
}

// GuardTripped counts a variant that was turned off.
func (m *Metrics) GuardTripped(model, experiment, variant string) {
	m.guards.WithLabelValues(model, experiment, variant).Inc()
}

// Panicked counts a fault.
func (m *Metrics) Panicked(string, any, []byte) { m.panics.Inc() }

// Overloaded counts a request that was refused because too many were in flight.
func (m *Metrics) Overloaded() { m.refused.Inc() }

// Loaded counts a bundle that was loaded, or refused.
func (m *Metrics) Loaded(err error) {
	if err != nil {
		m.reloads.WithLabelValues("refused").Inc()
		return
	}
	m.reloads.WithLabelValues("loaded").Inc()
}

// Forget drops what was counted for a version that is served no more, so that
// a server that gets a new one every day does not grow.
func (m *Metrics) Forget(model, version string) {
	for _, v := range m.perServed {
		v.DeletePartialMatch(prometheus.Labels{"model": model, "version": version})
	}
}

// models tells of the models that there are, at the time of asking.
type models struct{ catalog *edge.Catalog }

var modelInfo = prometheus.NewDesc("pageleap_model_info", "A version of a model that is served; 1 if it is the current one, else 0.",
	[]string{"model", "version", "bundle", "written_by"}, nil)

func (m *models) Describe(ch chan<- *prometheus.Desc) { ch <- modelInfo }

func (m *models) Collect(ch chan<- prometheus.Metric) {
	for s, current := range m.catalog.All {
		v := 0.0
		if current {
			v = 1
		}
		b := s.Model.Bundle()
		ch <- prometheus.MustNewConstMetric(modelInfo, prometheus.GaugeValue, v, s.Name, s.Version, b.Name, "mleap "+b.Version)
	}
}
