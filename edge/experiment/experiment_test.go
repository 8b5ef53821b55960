package experiment

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

const vectorsFile = "../../testdata/experiments/assignment.json"

var update = flag.Bool("update", false, "write "+vectorsFile)

type vectors struct {
	Comment string       `json:"comment"`
	Units   []unitVector `json:"units"`
	Picks   []pickVector `json:"picks"`
}

type unitVector struct {
	Salt string `json:"salt"`
	Key  string `json:"key"`
	// Hash is unit × 2³²: a whole number, so that no reader rounds it.
	Hash uint32 `json:"hash"`
}

type pickVector struct {
	Weights []float64 `json:"weights"`
	Unit    float64   `json:"unit"`
	Variant int       `json:"variant"`
}

// The vectors were checked against the JavaScript in the package comment.
func TestVectors(t *testing.T) {
	if *update {
		write(t)
	}
	data, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Units) < 10 || len(v.Picks) < 10 {
		t.Fatalf("%d units and %d picks", len(v.Units), len(v.Picks))
	}
	for _, u := range v.Units {
		if got := Unit(u.Salt, u.Key); got != float64(u.Hash)/(1<<32) {
			t.Errorf("unit(%q, %q) is %v / 2³², want %v", u.Salt, u.Key, got*(1<<32), u.Hash)
		}
	}
	for _, p := range v.Picks {
		if got := Pick(p.Weights, p.Unit); got != p.Variant {
			t.Errorf("pick(%v, %v) is %d, want %d", p.Weights, p.Unit, got, p.Variant)
		}
	}
}

