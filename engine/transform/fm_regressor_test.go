package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// Rows that Spark 4.1.2 scored, in the tests of both machines.
var fmRows = []*frame.Value{
	dense(0.7946664630855641, 0.6897881704357394, -0.16866036649283703, -0.28289697823899435, -1.9174515409266837),
	sparse(5, 1, 0.22469843181374938, 3, -0.0767347992703018, 4, -0.663437060634329),
	dense(-1.4389118208633793, 1.7557400481018077, 0.17112521136496384, -1.7473522406443793, 0.0),
	dense(-2.9218272759061428, -0.8686537523038169, -0.9563900499026727, 0.0, -0.6676352170631287),
	sparse(5, 0, 0.4052544805043927, 1, 2.6554055794476836, 2, -0.6572247424918473, 3, 0.37659964918067246),
}

func TestFMRegressor(t *testing.T) {
	tr := readNode(t, nodeOf("fm_regressor", "", attrFloat("intercept", -0.0515354634424808),
		attrVector("linear", 1.6679906506446673, -1.6917535810901778, 0.09141796524296256, -0.0840035973576435, -0.012813868773946475),
		attrTensor("factors", []float64{
			0.6629167340622046, 0.38082545603739815, 0.6043928588488312, 0.5510480154988392,
			-0.25888394745954846, -0.26740847361740555, -0.07129913623461936, -0.23555193382336656,
			0.08604549440517104, -0.5446784257818346, 0.24280978512214224, 0.338060920310862,
			0.3995471331698922, -1.1215763883779113, 0.621206464685732, 0.644369006287069,
			-0.24270569758989438, -0.06362021948207486, -0.012931519327390076, 0.05713270927690043,
		}, 5, 4)))
	for i, want := range []float64{-0.04336256577621128, -0.42660266521363116, -3.0445213498827677, -4.391727601231058, -4.698510147114611} {
		out, err := apply(tr, fmRows[i])
		if err != nil {
			t.Fatal(err)
		}
		if got := out[0].Num; math.Abs(got-want) > 1e-13*math.Abs(want) {
			t.Errorf("row %d: got %v, want %v", i, got, want)
		}
		wantNoAllocs(t, tr, fmRows[i])
	}
	// NaN is no 0; with infinity the pairs are infinity less infinity.
	for _, x := range []float64{nan, inf} {
		if got := row(tr, sparse(5, 2, x)); got != "NaN" {
			t.Errorf("of %v: got %s", x, got)
		}
	}
	readFault(t, nodeOf("fm_regressor", "", attrFloat("intercept", 0), attrVector("linear", 1, 2), attrTensor("factors", []float64{1, 2, 3}, 3, 1)))
	readFault(t, nodeOf("fm_regressor", "", attrFloat("intercept", 0), attrVector("linear", 1, 2), attrTensor("factors", []float64{1, 2, 3}, 2, 2)))
}
