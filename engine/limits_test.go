package engine_test

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// Each limit that holds beyond the readers, with the largest value at which a
// genuine case fails and the smallest at which it does not.
func TestLimits(t *testing.T) {
	forest, words := "random_forest_classifier_3class", "regex_tokenizer_match"
	size := func(n int) engine.Option { return engine.LimitFrames(frame.Limits{Output: n}) }
	nodes := func(n int) engine.Option { return engine.Limit(bundle.Limits{Nodes: n}) }
	for _, tt := range []struct {
		name, bundle string
		limit        func(n int) engine.Option
		most         int // that is worth trying
	}{
		{"bundle.Nodes", forest, nodes, 1 << 20},
		{"frame.Output", forest, size, 1 << 20},
		{"frame.Output", words, size, 1 << 20},
	} {
		run := func(n int) error {
			zip, err := os.ReadFile("../testdata/genuine/" + tt.bundle + "/bundle.json.zip")
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile("../testdata/genuine/" + tt.bundle + "/frame.json")
			if err != nil {
				t.Fatal(err)
			}
			m, err := engine.Load(zip, tt.limit(n))
			if err != nil {
				return err
			}
			f, err := frame.ReadJSON(text)
			if err != nil {
				t.Fatal(err)
			}
			_, err = m.Transform(f)
			return err
		}
		lo, hi := 0, tt.most
		for hi-lo > 1 {
			if mid := (lo + hi) / 2; run(mid) == nil {
				hi = mid
			} else {
				lo = mid
			}
		}
		if lo == 0 || hi == tt.most {
			t.Errorf("%s of %s: between %d and %d", tt.name, tt.bundle, lo, hi)
			continue
		}
		err := run(lo)
		if !strings.Contains(err.Error(), tt.name) || !errors.Is(err, bundle.ErrLimit) && !errors.Is(err, frame.ErrLimit) {
			t.Errorf("%s=%d: %v", tt.name, lo, err)
		}
		if err := run(math.MaxInt); err != nil { // no limit
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// A pattern that backtracks takes as many steps as it may.
func TestSteps(t *testing.T) {
	text := strings.Repeat("a", 20)
	for _, model := range []string{
		`{"op":"regex_tokenizer","attributes":{"regex":{"string":"(?:a|a)*b"},"match_gaps":{"boolean":false},"token_min_length":{"int":1},"lowercase_text":{"boolean":false}}}`,
		`{"op":"regex_indexer","attributes":{"regexes":{"type":"list","string":["(?:a|a)*b"]},"indices":{"type":"list","int":[1]},"default_value":{"int":0}}}`,
		`{"op":"sql_transformer","attributes":{"statement":{"string":"SELECT regexp_replace(input, '(?:a|a)*b', '') AS output FROM __THIS__"}}}`,
	} {
		zip, err := bundle.Zip([]bundle.File{
			{Name: "bundle.json", Data: []byte(`{"uid":"u","name":"n","format":"json","version":"0.25.2","timestamp":"t"}`)},
			{Name: "root/node.json", Data: []byte(`{"name":"n","shape":{"inputs":[{"name":"input","port":"input"}],"outputs":[{"name":"output","port":"output"}]}}`)},
			{Name: "root/model.json", Data: []byte(model)},
		})
		if err != nil {
			t.Fatal(err)
		}
		f, err := frame.ReadJSON([]byte(`{"schema":{"fields":[{"name":"input","type":"string"}]},"rows":[["` + text + `"]]}`))
		if err != nil {
			t.Fatal(err)
		}
		for steps, want := range map[int]string{1000: "more than 1000 steps (the limit bundle.Steps)", math.MaxInt: ""} {
			m, err := engine.Load(zip, engine.Limit(bundle.Limits{Steps: steps}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err = m.Transform(f); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("%s: %d steps: %v", model, steps, err)
			}
		}
	}
}
