package document

import (
	"reflect"
	"strings"
	"testing"
)

const inJSON = ` {"experiments": [{
  "name": "deeper-forest", "model": "visitor", "salt": "2026-11",
  "variants": [{"name": "control", "version": "3", "weight": 90}, {"name": "deeper", "version": "4", "weight": 10.5}],
  "shadow": {"version": "5", "share": 0.1, "tolerance": 1e-9},
  "guard": {"failures": 0.02, "after": 200, "slow_ms": 50}
}]}`

const inTOML = `
# what is tried out at present
[[experiments]]
name = "deeper-forest"
model = "visitor"
salt = "2026-11"
variants = [
  {name = "control", version = "3", weight = 90},
  {name = "deeper", version = "4", weight = 10.5},
]

[experiments.shadow]
version = "5"
share = 0.1
tolerance = 1e-9

[experiments.guard]
failures = 0.02
after = 200
slow_ms = 50
`

func TestBothSayTheSame(t *testing.T) {
	a, err := Parse([]byte(inJSON))
	if err != nil {
		t.Fatal(err)
	}
	b, err := Parse([]byte(inTOML))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, b) || len(b.Experiments[0].Variants) != 2 || b.Experiments[0].Guard.After != 200 {
		t.Errorf("%+v\n%+v", a, b)
	}
}

func TestFaults(t *testing.T) {
	for text, want := range map[string]string{
		"[[experiments]]\nname = \n":                 "line 2",
		"[[experiments]]\nname = \"e\"\n":            `experiment "e": names no model`,
		"[[experiment]]\n":                           `unknown field "experiment"`,
		"[[experiments]]\nname = \"e\"\nmodel = 3\n": "model",
		"[[experiments]]\nname = \"e\"\nmodel = \"m\"\n[[experiments.variants]]\nweight = inf\n": "Inf",
		"experiments: []":    "line 1",
		`{"experiment": []}`: `unknown field "experiment"`,
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
