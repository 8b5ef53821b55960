package sql

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// sparkCase is what Spark answers for a statement (testdata/sql/make.py).
type sparkCase struct {
	SQL   string
	ANSI  *bool // nil: the same in both modes
	Names []string
	Types []string
	Rows  [][]any
	Error string
}

var sparkSchema = frame.Schema{
	{Name: "a", Type: frame.ScalarOf(frame.Double)}, {Name: "b", Type: frame.ScalarOf(frame.Double).OrNull()},
	{Name: "i", Type: frame.ScalarOf(frame.Int)}, {Name: "j", Type: frame.ScalarOf(frame.Int).OrNull()},
	{Name: "l", Type: frame.ScalarOf(frame.Long).OrNull()}, {Name: "h", Type: frame.ScalarOf(frame.Short)}, {Name: "y", Type: frame.ScalarOf(frame.Byte)},
	{Name: "f", Type: frame.ScalarOf(frame.Float)}, {Name: "s", Type: frame.ScalarOf(frame.String).OrNull()}, {Name: "t", Type: frame.ScalarOf(frame.String)},
	{Name: "flag", Type: frame.ScalarOf(frame.Boolean)}, {Name: "w", Type: frame.ListOf(frame.String).OrNull()}, {Name: "x", Type: frame.ListOf(frame.Double)},
}

func sparkRows() [][]frame.Value {
	n := func(x float64) frame.Value { return frame.Value{Num: x} }
	l := func(x int64) frame.Value { return frame.Value{Long: x} }
	s := func(x string) frame.Value { return frame.Value{Str: x} }
	w := func(x ...string) frame.Value { return frame.Value{Strs: x} }
	d := func(x ...float64) frame.Value { return frame.Value{Nums: x} }
	f := func(x float32) frame.Value { return n(float64(x)) }
	null := frame.Value{Null: true}
	nan, inf := math.NaN(), math.Inf(1)
	return [][]frame.Value{
		{n(-5.566), n(-0.44), n(7), n(3), l(5), n(3), n(2), f(1.5), s("Blue Shoe"), s("red"), n(1), w("a", "b"), d(1.5, -2)},
		{n(2.5), null, n(-3), null, null, n(-2), n(-7), f(0.1), null, s(" 12 "), n(0), w(), d(0)},
		{n(nan), n(0), n(0), n(0), l(9007199254740993), n(0), n(0), n(math.Copysign(0, -1)), s(""), s("1.5x"), n(1), null, d()},
		{n(0.5), n(inf), n(2147483647), n(12), l(math.MinInt64), n(32767), n(127), f(3e38), s("ÉTÉ à_b%"), s("-7"), n(0), w("x"), d(nan, 1)},
		{n(1e300), n(-1.25), n(-2147483648), n(-4), l(math.MaxInt64), n(-32768), n(-128), f(-1e-40), s("x,y;,z"), s("TRUE"), n(1), w("y", "", "x"), d(2, 2)},
		{n(math.Copysign(0, -1)), n(1e-7), n(1), n(1), l(0), n(1), n(1), f(16777216), s("a😀c"), s("4.75"), n(0), w("é"), d(-inf, 3)},
	}
}

