// Command harness runs one suite of cases natively, in wazero and in Node, and
// prints one table: it is how pageleap knows that it gives the same answer
// everywhere, and that this is the answer of Spark and MLeap.
//
//	go run ./wasm/harness -wasm dist/scorer.wasm testdata/genuine testdata/cases
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

func main() {
	wasmPath := flag.String("wasm", "dist/scorer.wasm", "the module to run in wazero and in Node")
	script := flag.String("node", "web/test/harness.mjs", "the script that answers jobs in Node")
	compat := flag.String("compat", "", "also write the table of ops to this file")
	flag.Parse()
	all, err := runtimes(*wasmPath, *script)
	if err == nil {
		err = run(os.Stdout, all, *compat, flag.Args())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "harness: "+err.Error())
		os.Exit(1)
	}
}

// runtimes are all that the suite runs in.
func runtimes(wasmPath, script string) ([]Runtime, error) {
	wasm, err := os.ReadFile(wasmPath)
	if err != nil {
		return nil, fmt.Errorf("%w (make build puts it there)", err)
	}
	return []Runtime{Native(), Wazero(wasm), Node(script, wasmPath)}, nil
}

func run(w io.Writer, in []Runtime, compat string, roots []string) error {
	cases, err := Load(roots...)
	if err != nil {
		return err
	}
	verdicts, err := Judge(cases, in)
	if err != nil {
		return err
	}
	if compat != "" {
		var b bytes.Buffer
		if err := Compat(&b, cases, verdicts, time.Now()); err != nil {
			return err
		}
		if err := os.WriteFile(compat, b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return Table(w, verdicts)
}

// Judge runs every case in every runtime. The first runtime's bytes are what
// the others' must be.
func Judge(cases []Case, runtimes []Runtime) ([]Verdict, error) {
	type span struct {
		c      *Case
		form   string
		lo, hi int
	}
	var jobs []Job
	var spans []span
	for i := range cases {
		for _, form := range Forms {
			js, err := cases[i].jobs(form)
			if err != nil {
				return nil, err
			}
			if len(js) > 0 {
				spans = append(spans, span{&cases[i], form, len(jobs), len(jobs) + len(js)})
				jobs = append(jobs, js...)
			}
		}
	}
	var verdicts []Verdict
	var first []Answer
	for _, rt := range runtimes {
		answers, err := rt.Run(jobs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", rt.Name, err)
		}
		if first == nil {
			first = answers
		}
		for _, s := range spans {
			v := Verdict{Case: s.c.Name, Form: s.form, Runtime: rt.Name, Ops: s.c.Ops}
			v.MaxRel, v.Problems = s.c.judge(answers[s.lo:s.hi])
			for i := s.lo; i < s.hi; i++ {
				if a, b := answers[i], first[i]; !bytes.Equal(a.Frame, b.Frame) || a.Kind != b.Kind || a.Msg != b.Msg {
					v.Problems = append(v.Problems, fmt.Sprintf("job %d: not the bytes of %s: %s", i-s.lo, runtimes[0].Name, firstDifference(a, b)))
				}
			}
			verdicts = append(verdicts, v)
		}
	}
	return verdicts, nil
}

func firstDifference(a, b Answer) string {
	if a.Kind != "" || b.Kind != "" {
		return a.String() + "; there " + b.String()
	}
	i := 0
	for i < min(len(a.Frame), len(b.Frame)) && a.Frame[i] == b.Frame[i] {
		i++
	}
	cut := func(f []byte) string { return string(f[max(0, i-30):min(len(f), i+30)]) }
	return fmt.Sprintf("at byte %d: %q; there %q", i, cut(a.Frame), cut(b.Frame))
}

// Table prints a line a case and a column a runtime and form, with the largest
// relative difference, then what went wrong. It is an error if anything did.
func Table(w io.Writer, verdicts []Verdict) error {
	var names, columns []string
	cells := map[[2]string]*Verdict{}
	for i := range verdicts {
		v := &verdicts[i]
		col := v.Runtime + " " + v.Form
		if !slices.Contains(columns, col) {
			columns = append(columns, col)
		}
		if len(names) == 0 || names[len(names)-1] != v.Case && !slices.Contains(names, v.Case) {
			names = append(names, v.Case)
		}
		cells[[2]string{v.Case, col}] = v
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "case\t"+strings.Join(columns, "\t"))
	for _, n := range names {
		line := n
		for _, c := range columns {
			cell := "-"
			if v := cells[[2]string{n, c}]; v != nil {
				switch {
				case len(v.Problems) > 0:
					cell = "FAILED"
				case v.MaxRel > 0:
					cell = fmt.Sprintf("%.1e", v.MaxRel)
				default:
					cell = "exact"
				}
			}
			line += "\t" + cell
		}
		fmt.Fprintln(t, line)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	passed, failed := 0, 0
	for i := range verdicts {
		v := &verdicts[i]
		if len(v.Problems) == 0 {
			passed++
			continue
		}
		failed++
		for _, p := range v.Problems {
			fmt.Fprintf(w, "%s (%s %s): %s\n", v.Case, v.Runtime, v.Form, p)
		}
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return fmt.Errorf("%d of %d failed", failed, passed+failed)
	}
	return nil
}
