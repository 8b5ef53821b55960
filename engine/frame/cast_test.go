package frame

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// value parses what Casts.scala printed for a value of this type.
func castValue(t *testing.T, base Basic, s string) (v Value) {
	t.Helper()
	var err error
	switch {
	case s == "null":
		v.Null = true
	case base == Boolean:
		if s == "true" {
			v.Num = 1
		}
	case base == Float || base == Double:
		var bits uint64
		if bits, err = strconv.ParseUint(s, 0, 64); base == Float {
			v.Num = float64(math.Float32frombits(uint32(bits)))
		} else {
			v.Num = math.Float64frombits(bits)
		}
	case base == String:
		// Java writes what lies beyond U+FFFF as two escapes.
		d, e := ReadJSON([]byte(oneCell(`"string"`, s)))
		if e != nil {
			t.Fatal(e)
		}
		d.Columns[0].Get(0, &v)
	case base == Long:
		v.Long, err = strconv.ParseInt(s, 10, 64)
	default:
		v.Num, err = strconv.ParseFloat(s, 64)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestCastGenuine holds every scalar cast against what MLeap's own Casting
// answered on a JVM.
func TestCastGenuine(t *testing.T) {
	data, err := os.ReadFile("../../testdata/frames/casts.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		c := strings.Split(line, "\t")
		f, _ := ParseBasic(c[0])
		to, _ := ParseBasic(c[1])
		err := CanCast(ScalarOf(f), ScalarOf(to))
		if c[3] == "no cast" {
			if err == nil {
				t.Errorf("%s: a cast", line)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		in := castValue(t, f, c[2])
		var got Value
		err = Cast(ScalarOf(f), ScalarOf(to), &in, &got)
		if c[3] == "error" {
			if err == nil {
				t.Errorf("%s: got %+v", line, got)
			}
			continue
		}
		switch {
		case in.Str == "１" || in.Str == "٣": // Java takes digits of other scripts
			continue
		case c[3] == `"9.999999999999999E22"` || c[3] == `"3.3999999E10"`: // JDK 17's known deviations
			continue
		}
		want := castValue(t, to, c[3])
		same := got.Num == want.Num && math.Signbit(got.Num) == math.Signbit(want.Num) || got.Num != got.Num && want.Num != want.Num
		if to == Long {
			same = got.Long == want.Long
		}
		if err != nil || got.Null != want.Null || !same || got.Str != want.Str {
			t.Errorf("%s: got %+v, %v", line, got, err)
		}
	}
}

func TestCastKinds(t *testing.T) {
	for _, c := range []struct {
		from Type
		in   string
		to   Type
		want string // empty: no cast; "error": none for this value
	}{
		{from: ScalarOf(Int), in: `3`, to: TensorOf(Double), want: ``},
		{from: ScalarOf(Int), in: `3`, to: TensorOf(Double, []int{}...), want: `{"dimensions":[],"values":[3.0]}`},
		{from: ScalarOf(String), in: `"x"`, to: TensorOf(String, []int{}...), want: `{"dimensions":[],"values":["x"]}`},
		{from: ScalarOf(String), in: `""`, to: TensorOf(Double, []int{}...), want: "error"},
		{from: ScalarOf(Int), in: `3`, to: TensorOf(Double, 1), want: ``},
		{from: ScalarOf(Int), in: `3`, to: ListOf(Int), want: ``},
		{from: ListOf(Int), in: `[3]`, to: ScalarOf(Int), want: ``},
		{from: TensorOf(Double, 1), in: `[2.5]`, to: ScalarOf(Int), want: `2`},
		{from: TensorOf(Double, 1, 1), in: `{"dimensions":[1,1],"values":[2.5]}`, to: ScalarOf(String), want: `"2.5"`},
		{from: TensorOf(Double, 1), in: `{"dimensions":[1],"indices":[[0]],"values":[4]}`, to: ScalarOf(Double), want: `4.0`},
		{from: TensorOf(Double, 1), in: `{"dimensions":[1],"indices":[],"values":[]}`, to: ScalarOf(Double), want: `0.0`},
		{from: TensorOf(Double, 1), in: `{"dimensions":[0],"values":[]}`, to: ScalarOf(Double), want: "error"},
		{from: TensorOf(Double, 2), in: `[1,2]`, to: ScalarOf(Double), want: ``},
		{from: TensorOf(Double), in: `[1]`, to: ScalarOf(Double), want: ``},
		{from: ListOf(Int), in: `[1,2]`, to: ListOf(String), want: `["1","2"]`},
		{from: ListOf(String), in: `["1"," 2.5"]`, to: ListOf(Double), want: `[1.0,2.5]`},
		{from: ListOf(String), in: `["1",""]`, to: ListOf(Double), want: "error"},
		{from: ListOf(Long), in: `[1,9007199254740993]`, to: TensorOf(Double), want: `{"dimensions":[2],"values":[1.0,9007199254740992.0]}`},
		{from: ListOf(Double), in: `[1]`, to: TensorOf(Double, 5), want: `{"dimensions":[1],"values":[1.0]}`},
		{from: TensorOf(Double, 2, 1), in: `{"dimensions":[2,1],"values":[1.9,-1.9]}`, to: ListOf(Int), want: `[1,-1]`},
		{from: TensorOf(Double, 2), in: `{"dimensions":[2],"indices":[[1]],"values":[1]}`, to: ListOf(Double), want: "error"},
		{from: TensorOf(Double, 2), in: `{"dimensions":[3],"indices":[[1]],"values":[300.5]}`, to: TensorOf(Byte), want: `{"dimensions":[3],"indices":[[1]],"values":[44]}`},
		{from: TensorOf(Double, 2), in: `[0.1,1e40]`, to: TensorOf(Float, 2), want: `{"dimensions":[2],"values":[0.1,null]}`},
		{from: TensorOf(Float, 2), in: `[0.1,1]`, to: TensorOf(Float, 2), want: `{"dimensions":[2],"values":[0.1,1.0]}`},
		{from: TensorOf(Double, 2), in: `[0.1,1e19]`, to: TensorOf(Long, 2), want: `{"dimensions":[2],"values":[0,9223372036854775807]}`},
		{from: MapOf(String, Int), in: `{"a":1}`, to: MapOf(String, Double), want: `{"a":1.0}`},
		{from: MapOf(String, Int), in: `{"1":1,"01":2,"2":3}`, to: MapOf(Int, Int), want: `{"1":2,"2":3}`},
		{from: MapOf(String, String), in: `{"a":"b"}`, to: MapOf(String, ByteString), want: ``},
		{from: MapOf(String, String), in: `{"a":""}`, to: MapOf(String, Int), want: "error"},
		{from: MapOf(String, String), in: `{"a":""}`, to: ListOf(Int), want: ``},
		{from: ScalarOf(ByteString), in: `"AA=="`, to: ScalarOf(ByteString), want: `"AA=="`},
	} {
		name := c.from.String() + " " + c.in + " to " + c.to.String()
		err := CanCast(c.from, c.to)
		if c.want == "" {
			if err == nil {
				t.Errorf("%s: CanCast says it can", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f := readOne(t, c.from, c.in)
		var in, out Value
		f.Columns[0].Get(0, &in)
		err = Cast(c.from, c.to, &in, &out)
		if err != nil || c.want == "error" {
			if (err != nil) != (c.want == "error") {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
			continue
		}
		if got := string(leap.cell(nil, c.to, &out)); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func readOne(t testing.TB, typ Type, cell string) *Frame {
	t.Helper()
	f, err := ReadJSON([]byte(oneCell(string(appendType(nil, typ)), cell)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCastAllocates(t *testing.T) {
	var scalar, vector, sparse, out Value
	scalar.SetNum(2.5)
	copy(vector.Dense(3), []float64{1, 2, 3})
	sparse.StartSparse(100)
	sparse.Put(7, 1.5)
	long := Value{Long: 5}
	for name, f := range map[string]func() error{
		"double to int":            func() error { return Cast(ScalarOf(Double), ScalarOf(Int), &scalar, &out) },
		"double to long":           func() error { return Cast(ScalarOf(Double), ScalarOf(Long), &scalar, &out) },
		"long to double":           func() error { return Cast(ScalarOf(Long), ScalarOf(Double), &long, &out) },
		"vector to floats":         func() error { return Cast(TensorOf(Double), TensorOf(Float), &vector, &out) },
		"vector to longs":          func() error { return Cast(TensorOf(Double), TensorOf(Long), &vector, &out) },
		"vector to list":           func() error { return Cast(TensorOf(Double), ListOf(Int), &vector, &out) },
		"sparse vector to ints":    func() error { return Cast(TensorOf(Double), TensorOf(Int), &sparse, &out) },
		"vector to scalar":         func() error { return Cast(TensorOf(Double, 1), ScalarOf(Double), &vector, &out) },
		"scalar to scalar tensors": func() error { return Cast(ScalarOf(Double), TensorOf(Float), &scalar, &out) },
	} {
		if err := f(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := testing.AllocsPerRun(100, func() { f() }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func TestJavaDouble(t *testing.T) {
	for _, c := range []struct {
		x    float64
		want string
	}{
		{0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {1, "1.0"}, {-1.5, "-1.5"}, {0.001, "0.001"}, {0.00099, "9.9E-4"},
		{1e7, "1.0E7"}, {9999999, "9999999.0"}, {1234567.5, "1234567.5"}, {12345678, "1.2345678E7"}, {1e10, "1.0E10"}, {100, "100.0"},
		{math.NaN(), "NaN"}, {math.Inf(1), "Infinity"}, {math.Inf(-1), "-Infinity"},
		{5e-324, "4.9E-324"}, {math.MaxFloat64, "1.7976931348623157E308"}, {2e-3, "0.002"}, {2e23, "2.0E23"}, {0.30000000000000004, "0.30000000000000004"},
	} {
		if got := string(AppendJavaDouble(nil, c.x)); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
	for _, c := range []struct {
		x    float32
		want string
	}{
		{0.1, "0.1"}, {1e10, "1.0E10"}, {16777216, "1.6777216E7"}, {math.SmallestNonzeroFloat32, "1.4E-45"}, {math.MaxFloat32, "3.4028235E38"}, {3.4e10, "3.4E10"},
	} {
		if got := string(AppendJavaFloat(nil, c.x)); got != c.want {
			t.Errorf("%v: %s, want %s", c.x, got, c.want)
		}
	}
}
