package compile_test

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile"
)

const genuine = "../../testdata/genuine/"

func model(t *testing.T, path string) *engine.Model {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Load(data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCompileIsDeterministic(t *testing.T) {
	for _, opts := range [][]compile.Option{nil, {compile.WithoutSIMD()}} {
		var first []byte
		for range 3 {
			m, err := compile.Compile(model(t, "../../testdata/bench/forest_S.zip"), opts...)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = m.Wasm
			}
			if !bytes.Equal(m.Wasm, first) {
				t.Fatal("two runs give different bytes")
			}
		}
	}
}

// All that cannot be compiled is in one error.
func TestCompileRefuses(t *testing.T) {
	_, err := compile.Compile(model(t, genuine+"pipeline_text_cv_nb/bundle.json.zip"))
	if !errors.Is(err, compile.ErrUnsupported) {
		t.Fatal(err)
	}
	for _, want := range []string{`"ngram" (root/`, `"count_vectorizer" (root/`, "use scorer.wasm"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
