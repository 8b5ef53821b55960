package sql

import (
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// FuzzSQL reads whatever comes and, where it is a statement, runs it.
func FuzzSQL(f *testing.F) {
	for _, s := range []string{
		"SELECT *, a + i AS r FROM __THIS__ x WHERE x.b > 0.5 AND NOT flag",
		"SELECT CASE i WHEN 1 THEN 'x' ELSE s END, cast(t AS decimal(10,2)) * l, trim(both 'a' from s) FROM __THIS__",
		`SELECT regexp_replace(s, '(\\w)e', '$1'), split(t, ','), w[0], i in (1, 2L, null), s like 'a%\\_' from __THIS__;`,
		"SELECT * EXCEPT (a), -b::int, `odd name`, try_divide(y, 0), round(f, -1), 1e3, .5BD, concat_ws(',', w) FROM __THIS__",
		"SELECT -9223372036854775808 div -1, pmod(l, -3), substring(s FROM -2 FOR 3), x[1] <=> NULL FROM __THIS__",
		"SELECT 0[0] FROM __THIS__", // once computed what the check had refused
	} {
		f.Add(s, true)
	}
	rows := sparkRows()
	f.Fuzz(func(t *testing.T, text string, ansi bool) {
		q, err := Parse(text)
		if err != nil {
			return
		}
		q.Names()
		b, err := q.Bind(sparkSchema, len(sparkSchema), ansi)
		if err != nil || strings.Contains(strings.ToLower(text), "repeat") || strings.Contains(strings.ToLower(text), "pad") {
			return // long texts are slow, not wrong
		}
		for _, row := range rows {
			in := make([]*frame.Value, len(b.Inputs))
			for k, i := range b.Inputs {
				in[k] = &row[i]
			}
			b.Where(in)
			for i := range b.Outputs {
				if o := &b.Outputs[i]; o.Column < 0 {
					b.Eval(o, in, new(frame.Value))
				}
			}
		}
	})
}