// TestSpark compares with Spark, statement by statement.
func TestSpark(t *testing.T) {
	data, err := os.ReadFile("../../testdata/sql/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []sparkCase
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	good, bad := 0, 0
	for _, c := range cases {
		modes := []bool{false, true}
		if c.ANSI != nil {
			modes = []bool{*c.ANSI}
		}
		for _, ansi := range modes {
			if msg := c.differs(ansi); msg != "" {
				t.Errorf("%s (ansi %v): %s", strings.TrimSuffix(strings.TrimPrefix(c.SQL, "SELECT "), " FROM __THIS__"), ansi, msg)
				bad++
			} else {
				good++
			}
		}
	}
	t.Logf("%d the same, %d not", good, bad)
}

// differs says how the answer is another than Spark's.
func (c *sparkCase) differs(ansi bool) string {
	q, err := Parse(c.SQL)
	var b *Bound
	if err == nil {
		b, err = q.Bind(sparkSchema, len(sparkSchema), ansi)
	}
	if err != nil {
		if c.Error != "" {
			return ""
		}
		return "refused: " + err.Error()
	}
	if c.Error == "analysis" {
		return "not refused"
	}
	if c.Error == "" {
		var names, types []string
		for i, o := range b.Outputs {
			names = append(names, o.Name)
			typ := ""
			if o.node != nil && o.Column < 0 {
				typ = o.node.typ.String()
			} else {
				typ = fromFrame(o.Type).String()
			}
			if strings.HasPrefix(c.Types[min(i, len(c.Types)-1)], "decimal") && strings.HasPrefix(typ, "decimal") {
				typ = c.Types[i] // compared below by value
				if o.node.typ.String() != typ {
					return "type " + o.node.typ.String() + ", want " + typ
				}
			}
			types = append(types, typ)
		}
		if got, want := strings.Join(names, "|"), strings.Join(c.Names, "|"); got != want {
			return "named " + got + ", want " + want
		}
		if got, want := strings.Join(types, "|"), strings.Join(c.Types, "|"); got != want {
			return "type " + got + ", want " + want
		}
	}
	at := 0
	for r, row := range sparkRows() {
		in := make([]*frame.Value, len(b.Inputs))
		for k, i := range b.Inputs {
			in[k] = &row[i]
		}
		keep, err := b.Where(in)
		if err == nil && !keep {
			continue
		}
		var got []any
		for i := range b.Outputs {
			if err != nil {
				break
			}
			var out frame.Value
			o := &b.Outputs[i]
			if o.Column >= 0 {
				out.Copy(&row[o.Column])
			} else {
				err = b.Eval(o, in, &out)
			}
			got = append(got, goValue(o.Type, &out))
		}
		if err != nil {
			if c.Error != "" {
				return ""
			}
			return "row " + strconv.Itoa(r) + ": " + err.Error()
		}
		if c.Error != "" {
			continue
		}
		if at >= len(c.Rows) {
			return "more rows than " + strconv.Itoa(len(c.Rows))
		}
		for i := range got {
			if msg := sameValue(got[i], c.Rows[at][i]); msg != "" {
				return "row " + strconv.Itoa(r) + " column " + strconv.Itoa(i) + ": " + msg
			}
		}
		at++
	}
	if c.Error != "" {
		return "no error, want " + c.Error
	}
	if at != len(c.Rows) {
		return strconv.Itoa(at) + " rows, want " + strconv.Itoa(len(c.Rows))
	}
	return ""
}

func goValue(t frame.Type, v *frame.Value) any {
	switch {
	case v.Null:
		return nil
	case t.Kind == frame.List && t.Base == frame.String:
		list := []any{}
		for _, s := range v.Strs {
			list = append(list, s)
		}
		return list
	case t.Kind == frame.List:
		list := []any{}
		for _, s := range v.Nums {
			list = append(list, s)
		}
		return list
	case t.Base == frame.Boolean:
		return v.Num != 0
	case t.Base == frame.Long:
		return v.Long
	case t.Base == frame.String:
		return v.Str
	case t.Base == frame.Float || t.Base == frame.Double:
		return v.Num
	}
	return int64(v.Num)
}

// sameValue compares with what JSON holds: NaN and the infinities are words,
// decimals are text, and functions such as exp may be off by one in 1e12.
func sameValue(got, want any) string {
	show := func(v any) string { b, _ := json.Marshal(v); return string(b) }
	ok := false
	switch g := got.(type) {
	case float64:
		w, isText := want.(string)
		if n, isNum := want.(json.Number); isNum {
			w, isText = n.String(), true
		}
		f, err := strconv.ParseFloat(w, 64)
		if err != nil && !math.IsInf(f, 0) || !isText {
			break
		}
		ok = g == f && math.Signbit(g) == math.Signbit(f) || g != g && f != f || math.Abs(g-f) <= 1e-12*math.Abs(f)
		if !ok {
			return strconv.FormatFloat(g, 'g', -1, 64) + ", want " + w
		}
	case int64:
		n, isNum := want.(json.Number)
		ok = isNum && n.String() == strconv.FormatInt(g, 10)
	case []any:
		w, isList := want.([]any)
		ok = isList && len(w) == len(g)
		for i := 0; ok && i < len(g); i++ {
			ok = sameValue(g[i], w[i]) == ""
		}
	default:
		ok = got == want
	}
	if ok {
		return ""
	}
	return show(got) + ", want " + show(want)
}
