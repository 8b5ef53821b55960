package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// limits are what --limit says, for all commands. Errors name a limit by its
// last part.
var limits = newLimits()

type limitFlag struct {
	bundle bundle.Limits
	frame  frame.Limits
}

func newLimits() *limitFlag { return &limitFlag{bundle: bundle.DefaultLimits()} }

func (l *limitFlag) options() []engine.Option {
	return []engine.Option{engine.Limit(l.bundle), engine.LimitFrames(l.frame)}
}

// Set, String and Type make it a flag.
func (l *limitFlag) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	n, err := strconv.ParseInt(value, 10, 64)
	if !ok || err != nil || n < -1 || n == 0 {
		return fmt.Errorf("write NAME=N, N a number above 0, or -1 for none")
	}
	if n < 0 {
		n = math.MaxInt64
	}
	small := int(min(n, math.MaxInt))
	b, f := &l.bundle, &l.frame
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

func (l *limitFlag) String() string { return "" }
func (l *limitFlag) Type() string   { return "NAME=N" }
