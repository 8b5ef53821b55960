// Package limit reads limits by their names, as people write them on command lines
// and in variables: "frame.Rows=5000000".
package limit

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// Limits are what bundles and frames may ask for. The zero value is the defaults.
type Limits struct {
	Bundle bundle.Limits
	Frame  frame.Limits
}

// Options hold a model to them.
func (l *Limits) Options() []engine.Option {
	return []engine.Option{engine.Limit(l.Bundle), engine.LimitFrames(l.Frame)}
}

// named is a limit: an *int or an *int64, as n.
type named struct {
	name string
	n    any
}

func (l *Limits) all() []named {
	b, f := &l.Bundle, &l.Frame
	return []named{
		{"bundle.Files", &b.Files},
		{"bundle.Bytes", &b.Bytes},
		{"bundle.Ratio", &b.Ratio},
		{"bundle.Depth", &b.Depth},
		{"bundle.Elements", &b.Elements},
		{"bundle.Parts", &b.Parts},
		{"bundle.Nodes", &b.Nodes},
		{"bundle.Steps", &b.Steps},
		{"frame.Bytes", &f.Bytes},
		{"frame.Rows", &f.Rows},
		{"frame.Elements", &f.Elements},
		{"frame.StringLength", &f.StringLength},
		{"frame.Depth", &f.Depth},
		{"frame.Output", &f.Output},
	}
}

// Set takes NAME=N: the name without regard to case, N above 0, or -1 for no
// limit.
func (l *Limits) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	n, err := strconv.ParseInt(value, 10, 64)
	if !ok || err != nil || n < -1 || n == 0 {
		return fmt.Errorf("%q: write NAME=N, N a number above 0, or -1 for none", text)
	}
	if n < 0 {
		n = math.MaxInt64
	}
	var names []string
	for _, limit := range l.all() {
		names = append(names, limit.name)
		if !strings.EqualFold(limit.name, name) {
			continue
		}
		switch to := limit.n.(type) {
		case *int:
			*to = int(min(n, math.MaxInt))
		case *int64:
			*to = n
		}
		return nil
	}
	return fmt.Errorf("no limit %q; there are %s", name, strings.Join(names, ", "))
}
