package frame

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// small are limits that keep a fuzzed frame cheap.
var small = ReadOptions{Limits: Limits{Bytes: 1 << 20, Rows: 1 << 12, Elements: 1 << 16, StringLength: 1 << 16}}

// ours says that an error is one that errors.Is can name.
func ours(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, ErrFormat) && !errors.Is(err, ErrSchema) && !errors.Is(err, ErrValue) && !errors.Is(err, ErrLimit) {
		t.Fatalf("an error of no kind: %v", err)
	}
}

// sound fails where a frame breaks what Value promises.
func sound(t *testing.T, f *Frame) {
	t.Helper()
	var v Value
	for j := range f.Columns {
		c := &f.Columns[j]
		if c.Len() != f.Len() {
			t.Fatalf("%d values in column %q of %d rows", c.Len(), c.Name, f.Len())
		}
		for i := range f.Len() {
			c.Get(i, &v)
			switch {
			case v.Null && !c.Type.Nullable:
				t.Fatalf("null in row %d of column %q", i, c.Name)
			case v.Null:
			case c.Type.Base == Float && v.Num == v.Num && float64(float32(v.Num)) != v.Num:
				t.Fatalf("%v is not a float", v.Num)
			case c.Type.Kind == Map && (v.Map == nil || v.Map.Keys.count(c.Type.Key) != v.Map.Values.count(c.Type.Base)):
				t.Fatalf("map %+v", v.Map)
			case c.Type.Kind == Tensor && !v.Sparse && v.Size() != v.count(c.Type.Base):
				t.Fatalf("tensor %+v", v)
			case c.Type.Kind == Tensor && v.Sparse:
				if len(v.Indices) != v.count(c.Type.Base) {
					t.Fatalf("sparse tensor %+v", v)
				}
				last := int32(-1)
				for _, k := range v.Indices {
					if k <= last || int(k) >= v.Size() {
						t.Fatalf("sparse tensor %+v", v)
					}
					last = k
				}
			}
		}
	}
}

// readBack writes f in a format that loses nothing and reads it again.
func readBack(t *testing.T, format Format, f *Frame) {
	t.Helper()
	text := Append(nil, format, f)
	g, err := Read(format, text, f.Schema(), ReadOptions{})
	if err != nil {
		t.Fatalf("%v: %v\n%q", format, err, text)
	}
	identical(t, g, f)
}

