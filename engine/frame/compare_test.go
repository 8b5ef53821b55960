package frame

import (
	"math"
	"strings"
	"testing"
)

func TestCompareGenuine(t *testing.T) {
	for path, data := range genuine(t) {
		f, err := ReadJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		if d := Compare(f, f, nil); len(d) > 0 {
			t.Errorf("%s: %v", path, d[0].String())
		}
	}
}

func TestCompare(t *testing.T) {
	vec := `{"type":"tensor","base":"double"}`
	for _, c := range []struct {
		typ, got, want string
		tol            float64
		fails          bool
		abs, rel       float64
		repr           int
	}{
		{typ: `"double"`, got: "1.5", want: "1.5"},
		{typ: `"double"`, got: "-0.0", want: "0.0"},
		{typ: `"double"`, got: `"NaN"`, want: `"NaN"`},
		{typ: `"double"`, got: `"Infinity"`, want: `"Infinity"`},
		{typ: `"double"`, got: `"Infinity"`, want: `"NaN"`, tol: 1, fails: true, abs: math.Inf(1), rel: math.Inf(1)},
		{typ: `"double"`, got: `"Infinity"`, want: `1`, tol: 1, fails: true, abs: math.Inf(1), rel: math.Inf(1)},
		{typ: `"double"`, got: `null`, want: `"NaN"`, fails: true},
		{typ: `"double"`, got: `null`, want: `null`},
		{typ: `"double"`, got: "4", want: "5", tol: 0.2, abs: 1, rel: 0.2},
		{typ: `"double"`, got: "4", want: "5", tol: 0.1, fails: true, abs: 1, rel: 0.2},
		{typ: `"long"`, got: "9007199254740993", want: "9007199254740992", fails: true, abs: 2, rel: 2.2e-16},
		{typ: `"long"`, got: "7", want: "7"},
		{typ: `"string"`, got: `"a"`, want: `"b"`, fails: true},
		{typ: vec, got: `[0,1.5,0]`, want: `{"dimensions":[3],"indices":[[1]],"values":[1.5]}`, repr: 1},
		{typ: vec, got: `{"dimensions":[3],"indices":[[0],[1]],"values":[0,1.5]}`, want: `{"dimensions":[3],"indices":[[1]],"values":[1.5]}`, repr: 1},
		{typ: vec, got: `{"dimensions":[3],"indices":[[0],[1]],"values":[1,1.5]}`, want: `{"dimensions":[3],"indices":[[1]],"values":[1.5]}`, fails: true, abs: 1, rel: 1},
		{typ: vec, got: `{"dimensions":[3,1],"values":[1,2,3]}`, want: `[1,2,3]`, fails: true},
		{typ: vec, got: `{"dimensions":[3],"indices":[[2]],"values":[2]}`, want: `[0,0,4]`, fails: true, abs: 2, rel: 0.5},
		{typ: `{"type":"list","base":"string"}`, got: `["a"]`, want: `["a","b"]`, fails: true},
		{typ: `{"type":"map","key":"string","base":"double"}`, got: `{"a":1,"b":2}`, want: `{"b":2,"a":1}`},
		{typ: `{"type":"map","key":"string","base":"double"}`, got: `{"a":1,"b":2}`, want: `{"b":2,"c":1}`, fails: true},
		{typ: `{"type":"map","key":"long","base":"double"}`, got: `{"1":1}`, want: `{"1":2}`, fails: true, abs: 1, rel: 0.5},
	} {
		g, err := ReadJSON([]byte(oneCell(c.typ, c.got)))
		if err != nil {
			t.Fatal(err)
		}
		w, err := ReadJSON([]byte(oneCell(c.typ, c.want)))
		if err != nil {
			t.Fatal(err)
		}
		ds := Compare(g, w, func(string) float64 { return c.tol })
		d := Difference{First: -1}
		if len(ds) > 0 {
			d = ds[0]
		}
		near := func(a, b float64) bool { return a == b || math.Abs(a-b) < 1e-15 }
		if d.Fails() != c.fails || !near(d.MaxAbs, c.abs) || !near(d.MaxRel, c.rel) || d.Representation != c.repr || len(ds) > 1 || c.fails != (d.First == 0) {
			t.Errorf("%s %s against %s: %+v", c.typ, c.got, c.want, ds)
		}
	}
}

func TestCompareSchemas(t *testing.T) {
	read := func(s string) *Frame {
		f, err := ReadJSON([]byte(s))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	got := read(`{"schema":{"fields":[{"name":"a","type":"double"},{"name":"x","type":"int"},{"name":"c","type":"string"}]},"rows":[[1,2,"p"],[2,2,"q"]]}`)
	want := read(`{"schema":{"fields":[{"name":"c","type":"string"},{"name":"a","type":{"type":"basic","base":"double","isNullable":false}},{"name":"b","type":"int"}]},"rows":[["p",1,2],["r",3,4],["s",1,2]]}`)
	var lines []string
	for _, d := range Compare(got, want, nil) {
		lines = append(lines, d.String())
	}
	const expect = `2 rows, want 3
column "c": 1 rows differ, first row 1: got "q", want "r"
column "a": type double?, want double: 1 rows differ, first row 1: got 2.0, want 3.0; largest difference 1 (relative 0.333)
column "b": missing
column "x": not wanted`
	if got := strings.Join(lines, "\n"); got != expect {
		t.Errorf("got\n%s\nwant\n%s", got, expect)
	}
}
