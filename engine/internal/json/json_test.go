package json

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// any_ reads any value as the standard library does with UseNumber.
func any_(d *Decoder) (any, error) {
	switch d.Kind() {
	case Null:
		return nil, d.Null()
	case Bool:
		return d.Bool()
	case Number:
		raw, err := d.Raw()
		return json.Number(raw), err
	case String:
		return d.String()
	case Array:
		list := []any{}
		err := d.Array(func(i int) error {
			if i != len(list) {
				panic("the index")
			}
			v, err := any_(d)
			list = append(list, v)
			return err
		})
		return list, err
	case Object:
		m := map[string]any{}
		err := d.Object(func(key string) error {
			v, err := any_(d)
			m[key] = v
			return err
		})
		return m, err
	}
	return nil, d.Skip()
}

// depth is how deep brackets nest outside of strings.
func depth(s []byte) int {
	deepest, now := 0, 0
	inside := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}

// check reads data in each way and compares with the standard library.
func check(t *testing.T, data []byte) {
	t.Helper()
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) || depth(data) > MaxDepth {
		if depth(data) > MaxDepth && json.Valid(data) && NewDecoder(data).Skip() == nil {
			t.Errorf("%q: nested too deep, and no error", data)
		}
		return
	}
	var want any
	std := json.NewDecoder(bytes.NewReader(data))
	std.UseNumber()
	wantErr := std.Decode(&want)
	valid := json.Valid(data)
	if valid != (wantErr == nil && !std.More()) && valid {
		t.Fatalf("%q: the oracle is of two minds: %v", data, wantErr)
	}

	d := NewDecoder(data)
	got, err := any_(d)
	if err == nil {
		err = d.End()
	}
	if (err == nil) != valid {
		t.Fatalf("%q: %v, valid: %v", data, err, valid)
	}
	if valid && !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: %#v, want %#v", data, got, want)
	}
	s := NewDecoder(data)
	skipErr := s.Skip()
	if skipErr == nil {
		skipErr = s.End()
	}
	if (skipErr == nil) != valid {
		t.Fatalf("%q: skip: %v, valid: %v", data, skipErr, valid)
	}
	if err != nil {
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrSyntax) || e.Offset < 0 || e.Offset > len(data) || e.Line != 1+bytes.Count(data[:e.Offset], []byte{'\n'}) {
			t.Fatalf("%q: %#v", data, err)
		}
	}
}

// checkNumber compares the reading of numbers.
func checkNumber(t *testing.T, text string) {
	t.Helper()
	want, wantErr := strconv.ParseFloat(text, 64)
	if !json.Valid([]byte(text)) || !strings.ContainsAny(text[:1], "-0123456789") || strings.TrimSpace(text) != text {
		return
	}
	got, err := NewDecoder([]byte(text)).Float()
	if err != nil || math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("%s: %v, %v; want %v, %v", text, got, err, want, wantErr)
	}
	want32, _ := strconv.ParseFloat(text, 32)
	if got, err := NewDecoder([]byte(text)).Float32(); err != nil || math.Float64bits(got) != math.Float64bits(want32) {
		t.Errorf("%s: float32 %v, %v; want %v", text, got, err, want32)
	}
	n, err := NewDecoder([]byte(text)).Int()
	if i, intErr := strconv.ParseInt(text, 10, 64); intErr == nil {
		if err != nil || n != i {
			t.Errorf("%s: %d, %v", text, n, err)
		}
	} else if whole := want == math.Trunc(want) && math.Abs(want) < 1<<53; (err == nil) != whole || whole && float64(n) != want {
		t.Errorf("%s: %d, %v; want %v", text, n, err, want)
	}
}