func write(t *testing.T) {
	v := vectors{Comment: "hash = unit × 2³²; see the package comment of edge/experiment. Written by go test ./edge/experiment -update."}
	for _, u := range [][2]string{{"", ""}, {"", "a"}, {"a", ""}, {"2026-11", "1"}, {"2026-11", "2"}, {"2026-11", "3"}, {"2026-12", "1"},
		{"deeper-forest", "4f2d3c1e-9a4b-4d52-8f0e-0d8b1f6f1a2b"}, {"a:b", "c"}, {"a", "b:c"}, {"é", "日本語"}, {"🙂", "𝄞"}, {"salt", strings.Repeat("long ", 100)}, {"s", "\x00\t\n"}} {
		v.Units = append(v.Units, unitVector{u[0], u[1], uint32(Unit(u[0], u[1]) * (1 << 32))})
	}
	top := math.Nextafter(1, 0)
	for _, p := range []pickVector{{Weights: []float64{1}, Unit: 0.5}, {Weights: []float64{90, 10}, Unit: 0.8999}, {Weights: []float64{90, 10}, Unit: 0.9}, {Weights: []float64{90, 10}, Unit: top},
		{Weights: []float64{1, 1, 1}, Unit: 0.33}, {Weights: []float64{1, 1, 1}, Unit: 0.34}, {Weights: []float64{1, 1, 1}, Unit: top}, {Weights: []float64{0, 1}, Unit: 0}, {Weights: []float64{1, 0}, Unit: top},
		{Weights: []float64{0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0}, Unit: top}, {Weights: []float64{0, 0, 5, 0}, Unit: 0.7}} {
		p.Variant = Pick(p.Weights, p.Unit)
		v.Picks = append(v.Picks, p)
	}
	b, err := json.MarshalIndent(v, "", " ")
	if err == nil {
		err = os.WriteFile(vectorsFile, append(b, '\n'), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Keys that differ little must spread evenly, and two salts must not agree more
// often than chance has them.
func TestSpread(t *testing.T) {
	const n, bins = 100_000, 20
	for name, key := range map[string]func(i int) string{
		"numbers":  strconv.Itoa,
		"padded":   func(i int) string { return fmt.Sprintf("%016d", i) },
		"prefixed": func(i int) string { return "visitor-" + strconv.Itoa(i) + "@shop" },
	} {
		for _, salt := range []string{"a", "b", "2026-11"} {
			var counts [bins]float64
			both := 0
			for i := range n {
				u := Unit(salt, key(i))
				counts[int(u*bins)]++
				if u < 0.5 && Unit(salt+"x", key(i)) < 0.5 {
					both++
				}
			}
			chi := 0.0
			for _, c := range counts {
				chi += (c - n/bins) * (c - n/bins) / (n / bins)
			}
			if chi > 43.8 { // 19 degrees of freedom, 0.1 %
				t.Errorf("%s, salt %q: chi² is %.1f", name, salt, chi)
			}
			if p := float64(both) / n; math.Abs(p-0.25) > 0.006 {
				t.Errorf("%s, salt %q: %.4f of the keys are in the lower halves of both", name, salt, p)
			}
		}
	}
}

// A share that grows keeps those that it has.
func TestGrowth(t *testing.T) {
	e := Experiment{Salt: "s", Variants: []Variant{{"control", "1", 90}, {"new", "2", 10}}}
	grown := Experiment{Salt: "s", Variants: []Variant{{"control", "1", 70}, {"new", "2", 30}}}
	moved := 0
	for i := range 10_000 {
		key := strconv.Itoa(i)
		before, after := e.Assign(key), grown.Assign(key)
		if before == 1 && after != 1 {
			t.Fatalf("key %s left the variant that grew", key)
		}
		if before != after {
			moved++
		}
	}
	if moved < 1800 || moved > 2200 {
		t.Errorf("%d of 10000 moved, want about 2000", moved)
	}
	if e.Assign("") != 0 {
		t.Error("no key is the control's")
	}
}

func TestParse(t *testing.T) {
	d, err := Parse([]byte(`{"experiments": [{"name": "e", "model": "m", "variants": [{"name": "a", "version": "1", "weight": 1}], "shadow": {"version": "2", "share": 1}, "guard": {"failures": 0.1, "after": 10}}]}`))
	if err != nil || d.Experiments[0].Salt != "e" || strings.Join(d.Experiments[0].Versions(), " ") != "1 2" {
		t.Fatalf("%+v, %v", d, err)
	}
	const ok = `"name": "e", "model": "m", "variants": [{"name": "a", "version": "1", "weight": 1}]`
	for text, want := range map[string]string{
		`{`:                                "unexpected EOF",
		`{} {}`:                            "more follows",
		`{"experiment": []}`:               `unknown field "experiment"`,
		`{"experiments": [{}]}`:            "experiments[0]: has no name",
		`{"experiments": [{"name": "e"}]}`: `experiment "e": names no model`,
		`{"experiments": [{"name": "e", "model": "m"}]}`:                                                                             "has no variants",
		`{"experiments": [{"name": "e", "model": "m", "variants": [{"name": "a"}]}]}`:                                                "a name and a version",
		`{"experiments": [{"name": "e", "model": "m", "variants": [{"name": "a", "version": "1"}]}]}`:                                "the weights add up to 0",
		`{"experiments": [{"name": "e", "model": "m", "variants": [{"name": "a", "version": "1", "weight": -1}]}]}`:                  "weight -1",
		`{"experiments": [{"name": "e", "model": "m", "variants": [{"name": "a", "version": "1"}, {"name": "a", "version": "2"}]}]}`: `variant "a" is there twice`,
		`{"experiments": [{` + ok + `}, {` + ok + `}]}`:                                                                              `in experiment "e" already`,
		`{"experiments": [{` + ok + `, "shadow": {"share": 1}}]}`:                                                                    "the shadow has no version",
		`{"experiments": [{` + ok + `, "shadow": {"version": "1", "share": 2}}]}`:                                                    "share 2",
		`{"experiments": [{` + ok + `, "shadow": {"version": "1", "tolerance": -1}}]}`:                                               "tolerance -1",
		`{"experiments": [{` + ok + `, "guard": {"failures": 1, "after": 1}}]}`:                                                      "failures 1",
		`{"experiments": [{` + ok + `, "guard": {"failures": 0.1}}]}`:                                                                "after 0 requests",
		`{"experiments": [{` + ok + `, "guard": {"after": 1, "slow_ms": -1}}]}`:                                                      "slow_ms -1",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestGuard(t *testing.T) {
	e := &Experiment{Variants: []Variant{{"a", "1", 1}, {"b", "2", 1}}, Guard: &Guard{Failures: 0.1, After: 20, SlowMS: 10}}
	tr := Start(e)
	for i := range 1000 {
		if tr.Done(1, i%10 == 9, time.Millisecond) || tr.Off(1) {
			t.Fatalf("turned off at request %d, with as many failures as it may have", i)
		}
	}
	turned := 0
	for range 20 {
		if tr.Done(1, false, 11*time.Millisecond) {
			turned++
		}
	}
	if turned != 1 || !tr.Off(1) {
		t.Errorf("turned off %d times by slow answers, off: %v", turned, tr.Off(1))
	}
	if tr.Done(0, true, 0) || tr.Off(0) {
		t.Error("the control was turned off")
	}
	tr = Start(&Experiment{Variants: e.Variants})
	if tr.Done(1, true, 0) || tr.Off(1) {
		t.Error("turned off without a guard")
	}
}

func TestShadowed(t *testing.T) {
	for share, want := range map[float64]int{0: 0, 0.25: 250, 1: 1000} {
		tr := Start(&Experiment{Shadow: &Shadow{Version: "1", Share: share}})
		n := 0
		for range 1000 {
			if tr.Shadowed() {
				n++
			}
		}
		if n != want {
			t.Errorf("share %v took %d of 1000", share, n)
		}
	}
	if Start(&Experiment{}).Shadowed() {
		t.Error("shadowed by nobody")
	}
}
