package compile_test

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/pageleap/pageleap/engine/frame"
)

// regression is an assembler of 20 columns and a logistic regression on them.
func regression(t *testing.T) *engine.Model {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var inputs []bundle.Socket
	var shapes []bundle.DataShape
	coefficients := make([]float64, 20)
	for i := range coefficients {
		inputs = append(inputs, bundle.Socket{Port: "input" + strconv.Itoa(i), Name: "feature_" + strconv.Itoa(i)})
		shapes = append(shapes, bundle.DataShape{Kind: frame.Scalar})
		coefficients[i] = r.NormFloat64()
	}
	attr := func(name string, base frame.Basic, x float64) bundle.Attribute {
		return bundle.Attribute{Name: name, Type: bundle.BasicValue, Base: base, Floats: []float64{x}, Ints: []int64{int64(x)}}
	}
	assembler := &bundle.Node{Name: "assembler", Inputs: inputs, Outputs: []bundle.Socket{{Port: "output", Name: "features"}},
		Model: &bundle.Model{Path: "root/assembler.node", Op: "vector_assembler", Attributes: []bundle.Attribute{
			{Name: "input_shapes", Kind: bundle.ListAttr, Type: bundle.DataShapeValue, Shapes: shapes}}}}
	model := &bundle.Node{Name: "lr", Inputs: []bundle.Socket{{Port: "features", Name: "features"}},
		Outputs: []bundle.Socket{{Port: "raw_prediction", Name: "rawPrediction"}, {Port: "probability", Name: "probability"}, {Port: "prediction", Name: "prediction"}},
		Model: &bundle.Model{Path: "root/lr.node", Op: "logistic_regression", Attributes: []bundle.Attribute{
			attr("num_classes", frame.Long, 2), attr("intercept", frame.Double, 0.25), attr("threshold", frame.Double, 0.5),
			{Name: "coefficients", Kind: bundle.TensorAttr, Type: bundle.TensorValue, Base: frame.Double,
				Tensors: []bundle.Tensor{{Base: frame.Double, Dims: []int{20}, Floats: coefficients}}}}}}
	root := &bundle.Node{Name: "p", Model: &bundle.Model{Path: "root", Op: "pipeline", Children: []*bundle.Node{assembler, model}}}
	m, err := engine.LoadBundle(&bundle.Bundle{Name: "p", Root: root})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// What a page downloads: the sizes that this package promises, in bytes after
// brotli.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name  string
		model *engine.Model
		most  int
	}{
		{"a logistic regression with 20 inputs", regression(t), 3000},
		{"Markov chains", model(t, "../../testdata/cases/markov_buy_synthetic/bundle.json.zip"), 10_000},
		{"the demo's forest", model(t, "../../testdata/demo/visitor_model.zip"), 20_000},
	} {
		m, err := compile.Compile(c.model)
		if err != nil {
			t.Fatal(c.name, err)
		}
		var out bytes.Buffer
		w := brotli.NewWriterLevel(&out, brotli.BestCompression)
		w.Write(m.Wasm)
		w.Close()
		t.Logf("%s: %d bytes, %d after brotli", c.name, len(m.Wasm), out.Len())
		if out.Len() > c.most {
			t.Errorf("%s: %d bytes after brotli, more than %d", c.name, out.Len(), c.most)
		}
	}
}