func TestDecoder(t *testing.T) {
	for _, s := range []string{
		"", " ", "null", "nul", "nulll", "nope", "true", "false", "tru", "falsy", "t", "f", " true ", "True",
		"0", "-0", "-", "+1", "01", "1.", ".5", "1.5", "1e5", "1E+5", "1e-5", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "-Infinity", "1.5.5", "--1", "0e0",
		`""`, `"`, `"a`, `"\n\r\t\b\f\/\\\""`, `"\a"`, `"\`, `"\u00e9"`, `"\u00E9"`, `"\u00g0"`, `"\u00"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ud83d\u0041"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\ud83d\n"`,
		"\"\x01\"", "\"é\x01\"", "\"\x7f\"", "\"\xff\"", "\"\xc3\"", "\"\xe2\x82\"", "\"\xed\xa0\x80\"", "\"é\"", "\"\u2028\"", `"\u0000"`, "'a'",
		"[]", "[ ]", "[", "]", "[1", "[1,", "[1,]", "[,]", "[1 2]", "[1,2]", " [ 1 , [ ] , { } ] ", "[}", "[1}",
		"{}", "{ }", "{", "}", `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{"a" 1}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a":1,"a":2}`, `{"\u0061":1}`, `{"a":{"b":[{"c":null}]}}`, `{]`,
		"1 2", "[] []", "[]x", "\ufeff1", "1\x00", "/**/1", "\v1", "\u00a01",
		strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
		strings.Repeat(`{"a":`, MaxDepth+1), strings.Repeat("[[],", 1000),
	} {
		check(t, []byte(s))
	}
	// A byte order mark is what Windows' editors leave.
	if b, err := NewDecoder([]byte("\xef\xbb\xbftrue")).Bool(); err != nil || !b {
		t.Error(b, err)
	}
	for _, s := range []string{"0", "-0", "3", "3.0", "3e2", "3.5", "-7", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "1e400", "-1e400", "1e-400",
		"5e-324", "2.2250738585072011e-308", "1.7976931348623157e308", "0.1", "1e22", "1e23", "16777217", "1.00000017881393432617187499", "123456789012345678901234567890", "9007199254740993.0",
		"0.0", "0.00", "10.01", "64.0", "64.05", "64.0e3", "64.e3", "00", "00.0", "123456789012345", "123456789012345.0", "1234567890123456", "999999999999999.0"} {
		checkNumber(t, s)
	}
	// What stands behind a number is not part of it.
	for text, rest := range map[string]string{"12": "", "12.0": "", "12 ": " ", "12,3": ",3", "12.0]": "]", "1-2": "-2", "7.0x": "x"} {
		d := NewDecoder([]byte(text))
		if _, err := d.Float(); err != nil || string(d.Rest()) != rest {
			t.Errorf("%s: %q left, %v", text, d.Rest(), err)
		}
	}
	for _, s := range []string{"12.", "012", "00.0", "12.0e", "-", "-01.0", "12.x"} {
		if x, err := NewDecoder([]byte(s)).Float(); err == nil {
			t.Errorf("%s: %v", s, x)
		}
	}
}

// Of the wrong kind: the error says what is there and what should be.
func TestWrongKind(t *testing.T) {
	for _, tt := range []struct {
		data, want string
		read       func(d *Decoder) error
	}{
		{`"1"`, "line 1, byte 0: found a string where a number belongs", func(d *Decoder) error { _, err := d.Float(); return err }},
		{"\n\n 1", "line 3, byte 3: found a number where a string belongs", func(d *Decoder) error { _, err := d.String(); return err }},
		{"", "line 1, byte 0: found the end of the input where an object belongs", func(d *Decoder) error { return d.Object(nil) }},
		{"null", "line 1, byte 0: found null where an array belongs", func(d *Decoder) error { return d.Array(nil) }},
		{"[1;", "line 1, byte 2: found ';' where \",\" or ']' belongs", (*Decoder).Skip},
		{"[1", "line 1, byte 2: the input ends inside an array", (*Decoder).Skip},
		{`{"a":1`, "line 1, byte 6: the input ends inside an object", (*Decoder).Skip},
		{`{"a"}`, `line 1, byte 4: no ":" after the key "a"`, (*Decoder).Skip},
		{"1.5", "line 1, byte 0: 1.5 is not a whole number of 64 bits", func(d *Decoder) error { _, err := d.Int(); return err }},
		{"flase", "line 1, byte 0: a misspelt false", func(d *Decoder) error { _, err := d.Bool(); return err }},
		{"1 2", "line 1, byte 2: more text after the end of the JSON value", func(d *Decoder) error { d.Skip(); return d.End() }},
	} {
		if err := tt.read(NewDecoder([]byte(tt.data))); err == nil || err.Error() != tt.want {
			t.Errorf("%q: %v, want %s", tt.data, err, tt.want)
		}
	}
}

