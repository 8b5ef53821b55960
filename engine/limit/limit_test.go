package limit

import (
	"math"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestSet(t *testing.T) {
	var l Limits
	for _, text := range []string{"bundle.Files=1", "bundle.Bytes=2", "bundle.Ratio=3", "BUNDLE.depth=4", "bundle.Elements=5", "bundle.Parts=6", "bundle.nodes=11", "bundle.Steps=12",
		"frame.Bytes=7", "frame.Rows=8", "frame.elements=9", "frame.StringLength=10", "frame.Depth=13", "frame.Output=14"} {
		if err := l.Set(text); err != nil {
			t.Error(err)
		}
	}
	want := Limits{bundle.Limits{Files: 1, Bytes: 2, Ratio: 3, Depth: 4, Elements: 5, Parts: 6, Nodes: 11, Steps: 12}, frame.Limits{Bytes: 7, Rows: 8, Elements: 9, StringLength: 10, Depth: 13, Output: 14}}
	if l != want {
		t.Errorf("%+v", l)
	}
	if err := l.Set("frame.Rows=-1"); err != nil || l.Frame.Rows != math.MaxInt {
		t.Error(l.Frame.Rows, err)
	}
	for _, text := range []string{"", "frame.Rows", "frame.Rows=", "frame.Rows=0", "frame.Rows=-2", "frame.Rows=1e3", "frame.Rows=99999999999999999999", "Rows=1"} {
		before := l
		if err := l.Set(text); err == nil || !strings.Contains(err.Error(), text) && !strings.Contains(err.Error(), "no limit \"Rows\"") {
			t.Errorf("%q: %v", text, err)
		}
		if l != before {
			t.Errorf("%q changed them", text)
		}
	}
}
