package frame

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// identical fails unless got is want to the last bit and in the same representation.
func identical(t *testing.T, got, want *Frame) {
	t.Helper()
	for _, d := range Compare(got, want, nil) {
		t.Fatal(d.String())
	}
	if g, w := string(AppendSchema(nil, got.Schema())), string(AppendSchema(nil, want.Schema())); g != w {
		t.Fatalf("schema %s, want %s", g, w)
	}
}

func TestFormatsRoundTripGenuine(t *testing.T) {
	for path, data := range genuine(t) {
		f, err := ReadJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []Format{JSON, NDJSON, CSV, Binary} {
			text := Append(nil, format, f)
			g, err := Read(format, text, f.Schema(), ReadOptions{Strict: true})
			if err != nil {
				t.Fatalf("%s as %v: %v\n%s", path, format, err, text)
			}
			identical(t, g, f)
		}
	}
}

// all is a frame of every type, with nulls, NaN and infinities.
func all(t testing.TB) *Frame {
	t.Helper()
	cells := []struct{ typ, a, b string }{
		{`"boolean"`, `true`, `false`}, {`"byte"`, `-128`, `1`}, {`"short"`, `32767`, `-1`}, {`"integer"`, `-2147483648`, `5`},
		{`"long"`, `9223372036854775807`, `-9223372036854775808`}, {`"float"`, `0.1`, `"-Infinity"`}, {`"double"`, `"NaN"`, `-0.0`},
		{`"string"`, `"a,\"b\"\r\nc\u2028é"`, `""`}, {`"byte_string"`, `"AAH/"`, `""`},
		{`{"type":"list","base":"double"}`, `[1,null,"Infinity"]`, `[]`}, {`{"type":"list","base":"long"}`, `[9007199254740993]`, `[]`},
		{`{"type":"list","base":"string"}`, `["","a\nb"]`, `[]`}, {`{"type":"list","base":"boolean"}`, `[true]`, `[]`}, {`{"type":"list","base":"byte_string"}`, `["AA=="]`, `[]`},
		{`{"type":"tensor","base":"double","dimensions":[2,2]}`, `{"dimensions":[2,2],"values":[1,2,3,4]}`, `{"dimensions":[4],"values":[1,2,3,4]}`},
		{`{"type":"tensor","base":"float"}`, `{"dimensions":[],"values":[1.5]}`, `{"dimensions":[0],"values":[]}`},
		{`{"type":"tensor","base":"double"}`, `{"dimensions":[2,3],"indices":[[0,1],[1,2]],"values":[1,2]}`, `{"dimensions":[3],"indices":[],"values":[]}`},
		{`{"type":"tensor","base":"string"}`, `{"dimensions":[9],"indices":[[8]],"values":["x"]}`, `{"dimensions":[1],"values":["y"]}`},
		{`{"type":"tensor","base":"long","isNullable":false}`, `{"dimensions":[1],"values":[-5]}`, `{"dimensions":[2],"indices":[[1]],"values":[6]}`},
		{`{"type":"map","key":"string","base":"double"}`, `{"k":1,"":"NaN"}`, `{}`}, {`{"type":"map","key":"long","base":"string"}`, `{"9007199254740993":"v"}`, `{}`},
		{`{"type":"basic","base":"double","isNullable":false}`, `1e300`, `1e-320`}, {`{"type":"basic","base":"string","isNullable":false}`, `"x"`, `"null"`},
	}
	var a, b, c, fields []string
	for _, x := range cells {
		a, b = append(a, x.a), append(b, x.b)
		if strings.Contains(x.typ, `"isNullable":false`) {
			c = append(c, x.a)
		} else {
			c = append(c, "null")
		}
		fields = append(fields, `{"name":"`+strings.NewReplacer(`"`, ``, `{`, ``).Replace(x.typ)+`","type":`+x.typ+`}`)
	}
	f, err := ReadJSON([]byte(`{"rows":[[` + strings.Join(a, ",") + `],[` + strings.Join(b, ",") + `],[` + strings.Join(c, ",") + `]],"schema":{"fields":[` + strings.Join(fields, ",") + `]}}`))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFormatsRoundTripAll(t *testing.T) {
	f := all(t)
	for _, format := range []Format{NDJSON, CSV, Binary} {
		text := Append(nil, format, f)
		g, err := Read(format, text, f.Schema(), ReadOptions{Strict: true})
		if err != nil {
			t.Fatalf("%v: %v\n%s", format, err, text)
		}
		identical(t, g, f)
	}
}

func TestParseFormat(t *testing.T) {
	for name, want := range map[string]Format{"json": JSON, "ndjson": NDJSON, "jsonl": NDJSON, "csv": CSV, "binary": Binary, "ml.combust.mleap.json": JSON, "ml.combust.mleap.binary": Binary} {
		if got, err := ParseFormat(name); err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := ParseFormat("xml"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), `"xml"`) {
		t.Error(err)
	}
}

func schemaOf(t testing.TB, fields string) Schema {
	t.Helper()
	s, err := ReadSchema([]byte(`{"fields":[` + fields + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const abSchema = `{"name":"a","type":"integer"},{"name":"b","type":{"type":"basic","base":"string","isNullable":false}}`

func TestNDJSON(t *testing.T) {
	s := schemaOf(t, abSchema+`,{"name":"d","type":"double"},{"name":"v","type":{"type":"tensor","base":"double"}}`)
	f, err := ReadNDJSON([]byte("\uFEFF{\"b\":\"x\",\"zzz\":[{}],\"d\":\"-Infinity\",\"v\":[1,2]}\r\n\n  \n{\"a\":3,\"b\":\"\",\"v\":{\"dimensions\":[5],\"indices\":[1,4],\"values\":[1,2]}}"), s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"a":null,"b":"x","d":"-Infinity","v":[1.0,2.0]}
{"a":3,"b":"","d":null,"v":{"dimensions":[5],"indices":[[1],[4]],"values":[1.0,2.0]}}
`
	if got := string(AppendNDJSON(nil, f)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestNDJSONErrors(t *testing.T) {
	s := schemaOf(t, abSchema+`,{"name":"channel","type":{"type":"basic","base":"double","isNullable":false}}`)
	for _, c := range []struct {
		in   string
		kind error
		want string
	}{
		{"{\"b\":\"x\",\"channel\":1}\n{\"b\":\"y\"}", ErrValue, `line 2: column "channel" (double): missing where null may not be`},
		{"\n{\"b\":\"y\",\"channel\":null}", ErrValue, `line 2: column "channel" (double): null where none may be`},
		{"\n\n{\"b\":4}", ErrValue, `line 3: column "b" (string): found 4 where a string belongs`},
		{"{\"b\":\"y\",\"chanel\":1,\"channel\":1}", ErrSchema, `line 1: the schema has no column "chanel" (did you mean "channel"?)`},
		{"{\"b\":\"y\",\"other\":1,\"channel\":1}", ErrSchema, `has no column "other"`},
		{"{\"b\":\"y\",\"b\":\"z\"}", ErrFormat, `line 1: "b" twice`},
		{"[1]", ErrFormat, "line 1: found an array"},
		{"\n{\"b\" 1}", ErrFormat, "line 2, byte 5:"},
		{"{\"b\":\"y\",\"channel\":1} {}", ErrFormat, "line 1"},
		{"{\"b\":\n\"y\"}", ErrFormat, "line 1"},
	} {
		_, err := readNDJSON([]byte(c.in), s, ReadOptions{Strict: true})
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.in, err, c.want)
		}
		_, err2 := readStream(NDJSON, c.in, s, ReadOptions{Strict: true})
		if err2 == nil || err == nil || err.Error() != err2.Error() {
			t.Errorf("%q: as a stream %v, want %v", c.in, err2, err)
		}
	}
}

// readStream reads text byte by byte in frames of two rows, and joins them.
func readStream(format Format, text string, s Schema, opts ReadOptions) (*Frame, error) {
	opts.FrameRows = 2
	r := NewReader(iotest.OneByteReader(strings.NewReader(text)), format, s, opts)
	var all *Frame
	for {
		f, err := r.Next()
		if err == io.EOF {
			if all == nil {
				all = New(s)
			}
			return all, nil
		}
		if err != nil {
			if _, again := r.Next(); again != err {
				return nil, errors.New("the error does not stay")
			}
			return nil, err
		}
		if all == nil {
			all = New(f.Schema())
		}
		row := make([]*Value, len(f.Columns))
		for i := range f.Len() {
			for j := range f.Columns {
				row[j] = new(Value)
				f.Columns[j].Get(i, row[j])
			}
			all.Append(row)
		}
	}
}

func TestReaderStreams(t *testing.T) {
	f := all(t)
	for _, format := range []Format{JSON, NDJSON, CSV, Binary} {
		text := Append(nil, format, f)
		want, err := Read(format, text, f.Schema(), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		g, err := readStream(format, string(text), f.Schema(), ReadOptions{})
		if err != nil {
			t.Fatalf("%v: %v", format, err)
		}
		identical(t, g, want)
	}
	text := strings.Repeat("1,x\n", 5)
	r := NewReader(strings.NewReader("a,b\n"+text), CSV, schemaOf(t, abSchema), ReadOptions{FrameRows: 2})
	for _, want := range []int{2, 2, 1} {
		f, err := r.Next()
		if err != nil || f.Len() != want {
			t.Fatalf("%v, %v, want %d rows", f, err, want)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Error(err)
	}
}

// A stream may be longer than any limit; a single record may not.
func TestReaderIsBounded(t *testing.T) {
	s := schemaOf(t, abSchema)
	opts := ReadOptions{Limits: Limits{Bytes: 1000, Rows: 3}, FrameRows: 3}
	long := strings.Repeat("{\"b\":\"x\"}\n", 10000)
	r := NewReader(strings.NewReader(long), NDJSON, s, opts)
	n := 0
	for {
		f, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n += f.Len()
	}
	if n != 10000 {
		t.Errorf("%d rows", n)
	}
	for format, text := range map[Format]string{
		NDJSON: "{\"b\":\"x\"}\n{\"b\":\"" + strings.Repeat("x", 100000) + "\"}",
		CSV:    "a,b\n1,\"" + strings.Repeat("x\n", 100000) + "\"",
		JSON:   strings.Repeat(" ", 2000),
		Binary: strings.Repeat(" ", 2000),
	} {
		_, err := readStream(format, text, s, ReadOptions{Limits: Limits{Bytes: 70000}})
		if format.Typed() {
			_, err = readStream(format, text, s, opts)
		}
		if !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "Bytes") {
			t.Errorf("%v: %v", format, err)
		}
	}
	failing := NewReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(long))), NDJSON, s, opts)
	if _, err := failing.Next(); err != iotest.ErrTimeout {
		t.Error(err)
	}
	for _, format := range []Format{NDJSON, CSV} {
		text := "b,a\n" + strings.Repeat("x,\n", 4)
		if format == NDJSON {
			text = long
		}
		if _, err := Read(format, []byte(text), s, ReadOptions{Limits: Limits{Rows: 3}}); !errors.Is(err, ErrLimit) || !strings.Contains(err.Error(), "Rows") {
			t.Error(err)
		}
	}
}

func TestCSV(t *testing.T) {
	s := schemaOf(t, abSchema+`,{"name":"s","type":"string"},{"name":"t","type":"boolean"},{"name":"d","type":"double"},{"name":"v","type":{"type":"tensor","base":"double"}}`)
	f, err := ReadCSV([]byte("\uFEFFv,zzz,b,t,s,d,a\r\n\"[1,2]\",q,\"x\n\"\"y\"\"\",true,\"\",NaN, 7 \r\n\r\n,,\"\",,,,\"\"\n\"{\"\"dimensions\"\":[3],\"\"indices\"\":[[2]],\"\"values\"\":[5]}\",,ü,False,  ,1e3,-0"), s)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"a":7,"b":"x\n\"y\"","s":"","t":true,"d":"NaN","v":[1.0,2.0]}
{"a":null,"b":"","s":null,"t":null,"d":null,"v":null}
{"a":0,"b":"ü","s":"  ","t":false,"d":1000.0,"v":{"dimensions":[3],"indices":[[2]],"values":[5.0]}}
`
	if got := string(AppendNDJSON(nil, f)); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	const csv = "a,b,s,t,d,v\n7,\"x\n\"\"y\"\"\",\"\",true,NaN,\"[1.0,2.0]\"\n,\"\",,,,\n0,ü,  ,false,1000.0,\"{\"\"dimensions\"\":[3],\"\"indices\"\":[[2]],\"\"values\"\":[5.0]}\"\n"
	if got := string(AppendCSV(nil, f)); got != csv {
		t.Errorf("got\n%swant\n%s", got, csv)
	}
}

func TestCSVOneColumn(t *testing.T) {
	s := schemaOf(t, `{"name":"a","type":"string"}`)
	f, err := ReadCSV([]byte("a\nx\n\n\"\"\n"), s)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(AppendNDJSON(nil, f)); got != "{\"a\":\"x\"}\n{\"a\":null}\n{\"a\":\"\"}\n" {
		t.Error(got)
	}
}

func TestCSVErrors(t *testing.T) {
	s := schemaOf(t, abSchema+`,{"name":"v","type":{"type":"tensor","base":"double"}}`)
	for _, c := range []struct {
		in   string
		kind error
		want string
	}{
		{"", ErrFormat, "no header line"},
		{"x,a\n", ErrSchema, `line 1: the header lacks "b", "v"`},
		{"a,b,a,v\n", ErrFormat, `line 1: two columns called "a"`},
		{"a,b,v\n1,x,\n\n2,y\n", ErrFormat, "line 4: 2 fields where the header has 3"},
		{"a,b,v\n1,\"x\ny\",\n2,y,,\n", ErrFormat, "line 4: 4 fields where the header has 3"},
		{"a,b,v\n1.5,x,\n", ErrValue, `line 2: column "a" (int?): 1.5 has a fraction`},
		{"a,b,v\n12d,x,\n", ErrValue, `found "12d" where a whole number belongs`},
		{"a,b,v\nx,x,\n", ErrValue, `found "x" where a whole number belongs`},
		{"a,b,v\n3000000000,x,\n", ErrValue, "out of range"},
		{"a,b,v\n1,,\n", ErrValue, `line 2: column "b" (string): an empty field where null may not be`},
		{"a,b,v\n1,\"x\"y,\n", ErrFormat, `line 2: found "y," after a field's closing quote`},
		{"a,b,v\n1,x\"y\",\n", ErrFormat, `line 2: a quote inside the unquoted field`},
		{"a,b,v\n1,\"x\n\n", ErrFormat, "line 2: a quoted field without an end"},
		{"a,b,v\n1,x,\"[1,\"\n", ErrFormat, `line 2: column "v" (tensor<double>?): byte 3 of "[1,"`},
		{"a,b,v\n1,x,[1] [\n", ErrFormat, `line 2: column "v"`},
		{"a,b,v\n1,x,7\n", ErrValue, "found 7 where a tensor"},
	} {
		_, err := ReadCSV([]byte(c.in), s)
		if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.in, err, c.want)
		}
		_, err2 := readStream(CSV, c.in, s, ReadOptions{})
		if err2 == nil || err == nil || err.Error() != err2.Error() {
			t.Errorf("%q: as a stream %v, want %v", c.in, err2, err)
		}
	}
	if _, err := readCSV([]byte("a,b,v,aa\n"), s, ReadOptions{Strict: true}); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), `"aa" (did you mean "a"?)`) {
		t.Error(err)
	}
}

