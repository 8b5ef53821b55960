package main

import (
	"bytes"
	"slices"
	"testing"
)

// Every bundle that can be compiled gives, from its own module, the bytes that
// the engine gives, errors among them.
func TestBare(t *testing.T) {
	cases, err := Load("../../testdata/genuine", "../../testdata/cases")
	if err != nil {
		t.Fatal(err)
	}
	var jobs []Job
	var names []string
	for i := range cases {
		for _, form := range Forms {
			js, err := cases[i].jobs(form)
			if err != nil {
				t.Fatal(err)
			}
			for range js {
				names = append(names, cases[i].Name)
			}
			jobs = append(jobs, js...)
		}
	}
	want, err := Native().Run(jobs)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Bare().Run(jobs)
	if err != nil {
		t.Fatal(err)
	}
	var compiled []string
	for i, g := range got {
		switch w := want[i]; {
		case g.Kind == unsupported:
			t.Logf("%s: %s", names[i], g.Msg)
			continue
		case g.Kind == "schema" && w.Kind == "schema": // the host says so, which knows no steps
		case !bytes.Equal(g.Frame, w.Frame) || g.Kind != w.Kind || g.Msg != w.Msg:
			t.Errorf("%s: %s", names[i], firstDifference(g, w))
		}
		if !slices.Contains(compiled, names[i]) {
			compiled = append(compiled, names[i])
		}
	}
	t.Logf("%d cases of %d are compiled", len(compiled), len(cases))
	if len(compiled) < 30 {
		t.Errorf("only %d cases are compiled: %v", len(compiled), compiled)
	}
}
