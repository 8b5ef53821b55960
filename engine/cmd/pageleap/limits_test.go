package main

import (
	"strings"
	"testing"
)

// Each limit has a flag, and an error that says its name and its value.
func TestLimits(t *testing.T) {
	frame := genuine + "real_uci_shoppers_rf/frame.json"
	visits, events := demo+"shoppers_visit.zip", demo+"shoppers_visit_frame.json"
	for _, c := range []struct{ limit, bundle, frame string }{
		{"bundle.Files=3", shoppersModel, frame},
		{"bundle.Bytes=2000", shoppersModel, frame},
		{"bundle.Depth=1", shoppersModel, frame},
		{"bundle.Elements=2", shoppersModel, frame},
		{"bundle.Parts=4", shoppersModel, frame},
		{"bundle.Nodes=100", shoppersModel, frame},
		{"frame.Bytes=1000", shoppersModel, frame},
		{"frame.Rows=10", shoppersModel, frame},
		{"frame.StringLength=2", shoppersModel, frame},
		{"frame.elements=2", visits, events},
		{"frame.Depth=2", shoppersModel, frame},
		{"frame.Output=20000", shoppersModel, frame},
	} {
		_, stderr, code := pageleap("", "transform", "--limit", c.limit, c.bundle, c.frame)
		name, value, _ := strings.Cut(c.limit, "=")
		if code == exitOK || code == exitUsage || !strings.Contains(strings.ToLower(stderr), "limit "+strings.ToLower(name)) || !strings.Contains(stderr, value) {
			t.Errorf("%s: exit %d, %s", c.limit, code, stderr)
		}
	}
	// A limit that is raised, or none, does not bind.
	if _, stderr, code := pageleap("", "transform", "--limit", "bundle.Ratio=-1", "--limit", "frame.Rows=200", "--limit", "frame.Rows=-1", shoppersModel, frame); code != exitOK {
		t.Errorf("exit %d, %s", code, stderr)
	}
	for _, bad := range []string{"rows=3", "frame.Rows", "frame.Rows=0", "frame.Rows=many"} {
		if _, stderr, code := pageleap("", "transform", "--limit", bad, shoppersModel, frame); code != exitUsage || !strings.Contains(stderr, "limit") {
			t.Errorf("--limit %s: exit %d, %s", bad, code, stderr)
		}
	}
}