func FuzzFrameJSON(f *testing.F) {
	for _, data := range genuine(f) {
		if len(data) < 4000 {
			f.Add(data)
		}
	}
	f.Add(AppendJSON(nil, all(f)))
	for _, c := range jsonCells {
		f.Add([]byte(oneCell(c.typ, c.cell)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		fr, err := readJSON(data, small)
		if err != nil {
			ours(t, err)
			return
		}
		sound(t, fr)
		text := AppendJSON(nil, fr)
		g, err := ReadJSON(text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if again := AppendJSON(nil, g); !bytes.Equal(again, text) {
			t.Fatalf("%s\nread and written: %s", text, again)
		}
		readBack(t, NDJSON, fr)
		readBack(t, Binary, fr)
		if len(fr.Columns) > 0 {
			readBack(t, CSV, fr)
		}
	})
}

// stream fails where reading in pieces gives something else than reading at once.
func stream(t *testing.T, format Format, data []byte, s Schema, whole *Frame, err error) {
	t.Helper()
	got, serr := readStream(format, string(data), s, small)
	switch {
	case err == nil && serr == nil:
		identical(t, got, whole)
	case err == nil || serr == nil || err.Error() != serr.Error():
		t.Fatalf("at once %v, in pieces %v", err, serr)
	}
}

func FuzzNDJSON(f *testing.F) {
	s := schemaOf(f, `{"name":"a","type":"string"},{"name":"b","type":"double"},{"name":"c","type":"integer"},{"name":"d","type":{"type":"tensor","base":"float","dimensions":[2,2]}},{"name":"e","type":{"type":"map","key":"double","base":"long"}},{"name":"g","type":{"type":"list","base":"byte_string"}}`)
	f.Add([]byte("{\"a\":\"x\\u00e9\",\"b\":-1.5e3,\"c\":7,\"d\":[1,2]}\n\n{}"))
	f.Add([]byte(bom + "{\"d\":{\"dimensions\":[5],\"indices\":[4,[1]],\"values\":[1,\"NaN\"]},\"b\":\"-Infinity\"}\r\n{\"zz\":{}}"))
	f.Add([]byte("{\"e\":{\"1\":2,\"NaN\":-3},\"g\":[\"AA==\",\"\"],\"d\":[1,2,3,4]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fr, err := readNDJSON(data, s, small)
		if len(data) < 1<<12 {
			stream(t, NDJSON, data, s, fr, err)
		}
		if err != nil {
			ours(t, err)
			return
		}
		sound(t, fr)
		readBack(t, NDJSON, fr)
	})
}

func FuzzCSV(f *testing.F) {
	s := schemaOf(f, `{"name":"a","type":"string"},{"name":"b","type":"double"},{"name":"c","type":"integer"},{"name":"d","type":{"type":"tensor","base":"float"}},{"name":"e","type":"boolean"},{"name":"g","type":"byte_string"}`)
	f.Add([]byte("a,b,c,d,e,g\nx,1.5,3,\"[1,2]\",true,AA==\n\"p\nq\",NaN,,,,\"\"\n"))
	f.Add([]byte(bom + "g,zz,e,d,c,b,a\r\n,\"a\"\"b\",false,[],7,-Infinity,\"\"\r\n"))
	f.Add([]byte("a\n\"\"\n\nx"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fr, err := readCSV(data, s, small)
		if len(data) < 1<<12 {
			checkOracle(t, string(data))
			stream(t, CSV, data, s, fr, err)
		}
		if err != nil {
			ours(t, err)
			return
		}
		sound(t, fr)
		readBack(t, CSV, fr)
	})
}

func FuzzBinary(f *testing.F) {
	paths, err := filepath.Glob("../../testdata/frames/*.bin")
	if err != nil || len(paths) == 0 {
		f.Fatal(paths, err)
	}
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	whole := AppendBinary(nil, all(f))
	f.Add(whole)
	// Most changes to a whole frame break its schema: let rows alone stand
	// behind a good one too.
	head := 4 + int(whole[2])<<8 + int(whole[3])
	f.Add(whole[head:])
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, data := range [][]byte{data, append(whole[:head:head], data...)} {
			fr, err := readBinary(data, small)
			if err != nil {
				ours(t, err)
				continue
			}
			sound(t, fr)
			readBack(t, Binary, fr)
		}
	})
}

// FuzzCast looks for strings that come out as numbers and not the same again.
func FuzzCast(f *testing.F) {
	for _, s := range []string{"1.5", "-Infinity", "0x1.8p3d", " 1e3f\n", "4.9E-324"} {
		f.Add(s, 1e23)
	}
	f.Fuzz(func(t *testing.T, s string, x float64) {
		for _, base := range []Basic{Float, Double, Byte, Int, Long, Boolean} {
			in := Value{Str: s}
			var out, text, again Value
			if err := Cast(ScalarOf(String), ScalarOf(base), &in, &out); err != nil || out.Null {
				continue
			}
			if err := Cast(ScalarOf(base), ScalarOf(String), &out, &text); err != nil {
				t.Fatal(err)
			}
			err := Cast(ScalarOf(String), ScalarOf(base), &text, &again)
			if err != nil || again.Null || again.Long != out.Long || math.Float64bits(again.Num) != math.Float64bits(out.Num) && out.Num == out.Num {
				t.Fatalf("%q as %v: %+v, %q, %+v, %v", s, base, out, text.Str, again, err)
			}
		}
		if y, ok := ParseJavaDouble(string(AppendJavaDouble(nil, x)), 64); !ok || y != x && x == x {
			t.Fatalf("%v: %s", x, AppendJavaDouble(nil, x))
		}
	})
}

// FuzzObjects: an object alone, in an array and on a line of its own is one row.
func FuzzObjects(f *testing.F) {
	s := all(f).Schema()
	for _, c := range jsonCells {
		f.Add([]byte(`{"c": ` + c.cell + `}`))
	}
	f.Add([]byte(`[{"long": 3, "string": "é"}, {}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fr, array, err := ReadObjects(data, s, small)
		if err != nil {
			ours(t, err)
			return
		}
		sound(t, fr)
		if array {
			return
		}
		if fr.Len() != 1 {
			t.Fatalf("%d rows of one object", fr.Len())
		}
		in, array, err := ReadObjects([]byte("["+string(data)+"]"), s, small)
		if err != nil || !array {
			t.Fatalf("in an array: %v", err)
		}
		identical(t, in, fr)
	})
}
