package frame

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// genuine are the leap frames that MLeap itself wrote.
func genuine(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, name := range []string{"frame.json", "expected.json", "errors.json"} {
		paths, err := filepath.Glob("../../testdata/genuine/*/" + name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range paths {
			data, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			files[p] = data
		}
	}
	if len(files) < 100 {
		t.Fatalf("only %d frames in testdata/genuine", len(files))
	}
	return files
}

func equalFrames(t *testing.T, got, want *Frame) {
	t.Helper()
	if got.Len() != want.Len() || len(got.Columns) != len(want.Columns) {
		t.Fatalf("%d rows × %d columns, want %d × %d", got.Len(), len(got.Columns), want.Len(), len(want.Columns))
	}
	for j := range want.Columns {
		g, w := &got.Columns[j], &want.Columns[j]
		if g.Name != w.Name || !g.Type.Equal(w.Type) {
			t.Fatalf("column %q %v, want %q %v", g.Name, g.Type, w.Name, w.Type)
		}
		var a, b Value
		for i := range want.Len() {
			g.Get(i, &a)
			w.Get(i, &b)
			if x, y := string(leap.cell(nil, g.Type, &a)), string(leap.cell(nil, w.Type, &b)); x != y {
				t.Fatalf("column %q, row %d: %s, want %s", g.Name, i, x, y)
			}
		}
	}
}

func TestJSONRoundTripGenuine(t *testing.T) {
	for path, data := range genuine(t) {
		f, err := ReadJSON(data)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		g, err := ReadJSON(AppendJSON(nil, f))
		if err != nil {
			t.Fatalf("%s: read back: %v", path, err)
		}
		equalFrames(t, g, f)
	}
}

// What MLeap pretty-prints, without its white space and in the other order of
// schema and rows, is what AppendJSON writes: schema spelling included.
func TestJSONSchemaSpelling(t *testing.T) {
	for path, data := range genuine(t) {
		f, err := ReadJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		_, want, ok := strings.Cut(string(data), `"schema": `)
		if !ok {
			t.Fatalf("%s: no schema", path)
		}
		want = strings.TrimSuffix(squeeze(want), "}")
		if got := string(AppendSchema(nil, f.Schema())); got != want {
			t.Fatalf("%s:\n got %s\nwant %s", path, got, want)
		}
	}
}

// squeeze removes white space outside strings.
func squeeze(s string) string {
	var b strings.Builder
	in := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '"' && (i == 0 || s[i-1] != '\\'):
			in = !in
		case !in && (c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// oneCell is a frame of one cell, in rows-first order.
func oneCell(typ, cell string) string {
	return `{"rows":[[` + cell + `]],"schema":{"fields":[{"name":"c","type":` + typ + `}]}}`
}

// jsonCells are cells and how they are written again.
var jsonCells = []struct{ typ, cell, want string }{
	{`"boolean"`, `true`, `true`},
	{`"byte"`, `-128`, `-128`},
	{`"short"`, `32767`, `32767`},
	{`"integer"`, `3.0`, `3`},
	{`"int"`, `2e3`, `2000`},
	{`"long"`, `9223372036854775807`, `9223372036854775807`},
	{`"float"`, `0.1`, `0.1`},
	{`"float"`, `1e39`, `null`}, // Infinity, written as MLeap writes it
	{`"double"`, `-0.0`, `-0.0`},
	{`"double"`, `7`, `7.0`},
	{`"double"`, `null`, `null`},
	{`"string"`, `"é\n\u2028"`, `"é\n\u2028"`},
	{`"byte_string"`, `"AAH/"`, `"AAH/"`},
	{`{"type":"basic","base":"double","isNullable":false}`, `null`, `null`},
	{`{"type":"basic","base":"integer","isNullable":false}`, `5`, `5`},
	{`{"type":"list","base":"double"}`, `[1,null,"Infinity"]`, `[1.0,null,null]`},
	{`{"type":"list","base":"long"}`, `[1,-1]`, `[1,-1]`},
	{`{"type":"list","base":"byte_string"}`, `["","Zg=="]`, `["","Zg=="]`},
	{`{"type":"list","base":{"type":"basic","base":"string"}}`, `["a"]`, `["a"]`},
	{`{"type":"map","key":"string","base":"long"}`, `{"k":7,"":8}`, `{"k":7,"":8}`},
	{`{"type":"map","key":"integer","base":"boolean"}`, `{"-3":true}`, `{"-3":true}`},
	{`{"type":"map","key":"double","base":"double"}`, `{"NaN":1,"0.5":null}`, `{"NaN":1.0,"0.5":null}`},
	{`{"type":"map","key":"boolean","base":"string"}`, `{"true":"x","false":"y"}`, `{"true":"x","false":"y"}`},
	{`{"type":"tensor","base":"double"}`, `{"values":[1,2],"dimensions":[2]}`, `{"dimensions":[2],"values":[1.0,2.0]}`},
	{`{"type":"tensor","base":"double"}`, `{"dimensions":[],"values":[3]}`, `{"dimensions":[],"values":[3.0]}`},
	{`{"type":"tensor","base":"double"}`, `{"dimensions":[0],"values":[]}`, `{"dimensions":[0],"values":[]}`},
	{`{"type":"tensor","base":"double"}`, `{"dimensions":[3],"indices":[],"values":[]}`, `{"dimensions":[3],"indices":[],"values":[]}`},
	{`{"type":"tensor","base":"double"}`, `{"dimensions":[3],"indices":null,"values":[1,2,3]}`, `{"dimensions":[3],"values":[1.0,2.0,3.0]}`},
	{`{"type":"tensor","base":"double"}`, `[1,2]`, `{"dimensions":[2],"values":[1.0,2.0]}`},
	{`{"type":"tensor","base":"int","dimensions":[2,2]}`, `[1,2,3,4]`, `{"dimensions":[2,2],"values":[1,2,3,4]}`},
	{`{"type":"tensor","base":"int","dimensions":[9]}`, `{"dimensions":[1],"values":[4]}`, `{"dimensions":[1],"values":[4]}`},
	{`{"type":"tensor","base":"string"}`, `{"values":["b","a"],"indices":[4,0],"dimensions":[5]}`, `{"dimensions":[5],"indices":[[0],[4]],"values":["a","b"]}`},
	{`{"type":"tensor","base":"long"}`, `{"dimensions":[2,3],"indices":[[1,2],[0,1]],"values":[5,6]}`, `{"dimensions":[2,3],"indices":[[0,1],[1,2]],"values":[6,5]}`},
	{`{"type":"tensor","base":"boolean"}`, `{"dimensions":[1],"values":[true]}`, `{"dimensions":[1],"values":[true]}`},
	{`{"type":"tensor","base":"byte_string"}`, `{"dimensions":[1],"values":["Zm8"]}`, `{"dimensions":[1],"values":["Zm8="]}`},
}

func TestJSONCells(t *testing.T) {
	for _, c := range jsonCells {
		f, err := ReadJSON([]byte(oneCell(c.typ, c.cell)))
		if err != nil {
			t.Errorf("%s %s: %v", c.typ, c.cell, err)
			continue
		}
		var v Value
		f.Columns[0].Get(0, &v)
		if got := string(leap.cell(nil, f.Columns[0].Type, &v)); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.typ, c.cell, got, c.want)
		}
	}
}

func TestJSONNullOrNaN(t *testing.T) {
	read := func(typ string) Value {
		f, err := ReadJSON([]byte(oneCell(typ, "null")))
		if err != nil {
			t.Fatal(err)
		}
		var v Value
		f.Columns[0].Get(0, &v)
		return v
	}
	if v := read(`"double"`); !v.Null {
		t.Errorf("nullable: %+v, want null", v)
	}
	for _, base := range []string{"double", "float"} {
		if v := read(`{"type":"basic","base":"` + base + `","isNullable":false}`); v.Null || !math.IsNaN(v.Num) {
			t.Errorf("%s: %+v, want NaN", base, v)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	notNull := func(base string) string { return `{"type":"basic","base":"` + base + `","isNullable":false}` }
	tensor := `{"type":"tensor","base":"double"}`
	cell := func(typ, c string) string { return oneCell(typ, c) }
	for _, c := range []struct {
		in   string
		kind error
		want string
	}{
		{``, ErrFormat, "the end of the input"},
		{`[1]`, ErrFormat, "a leap frame belongs"},
		{`{"rows":[]}`, ErrFormat, `without "schema"`},
		{`{"schema":{"fields":[]}}`, ErrFormat, `without "rows"`},
		{`{"schema":{"fields":[]},"schema":{"fields":[]},"rows":[]}`, ErrFormat, `a second "schema"`},
		{`{"schema":{"fields":[]},"rows":[]} x`, ErrFormat, "after the end"},
		{`{"schema":{"fields":[]},"rows":{}}`, ErrFormat, `"rows" is an object`},
		{`{"schema":{},"rows":[]}`, ErrFormat, `without "fields"`},
		{`{"schema":{"fields":[{"name":"a"}]},"rows":[]}`, ErrFormat, `fields[0] "a": a field needs`},
		{`{"schema":{"fields":[{"name":"a","type":"decimal"}]},"rows":[]}`, ErrFormat, `unknown type "decimal"`},
		{`{"schema":{"fields":[{"name":"a","type":{"type":"struct"}}]},"rows":[]}`, ErrFormat, `unknown type "struct"`},
		{`{"schema":{"fields":[{"name":"a","type":{"type":"list"}}]},"rows":[]}`, ErrFormat, `without "base"`},
		{`{"schema":{"fields":[{"name":"a","type":{"type":"map","base":"int"}}]},"rows":[]}`, ErrFormat, `without "key"`},
		{`{"schema":{"fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]},"rows":[]}`, ErrFormat, `two columns called "a"`},
		{`{"schema":{"fields":[{"name":"a","type":"int"}]},"rows":[[1],[1,2,3]]}`, ErrFormat, "rows[1] has 3 cells where the schema has 1 fields"},
		{`{"schema":{"fields":[{"name":"a","type":"int"}]},"rows":[[]]}`, ErrFormat, "rows[0] has 0 cells"},
		{`{"schema":{"fields":[]},"rows":[7]}`, ErrFormat, "rows[0]: found a number where a row"},
		{"{\n\"rows\":[[1,]]}", ErrFormat, "line 2"},
		{cell(`"string"`, `12`), ErrValue, `rows[0], column "c" (string?): found 12 where a string belongs`},
		{cell(`"string"`, `"`+strings.Repeat("x", 10)+`", 1`), ErrFormat, "2 cells"},
		{cell(`"string"`, strings.Repeat("[", 100)+strings.Repeat("]", 100)), ErrValue, "[…"},
		{cell(`"double"`, `"1.5"`), ErrValue, `found "1.5" where a number belongs`},
		{cell(`"boolean"`, `1`), ErrValue, "found 1 where a boolean belongs"},
		{cell(`"byte"`, `128`), ErrValue, "128 is out of range (-128 to 127)"},
		{cell(`"short"`, `-32769`), ErrValue, "out of range"},
		{cell(`"integer"`, `2147483648`), ErrValue, "out of range"},
		{cell(`"long"`, `9223372036854775808`), ErrValue, "out of range"},
		{cell(`"integer"`, `1.5`), ErrValue, "1.5 has a fraction"},
		{cell(`"integer"`, `1e400`), ErrValue, "out of range"},
		{cell(notNull("string"), `null`), ErrValue, `column "c" (string): null where none may be`},
		{cell(notNull("integer"), `null`), ErrValue, "null where none may be"},
		{cell(`"byte_string"`, `"A"`), ErrValue, "cut short"},
		{cell(`"byte_string"`, `"A A="`), ErrValue, "base64"},
		{cell(`{"type":"list","base":"int"}`, `[1,null]`), ErrValue, "element 1: found null where a number belongs"},
		{cell(`{"type":"list","base":"int"}`, `{}`), ErrValue, "found {} where an array belongs"},
		{cell(`{"type":"map","key":"string","base":"int"}`, `{"a":1,"a":2}`), ErrValue, `the key "a" twice`},
		{cell(`{"type":"map","key":"int","base":"int"}`, `{"a":1}`), ErrValue, `"a" where a whole number belongs`},
		{cell(tensor, `{"dimensions":[2],"values":[1]}`), ErrValue, "1 values in a tensor of dimensions [2]"},
		{cell(tensor, `{"dimensions":[-1],"values":[1]}`), ErrValue, "a dimension of -1"},
		{cell(tensor, `{"values":[1]}`), ErrValue, `without "dimensions"`},
		{cell(tensor, `{"dimensions":[1]}`), ErrValue, `without "values"`},
		{cell(tensor, `{"dimensions":[2],"indices":[[0],[0]],"values":[1,2]}`), ErrValue, "the index [0] twice"},
		{cell(tensor, `{"dimensions":[2],"indices":[[2]],"values":[1]}`), ErrValue, "the index [2] outside dimensions [2]"},
		{cell(tensor, `{"dimensions":[2],"indices":[[-1]],"values":[1]}`), ErrValue, "outside"},
		{cell(tensor, `{"dimensions":[2],"indices":[[0,0]],"values":[1]}`), ErrValue, "an index of 2 numbers"},
		{cell(tensor, `{"dimensions":[2,2],"indices":[[0,0],[1]],"values":[1,2]}`), ErrValue, "different lengths"},
		{cell(tensor, `{"dimensions":[2],"indices":[[0]],"values":[1,2]}`), ErrValue, "2 values at 1 indices"},
		{cell(tensor, `{"dimensions":[70000,70000],"indices":[],"values":[]}`), ErrLimit, "Elements"},
		{cell(tensor, `3`), ErrValue, "found 3 where a tensor"},
	} {
		_, err := ReadJSON([]byte(c.in))
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %v: …%s…", c.in, err, c.kind, c.want)
		}
	}
}

func TestJSONLimits(t *testing.T) {
	text := []byte(`{"rows":[["abc",[1,2]],["d",[]]],"schema":{"fields":[{"name":"s","type":"string"},{"name":"l","type":{"type":"list","base":"int"}}]}}`)
	for name, lim := range map[string]Limits{
		"Bytes":        {Bytes: len(text) - 1},
		"Rows":         {Rows: 1},
		"Elements":     {Elements: 1},
		"StringLength": {StringLength: 2},
		"Depth":        {Depth: 3},
	} {
		_, err := readJSON(text, ReadOptions{Limits: lim})
		if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "frame."+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readJSON(text, ReadOptions{Limits: Limits{Bytes: len(text), Rows: 2, Elements: 2, StringLength: 3, Depth: 5}}); err != nil {
		t.Error(err)
	}
}

// A schema that was read before is taken over, wherever it stands; another one,
// or one that begins like it, is not.
func TestLastSchema(t *testing.T) {
	last := new(LastSchema)
	const a = `{"fields":[{"name":"x","type":"double"}]}`
	for _, c := range []struct{ text, want string }{
		{`{"schema":` + a + `,"rows":[[1.5]]}`, `{"schema":` + a + `,"rows":[[1.5]]}`},
		{`{"rows":[[2]], "schema" : ` + a + `}`, `{"schema":` + a + `,"rows":[[2.0]]}`},
		{`{"schema":{"fields":[{"name":"x","type":"long"}]},"rows":[[3]]}`, `{"schema":{"fields":[{"name":"x","type":"long"}]},"rows":[[3]]}`},
		{`{"schema":` + a + `,"rows":[[4]]}`, `{"schema":` + a + `,"rows":[[4.0]]}`},
		{`{"schema":` + a + `x,"rows":[[4]]}`, ""},
		{`{"schema":` + a + `,"schema":` + a + `,"rows":[[4]]}`, ""},
		{`{"schema":` + a + `}`, ""},
		{`{"schema":` + a[:len(a)-1], ""},
	} {
		f, err := Read(JSON, []byte(c.text), nil, ReadOptions{Last: last})
		_, plain := Read(JSON, []byte(c.text), nil, ReadOptions{})
		switch {
		case c.want == "":
			if err == nil || plain == nil || err.Error() != plain.Error() {
				t.Errorf("%s: %v, without it %v", c.text, err, plain)
			}
		case err != nil || string(AppendJSON(nil, f)) != c.want:
			t.Errorf("%s: %v", c.text, err)
		}
	}
}