// checkOracle holds the records of text against encoding/csv.
func checkOracle(t *testing.T, text string) {
	t.Helper()
	// encoding/csv makes \r\n in quotes \n, and the line feed is where the two
	// agree on what a line is.
	for strings.Contains(text, "\r\n") {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	oracle := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, bom)))
	oracle.FieldsPerRecord = -1
	in, err := newInput([]byte(text), nil, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	r := &csvReader{in: in}
	for {
		want, werr := oracle.Read()
		line, err := r.record()
		if (err == io.EOF) != (werr == io.EOF) || (err == nil) != (werr == nil) {
			t.Fatalf("%q: %v, encoding/csv %v", text, err, werr)
		}
		if err != nil {
			return
		}
		if l, _ := oracle.FieldPos(0); l != line {
			t.Fatalf("%q: record in line %d, encoding/csv %d", text, line, l)
		}
		var got []string
		for i := range r.fields {
			text, _ := r.field(i)
			got = append(got, string(text))
		}
		if strings.Join(got, "\x00") != strings.Join(want, "\x00") || len(got) != len(want) {
			t.Fatalf("%q: %q, encoding/csv %q", text, got, want)
		}
	}
}

func TestCSVOracle(t *testing.T) {
	for _, text := range []string{
		"", "\n", "a", "a,b\n1,2\n", "a,b\r\n1,2\r\n", "\"a\"\"b\",\"\n\"\n\n\nx", ",", ",\n,,", "\"a", "a\"b", "\"a\"b", "\"\"", "\"\"\"", "\"\"\"\"",
		"a,\"b\nc\nd\",e\nf", "\r", "\r\n", "a\r", "\"a\"\r", "a\rb\n", " \"a\"", "\n\n\"x\"", "a,\n\"", bom + "a\nb",
	} {
		checkOracle(t, text)
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"a", "", "\"", "x,y", "p\nq", " s ", "é\u2028"})
	w.Flush()
	checkOracle(t, b.String())
}
