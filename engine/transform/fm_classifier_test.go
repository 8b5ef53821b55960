package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
)

// The answers are Spark 4.1.2's.
func TestFMClassifier(t *testing.T) {
	attrs := []bundle.Attribute{attrFloat("intercept", -0.5013850701911787),
		attrVector("linear", 1.3075728685955414, -0.3880597769509964, 0.7013596306131552, -0.47003989921391093, -0.008249383120134917),
		attrTensor("factors", []float64{
			-0.10449606126203968, 0.196498545578249, 0.3779629294931168, -0.06674385504533954,
			-1.2045041687984248, -1.2279218743491054, -1.2751352319356912, -0.9713200735263344,
			-1.2618155375380293, -0.9154312021323683, -0.6793055173593195, -1.1188486178660997,
			0.015931804342020243, 0.10652347548367275, 0.2380055151241295, 0.04994990767713327,
			-0.05549117585436449, 0.04995985603175426, -0.10031346465549962, 0.13487121617172473,
		}, 5, 4)}
	tr := readNode(t, nodeOf("fm_classifier", "", attrs...))
	for i, want := range [][]float64{
		{0.41847934478644716, -0.41847934478644716, 0.6031193132282502, 0.39688068677174987, 0},
		{0.5393893089865557, -0.5393893089865557, 0.6316703440099345, 0.36832965599006556, 0},
		{-2.566889749289827, 2.566889749289827, 0.07129997894797624, 0.9287000210520238, 1},
		{2.922707826123293, -2.922707826123293, 0.9489576177761685, 0.05104238222383156, 0},
		{10.577103302030217, -10.577103302030217, 0.9999745075644471, 2.5492435552933817e-05, 0},
	} {
		out, err := apply(tr, fmRows[i])
		if err != nil {
			t.Fatal(err)
		}
		got := append(append(append([]float64{}, out[0].Nums...), out[1].Nums...), out[2].Num)
		for k := range want {
			if math.Abs(got[k]-want[k]) > 1e-13*math.Abs(want[k]) {
				t.Errorf("row %d: got %v, want %v", i, got, want)
				break
			}
		}
		wantNoAllocs(t, tr, fmRows[i])
	}
	sure := readNode(t, nodeOf("fm_classifier", "", append(attrs, attrFloats("thresholds", 0.5, 0.001))...))
	out, err := apply(sure, fmRows[0])
	if err != nil || out[2].Num != 1 {
		t.Errorf("with thresholds: got %v, %v", out[2].Num, err)
	}
	readFault(t, nodeOf("fm_classifier", "", append(attrs, attrFloats("thresholds", 1))...))
}
