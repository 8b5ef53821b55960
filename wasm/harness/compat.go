package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Compat writes what the verdicts say of each op as a table in Markdown: op ×
// runtime × serialisation, with the largest relative difference from what
// Spark or MLeap answered. An op is judged by the cases of it alone, where
// there are any, else by the pipelines that hold it.
func Compat(w io.Writer, cases []Case, verdicts []Verdict, day time.Time) error {
	var columns []string
	var ops []string
	for i := range verdicts {
		v := &verdicts[i]
		if c := v.Runtime + " " + v.Form; !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
		for _, op := range v.Ops {
			if op != "pipeline" && !slices.Contains(ops, op) {
				ops = append(ops, op)
			}
		}
	}
	slices.Sort(ops)
	fmt.Fprintf(w, `# Compatibility

Written by `+"`make compat`"+` on %s from %d genuine cases: pipelines exported by Spark 4.1.2 and MLeap 0.25.2 and the answers of the
real runtimes, each in both serialisations, natively, in wazero and in Node. The three give the same bytes. A figure is the
largest relative difference between two numbers; "exact" means bit-equal.

| op | cases | %s |
|---|---|%s
`, day.Format("2 January 2006"), len(cases), strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, op := range ops {
		alone := false
		for i := range cases {
			alone = alone || only(cases[i].Ops, op)
		}
		n, worst := 0, map[string]string{}
		largest := map[string]float64{}
		for i := range cases {
			if slices.Contains(cases[i].Ops, op) && (!alone || only(cases[i].Ops, op)) {
				n++
			}
		}
		for i := range verdicts {
			v := &verdicts[i]
			if !slices.Contains(v.Ops, op) || alone && !only(v.Ops, op) {
				continue
			}
			c := v.Runtime + " " + v.Form
			largest[c] = max(largest[c], v.MaxRel)
			switch {
			case len(v.Problems) > 0 || worst[c] == "differs":
				worst[c] = "differs"
			case largest[c] > 0:
				worst[c] = fmt.Sprintf("%.1e", largest[c])
			default:
				worst[c] = "exact"
			}
		}
		cells := make([]string, len(columns))
		for k, c := range columns {
			cells[k] = worst[c]
		}
		fmt.Fprintf(w, "| `%s` | %d | %s |\n", op, n, strings.Join(cells, " | "))
	}
	fmt.Fprintf(w, "\nThe ops that may differ, and by how much:\n\n| op | relative tolerance | why |\n|---|---|---|\n")
	for _, op := range ops {
		if t, ok := tolerances[op]; ok {
			fmt.Fprintf(w, "| `%s` | %.0e | %s |\n", op, t.relative, t.reason)
		}
	}
	return nil
}

// only says whether ops are this one, pipelines and the trees of forests aside.
func only(ops []string, op string) bool {
	for _, o := range ops {
		ofTrees := strings.HasPrefix(o, "decision_tree_") && (strings.HasPrefix(op, "random_forest_") || strings.HasPrefix(op, "gbt_"))
		if o != op && o != "pipeline" && !ofTrees {
			return false
		}
	}
	return slices.Contains(ops, op)
}