// A caller's own error ends the reading and comes back as it is.
func TestOwnError(t *testing.T) {
	own := errors.New("mine")
	if err := NewDecoder([]byte(`[{"a":1}]`)).Array(func(int) error { return own }); err != own {
		t.Error(err)
	}
	if err := NewDecoder([]byte(`{"a":1}`)).Object(func(string) error { return own }); err != own {
		t.Error(err)
	}
}

// What is appended reads back, in the standard library and here.
func checkAppend(t *testing.T, s string, f float64) {
	t.Helper()
	b := AppendString([]byte("x"), s)[1:]
	var back string
	if err := json.Unmarshal(b, &back); err != nil || back != string([]rune(s)) {
		t.Errorf("%q: %s reads as %q, %v", s, b, back, err)
	}
	if got, err := NewDecoder(b).String(); err != nil || got != back {
		t.Errorf("%q: %q, %v", s, got, err)
	}
	if !utf8.Valid(b) {
		t.Errorf("%q: not UTF-8", b)
	}
	for _, bits := range []int{32, 64} {
		if bits == 32 {
			f = float64(float32(f))
		}
		b := AppendFloat(nil, f, bits)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			if string(b) != "null" {
				t.Errorf("%v: %s", f, b)
			}
			continue
		}
		d := NewDecoder(b)
		got, err := d.Float()
		if bits == 32 {
			got, err = NewDecoder(b).Float32()
		}
		if err != nil || math.Float64bits(got) != math.Float64bits(f) || !json.Valid(b) || !bytes.ContainsAny(b, ".e") {
			t.Errorf("%v: %s, %v", f, b, err)
		}
	}
}

func TestAppend(t *testing.T) {
	for _, s := range []string{"", "a", "\"\\\n\r\t\x00\x1f\x7f", "é\u2028\u2029\U0001F600", "\xff a \xe2\x82", "</script>"} {
		checkAppend(t, s, 0)
	}
	for f, want := range map[float64]string{0: "0.0", 1: "1.0", -1.5: "-1.5", 1e20: "100000000000000000000.0", 1e21: "1e+21", 1e-6: "0.000001", 1e-7: "1e-07", math.Copysign(0, -1): "-0.0", 5e-324: "5e-324"} {
		if got := string(AppendFloat(nil, f, 64)); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
		checkAppend(t, "", f)
	}
	if got := string(AppendFloat(nil, float64(float32(0.1)), 32)); got != "0.1" {
		t.Error(got)
	}
	for f, want := range map[float64]string{1 << 24: "16777216.0", 123456792: "123456790.0", -1<<24 + 1: "-16777215.0", -1<<24 - 2: "-16777218.0"} {
		if got := string(AppendFloat(nil, f, 32)); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.MaxFloat32, 1.0 / 3} {
		checkAppend(t, "", f)
	}
}

func FuzzDecoder(f *testing.F) {
	for _, s := range []string{`{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",null,true,false,{}]}`, "\"\xff\"", "[[[]]]", "1e400", "\ufeff{}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		check(t, data)
		if len(data) > 0 {
			checkNumber(t, string(data))
		}
	})
}

func FuzzAppend(f *testing.F) {
	f.Add("a\"\\\u2028\xff", 1.5)
	f.Fuzz(checkAppend)
}
