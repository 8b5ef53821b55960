package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func featureHasherNode(size int64, categorical ...string) *bundle.Node {
	shapes := make([]bundle.DataShape, 8)
	return nodeOf("feature_hasher", "input0:d input1:f input2:i input3:l input4:sh input5:by input6:b input7:s > output:o",
		attrInt("num_features", size), attrStrings("input_names", "d", "f", "i", "l", "sh", "by", "b", "s"), attrStrings("categorical_cols", categorical...),
		attrBasics("basic_types", frame.Double, frame.Float, frame.Int, frame.Long, frame.Short, frame.Byte, frame.Boolean, frame.String), attrShapes("input_shapes", shapes...))
}

func TestFeatureHasher(t *testing.T) {
	rows := [][]*frame.Value{
		{num(1), num(2.5), num(3), {Long: 4}, num(5), num(6), num(1), str("x")},
		{num(1e10), num(float64(float32(1e-5))), num(-3), {Long: 1<<53 + 1}, num(0), num(-6), num(0), str("")},
		{num(math.NaN()), num(math.Inf(1)), num(1), {Long: 1}, num(1), num(1), null(), null()},
		{num(math.Copysign(0, -1)), num(float64(float32(0.1))), num(7), {Long: 8}, num(9), num(10), num(1), str("a=b")},
		{num(123456.789), num(1e7), num(math.MaxInt32), {Long: -1}, num(32767), num(127), num(0), str("日本")},
		{null(), null(), null(), null(), null(), null(), null(), null()},
	}
	numbers := readNode(t, featureHasherNode(1<<20))
	categories := readNode(t, featureHasherNode(1<<20, "d", "f", "i", "l", "sh", "by", "b", "s"))
	small := readNode(t, featureHasherNode(3))
	for i, want := range [][3]string{
		{"1048576:[1303=4 43733=1 89530=1 199693=6 228158=2.5 528284=1 543324=3 983830=5]",
			"1048576:[28943=1 43733=1 171148=1 212905=1 345551=1 500084=1 528284=1 629376=1]",
			"3:[0=8.5 2=15]"},
		{"1048576:[1303=9.007199254740992e+15 89530=1e+10 199693=-6 228158=9.999999747378752e-06 543324=-3 681993=1 975022=1 983830=0]",
			"1048576:[14328=1 152207=1 345080=1 615261=1 664315=1 669703=1 681993=1 975022=1]",
			"3:[0=9.007199254740992e+15 2=9.999999992e+09]"},
		{"1048576:[1303=1 89530=NaN 199693=1 228158=+Inf 543324=1 983830=1]",
			"1048576:[141393=1 352924=1 732364=1 737084=1 1015252=1 1042971=1]",
			"3:[0=+Inf 2=NaN]"},
		{"1048576:[1303=8 43733=1 89530=-0 199693=10 228158=0.10000000149011612 273229=1 543324=7 983830=9]",
			"1048576:[12185=1 43733=1 109894=1 273229=1 302389=1 481802=1 547833=1 569945=1]",
			"3:[0=10.100000001490116 2=26]"},
		{"1048576:[1303=-1 89530=123456.789 199693=127 228158=1e+07 543324=2.147483647e+09 975022=1 982966=1 983830=32767]",
			"1048576:[147914=1 218325=1 278754=1 625802=1 679513=1 916467=1 975022=1 982966=1]",
			"3:[0=1.0000001e+07 2=2.147639997789e+09]"},
		{"1048576:[]", "1048576:[]", "3:[]"},
	} {
		for k, tr := range []Transformer{numbers, categories, small} {
			if got := row(tr, rows[i]...); got != want[k] {
				t.Errorf("row %d\n got %s\nwant %s", i, got, want[k])
			}
			wantNoAllocs(t, tr, rows[i]...)
		}
	}

	// The example in Spark's documentation.
	doc := readNode(t, nodeOf("feature_hasher", "", attrInt("num_features", 1<<18), attrStrings("input_names", "real", "bool", "stringNum", "string"),
		attrStrings("categorical_cols"), attrBasics("basic_types", frame.Double, frame.Boolean, frame.String, frame.String), attrShapes("input_shapes", make([]bundle.DataShape, 4)...)))
	if got, want := row(doc, num(2), num(1), str("1"), str("foo")), "262144:[174475=2 247670=1 257907=1 262126=1]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestFeatureHasherFaults(t *testing.T) {
	node := func(types bundle.Attribute, shapes ...bundle.DataShape) *bundle.Node {
		return nodeOf("feature_hasher", "", attrInt("num_features", 8), attrStrings("input_names", "a"), attrStrings("categorical_cols"), types, attrShapes("input_shapes", shapes...))
	}
	wantFaults(t, map[string]*bundle.Node{
		"num_features":  nodeOf("feature_hasher", "", attrDefault("num_features")),
		"basic_types":   node(attrBasics("basic_types"), bundle.DataShape{}),
		"basic_types 2": node(attrBasics("basic_types", frame.ByteString), bundle.DataShape{}),
		"basic_types 3": node(attrBasics("basic_types", frame.Double), bundle.DataShape{Kind: frame.Tensor}),
		"input_shapes":  node(attrBasics("basic_types", frame.Double)),
	})
}
