package main

import "github.com/pageleap/pageleap/engine/limit"

// limits are what --limit says, for all commands.
var limits = new(limitFlag)

type limitFlag struct{ limit.Limits }

// String and Type make it a flag.
func (l *limitFlag) String() string { return "" }
func (l *limitFlag) Type() string   { return "NAME=N" }
