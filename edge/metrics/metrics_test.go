package metrics

import (
	"io"
	"math"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pageleap/pageleap/edge"
)

func TestMetrics(t *testing.T) {
	h := edge.New(edge.Config{})
	zip, err := os.ReadFile("../../testdata/genuine/string_indexer_keep_nullable/bundle.json.zip")
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.Load("index", "1", zip)
	if err == nil {
		err = h.Catalog.Set(s)
	}
	if err != nil {
		t.Fatal(err)
	}
	m := New(h.Catalog)
	var _ edge.Observer = m
	m.Answered(edge.Event{Method: "POST", Route: "/models/{name}/score", Status: 200, Model: "index", Version: "1", Variant: "a", Rows: 3, Dropped: 1, BytesIn: 10, BytesOut: 20, Took: time.Millisecond})
	m.Answered(edge.Event{Method: "BREW", Route: "other", Status: 404, Kind: "not_found"})
	m.Answered(edge.Event{Method: "POST", Route: "/models/{name}/score", Status: 400, Model: "index", Version: "0", Kind: "unseen", Rows: 1})
	m.Shadowed(edge.Shadowing{Model: "index", Version: "1", Shadow: "2", Same: true})
	m.Shadowed(edge.Shadowing{Model: "index", Version: "1", Shadow: "2", Difference: math.NaN()})
	m.Shadowed(edge.Shadowing{Model: "index", Version: "1", Shadow: "2", Failed: true})
	m.GuardTripped("index", "e", "b")
	m.Panicked("", nil, nil)
	m.Overloaded()
	m.Loaded(nil)
	m.Loaded(io.EOF)
	m.Forget("index", "0")

	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	text := w.Body.String()
	for _, want := range []string{
		`pageleap_requests_total{method="POST",route="/models/{name}/score",status="200"} 1`,
		`pageleap_requests_total{method="other",route="other",status="404"} 1`,
		`pageleap_scoring_seconds_bucket{model="index",version="1",le="0.001"} 1`,
		`pageleap_scoring_seconds_count{model="index",version="1"} 1`,
		`pageleap_rows_total{model="index",version="1"} 3`,
		`pageleap_rows_dropped_total{model="index",version="1"} 1`,
		`pageleap_request_bytes_total 10`,
		`pageleap_response_bytes_total 20`,
		`pageleap_errors_total{kind="not_found",model="",version=""} 1`,
		`pageleap_variant_requests_total{model="index",status="200",variant="a"} 1`,
		`pageleap_shadow_total{model="index",result="same",shadow="2",version="1"} 1`,
		`pageleap_shadow_total{model="index",result="different",shadow="2",version="1"} 1`,
		`pageleap_shadow_total{model="index",result="failed",shadow="2",version="1"} 1`,
		`pageleap_shadow_difference_count{model="index",shadow="2",version="1"} 1`,
		`pageleap_guard_tripped_total{experiment="e",model="index",variant="b"} 1`,
		`pageleap_panics_total 1`,
		`pageleap_overload_total 1`,
		`pageleap_model_loads_total{result="loaded"} 1`,
		`pageleap_model_loads_total{result="refused"} 1`,
		`pageleap_model_info{bundle="StringIndexer_40add3bb3dac",model="index",version="1",written_by="mleap 0.25.2"} 1`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %s", want)
		}
	}
	if strings.Contains(text, `version="0"`) {
		t.Error("what is to be forgotten is there")
	}
	if t.Failed() {
		t.Log(text)
	}
}
