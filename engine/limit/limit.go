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
// Errors name a limit by the last part of its name.
type Limits struct {
	Bundle bundle.Limits
	Frame  frame.Limits
}

// Options hold a model to them.
func (l *Limits) Options() []engine.Option {
	return []engine.Option{engine.Limit(l.Bundle), engine.LimitFrames(l.Frame)}
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
	small := int(min(n, math.MaxInt))
	b, f := &l.Bundle, &l.Frame
	for known, to := range map[string]*int{
		"bundle.Files": &b.Files, "bundle.Depth": &b.Depth, "bundle.Elements": &b.Elements, "bundle.Parts": &b.Parts,
		"frame.Bytes": &f.Bytes, "frame.Rows": &f.Rows, "frame.Elements": &f.Elements, "frame.StringLength": &f.StringLength,
	} {
		if strings.EqualFold(known, name) {
			*to = small
			return nil
		}
	}
	for known, to := range map[string]*int64{"bundle.Bytes": &b.Bytes, "bundle.Ratio": &b.Ratio} {
		if strings.EqualFold(known, name) {
			*to = n
			return nil
		}
	}
	return fmt.Errorf("no limit %q; there are bundle.Files, bundle.Bytes, bundle.Ratio, bundle.Depth, bundle.Elements, bundle.Parts, frame.Bytes, frame.Rows, frame.Elements, frame.StringLength", name)
}
