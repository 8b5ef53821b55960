package transform

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
)

// xgbNode is a node with a model of testdata/xgboost.
func xgbNode(t testing.TB, op, file, outputs string, attrs ...bundle.Attribute) *bundle.Node {
	data, err := os.ReadFile("../../testdata/xgboost/" + file + ".model")
	if err != nil {
		t.Fatal(err)
	}
	n := nodeOf(op, "features:features > "+outputs, attrs...)
	n.Model.Files = []bundle.File{{Name: "xgboost.model", Data: data}}
	return n
}

func TestXGBoostMissing(t *testing.T) {
	six := attrInt("num_features", 6)
	at := row
	plain := readNode(t, xgbNode(t, "xgboost.regression", "deep-2.1.4", "prediction:p", six))
	zero := readNode(t, xgbNode(t, "xgboost.regression", "deep-2.1.4", "prediction:p", six, attrDefault("missing")))
	minus := readNode(t, xgbNode(t, "xgboost.regression", "deep-2.1.4", "prediction:p", six, attrFloat("missing", -999)))
	allowed := readNode(t, xgbNode(t, "xgboost.regression", "deep-2.1.4", "prediction:p", six, attrFloat("missing", math.NaN()), attrBool("allow_non_zero_for_missing", true)))
	infinite := readNode(t, xgbNode(t, "xgboost.regression", "deep-2.1.4", "prediction:p", six, attrFloat("missing", math.Inf(1))))
	nan := math.NaN()
	full, holes := dense(1, 0, -2, 0.5, 0, 1), dense(1, nan, -2, 0.5, nan, 1)
	with, without := at(plain, full), at(plain, holes)
	if with == without {
		t.Fatal("the model doesn't tell zero from missing")
	}
	for _, c := range []struct {
		name, got, want string
	}{
		{"missing is 0", at(zero, full), without},
		{"missing is 0: -0.0", at(zero, dense(1, math.Copysign(0, -1), -2, 0.5, 0, 1)), without},
		{"missing is 0: sparse", at(zero, sparse(6, 0, 1, 2, -2, 3, .5, 5, 1)), without},
		{"missing is 0: NaN", at(zero, holes), without},
		{"missing is -999", at(minus, dense(1, -999, -2, 0.5, nan, 1)), without},
		{"missing is -999: zeros", at(minus, full), with},
		{"no attribute: sparse", at(plain, sparse(6, 0, 1, 2, -2, 3, .5, 5, 1)), without},
		{"sparse with zeros", at(plain, sparse(6, 0, 1, 1, 0, 2, -2, 3, .5, 4, 0, 5, 1)), with},
		{"sparse, allowed", at(allowed, sparse(6, 0, 1, 2, -2, 3, .5, 5, 1)), without},
		{"sparse, not allowed", at(minus, sparse(6, 0, 1)), "unacceptable value at 0"},
		{"infinite", at(plain, dense(1, 0, -2, 0.5, 0, math.Inf(-1))), "value out of range at 0"},
		{"infinite as a float32", at(plain, sparse(6, 4, 1e39)), "value out of range at 0"},
		{"missing is infinite", at(infinite, dense(1, math.Inf(1), -2, 0.5, math.Inf(1), 1)), without},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}

// The numbers are XGBoost 2.1.4's (and 3.1.1's for its own model).
func TestXGBoostClassifier(t *testing.T) {
	six, two, three := attrInt("num_features", 6), attrInt("num_classes", 2), attrInt("num_classes", 3)
	all := "raw_prediction:r probability:p prediction:q leaf_prediction:l contrib_prediction:c"
	v := dense(1, 0, -2, 0.5, 0, 1)
	for _, c := range []struct {
		name string
		node *bundle.Node
		want string
	}{
		{"binary", xgbNode(t, "xgboost.classifier", "logistic-1.0.2", all, six, two),
			"[0.2936340868473053 -0.2936340868473053] [0.5728855133056641 0.42711445689201355] 0 [6 12 9 9 5 8] [-0.4048146903514862 -0.018600359559059143 -0.5318965315818787 0 0.18087050318717957 -0.18317554891109467 0.6639823317527771]"},
		{"limit", xgbNode(t, "xgboost.classifier", "logistic-1.0.2", all, six, two, attrInt("tree_limit", 1)),
			"[-0.22848540544509888 0.22848540544509888] [0.4431259036064148 0.5568740963935852] 1 [6] [-0.06153041124343872 0.3114743232727051 0.07419593632221222 0 0.21697449684143066 0 -0.31262898445129395]"},
		{"thresholds", xgbNode(t, "xgboost.classifier", "logistic-1.0.2", "prediction:q", six, two, attrFloats("thresholds", 0.9, 0.5)),
			"[0.2936340868473053 -0.2936340868473053] [0.5728855133056641 0.42711445689201355] 1 null null"},
		{"softmax", xgbNode(t, "xgboost.classifier", "softmax-2.1.4", "prediction:q", six, three),
			"[-0.13203689455986023 1.0738822221755981 0.4333319067955017] [1] 1 null null"},
		{"softprob", xgbNode(t, "xgboost.classifier", "softprob-3.1.1", "prediction:q", six, three),
			"[-0.39856263995170593 0.19283100962638855 0.33811306953430176] [0.2042698860168457 0.3690144419670105 0.4267156422138214] 2 null null"},
		{"hinge", xgbNode(t, "xgboost.classifier", "hinge-2.1.4", "prediction:q", six, two),
			"[-0.12626531720161438 0.12626531720161438] [0 1] 1 null null"},
		{"linear", xgbNode(t, "xgboost.classifier", "linear-2.1.4", "contrib_prediction:c", six, three),
			"[0.506367564201355 0.07869040966033936 0.9031453132629395] [0.31856799125671387 0.2077133059501648 0.47371870279312134] 2 null [0.17270196974277496 -0 0.1969987154006958 0.04599515348672867 0 0.08537056297063828 0.005301147699356079 -0.07082575559616089 -0 -0.16047807037830353 -0.09190055727958679 0 -0.1080872118473053 0.5099819898605347 -0.07636965811252594 0 -0.01745126023888588 0.04269292205572128 -0 0.03617071360349655 0.9181026220321655]"},
	} {
		if got := row(readNode(t, c.node), v); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestXGBoostRefused(t *testing.T) {
	six := attrInt("num_features", 6)
	limit := attrInt("tree_limit", 7)
	for _, c := range []struct {
		node *bundle.Node
		want string
	}{
		{xgbNode(t, "xgboost.regression", "deep-2.1.4", "prediction:p", attrInt("num_features", 7)), "xgboost.model: xgboost.regression: trained on 6 features, not on num_features = 7"},
		{xgbNode(t, "xgboost.regression", "logistic-1.0.2", "prediction:p", six, limit), "tree_limit: the limit of 7 trees is beyond the 6 rounds"},
		{xgbNode(t, "xgboost.classifier", "softmax-2.1.4", "prediction:p", six, attrInt("num_classes", 4)), "num_classes is 4, and the booster gives 3 outputs"},
		{xgbNode(t, "xgboost.classifier", "softmax-2.1.4", "prediction:p", six, attrInt("num_classes", 1)), "num_classes is 1"},
		{xgbNode(t, "xgboost.classifier", "logistic-1.0.2", "prediction:p", six, attrInt("num_classes", 2), attrFloats("thresholds", 1)), "thresholds"},
		{xgbNode(t, "xgboost.regression", "linear-0.90", "leaf_prediction:p", six), "the linear booster has no leaves"},
	} {
		if err := readFault(t, c.node); !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q does not say %q", err, c.want)
		}
	}
	n := nodeOf("xgboost.regression", "features:f > prediction:p", six)
	if _, err := NewSource(n, Table).Read(); err == nil || !strings.Contains(err.Error(), "xgboost.model: xgboost.regression: the model has no such file") {
		t.Errorf("without a file: %v", err)
	}
}

func TestXGBoostAllocs(t *testing.T) {
	n := xgbNode(t, "xgboost.classifier", "softprob-3.1.1", "prediction:q leaf_prediction:l contrib_prediction:c", attrInt("num_features", 6), attrInt("num_classes", 3))
	wantNoAllocs(t, readNode(t, n), dense(1, 0, -2, 0.5, 0, 1))
}
