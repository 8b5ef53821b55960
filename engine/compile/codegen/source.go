// Package codegen compiles a strict subset of Go to WebAssembly: what kernels
// over a flat memory are written in. engine/compile/README.md describes it. What
// is outside of the subset is refused with its place.
package codegen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Source is type-checked Go. It is read once and may be compiled any number of
// times.
type Source struct {
	fset  *token.FileSet
	pkgs  map[string]*types.Package // by import path
	info  *types.Info
	funcs map[*types.Func]*ast.FuncDecl
	vars  map[*types.Var]ast.Expr // the package variables' values, nil where they have none
	main  *types.Package
}

// NewSource is a Source without packages.
func NewSource() *Source {
	return &Source{
		fset: token.NewFileSet(),
		pkgs: map[string]*types.Package{},
		info: &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
		},
		funcs: map[*types.Func]*ast.FuncDecl{},
		vars:  map[*types.Var]ast.Expr{},
	}
}

// Add type-checks the files of a package, all but tests and those whose name is
// listed. Packages that it imports come before it. The last one that is added is
// where functions are looked up by name.
func (s *Source) Add(importPath string, files fs.FS, except ...string) error {
	names, err := fs.Glob(files, "*.go")
	if err != nil {
		return err
	}
	var parsed []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") || slices.Contains(except, name) {
			continue
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(s.fset, path.Base(importPath)+"/"+name, text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		parsed = append(parsed, f)
	}
	cfg := types.Config{Importer: s}
	pkg, err := cfg.Check(importPath, s.fset, parsed, s.info)
	if err != nil {
		return err
	}
	s.pkgs[importPath], s.main = pkg, pkg
	for _, f := range parsed {
		for _, d := range f.Decls {
			s.declare(d)
		}
	}
	return nil
}

func (s *Source) declare(d ast.Decl) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		s.funcs[s.info.Defs[d.Name].(*types.Func)] = d
	case *ast.GenDecl:
		if d.Tok != token.VAR {
			return
		}
		for _, spec := range d.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				v, ok := s.info.Defs[name].(*types.Var)
				if !ok {
					continue
				}
				s.vars[v] = nil
				if i < len(spec.Values) {
					s.vars[v] = spec.Values[i]
				}
			}
		}
	}
}

// Import gives a package that was added; or what there is of math and math/bits.
func (s *Source) Import(importPath string) (*types.Package, error) {
	if p := s.pkgs[importPath]; p != nil {
		return p, nil
	}
	text := standard[importPath]
	if text == "" {
		return nil, fmt.Errorf("kernels have no package %q", importPath)
	}
	f, err := parser.ParseFile(s.fset, importPath+".go", text, 0)
	if err != nil {
		return nil, err
	}
	p, err := (&types.Config{IgnoreFuncBodies: true}).Check(importPath, s.fset, []*ast.File{f}, s.info)
	s.pkgs[importPath] = p
	return p, err
}

// standard is what kernels have of Go's standard library.
var standard = map[string]string{
	"math": `package math
const (
	MaxFloat64 = 0x1p1023 * (1 + (1 - 0x1p-52))
	SmallestNonzeroFloat64 = 0x1p-1022 * 0x1p-52
	Pi = 3.14159265358979323846264338327950288419716939937510582097494459
	Sqrt2 = 1.41421356237309504880168872420969807856967187537694807317667974
	E = 2.71828182845904523536028747135266249775724709369995957496696763
	Ln2 = 0.693147180559945309417232121458176568075500134360255254120680009
	MaxInt32 = 1<<31 - 1
	MinInt32 = -1 << 31
	MaxUint32 = 1<<32 - 1
	MaxInt64 = 1<<63 - 1
	MinInt64 = -1 << 63
	MaxUint64 = 1<<64 - 1
)
func Abs(x float64) float64
func Ceil(x float64) float64
func Copysign(x, sign float64) float64
func FMA(x, y, z float64) float64
func Float32bits(x float32) uint32
func Float32frombits(x uint32) float32
func Float64bits(x float64) uint64
func Float64frombits(x uint64) float64
func Floor(x float64) float64
func Inf(sign int) float64
func IsNaN(x float64) bool
func Ldexp(x float64, exp int) float64
func Mod(x, y float64) float64
func NaN() float64
func Pow(x, y float64) float64
func RoundToEven(x float64) float64
func Signbit(x float64) bool
func Sqrt(x float64) float64
func Trunc(x float64) float64
`,
	"math/bits": `package bits
func LeadingZeros32(x uint32) int
func LeadingZeros64(x uint64) int
func Len32(x uint32) int
func Len64(x uint64) int
func Mul64(x, y uint64) (hi, lo uint64)
func OnesCount32(x uint32) int
func OnesCount64(x uint64) int
func RotateLeft32(x uint32, k int) uint32
func RotateLeft64(x uint64, k int) uint64
func TrailingZeros32(x uint32) int
func TrailingZeros64(x uint64) int
`,
}
