package codegen

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"path"
	"strings"

	"github.com/pageleap/pageleap/engine/compile/wasmbin"
)

// call leaves the call's results on the stack.
func (c *fn) call(e *ast.CallExpr) {
	if c.src.info.Types[e.Fun].IsType() {
		c.expr(e.Args[0])
		c.convert(c.typeOf(e.Args[0]), c.typeOf(e))
		return
	}
	var obj types.Object
	var receiver ast.Expr
	switch f := ast.Unparen(e.Fun).(type) {
	case *ast.Ident:
		obj = c.src.info.Uses[f]
	case *ast.SelectorExpr:
		obj = c.src.info.Uses[f.Sel]
		if c.src.info.Selections[f] != nil {
			receiver = f.X
		}
	}
	switch obj := obj.(type) {
	case *types.Builtin:
		c.builtin(e, obj.Name())
	case *types.Func:
		c.callFunc(e, obj, receiver)
	default:
		c.fail(e, "functions are called by their name only")
	}
}

func (c *fn) builtin(e *ast.CallExpr, name string) {
	switch name {
	case "panic":
		c.Emit(wasmbin.Unreachable, 0)
	case "min", "max":
		t := c.typeOf(e)
		c.expr(e.Args[0])
		for _, a := range e.Args[1:] {
			c.minmax(name == "max", t, a)
		}
	default:
		c.fail(e, "kernels have no %s", name)
	}
}

// minmax compares the value on the stack with another.
func (c *fn) minmax(greatest bool, t types.Type, e ast.Expr) {
	if w := wasmType(t); w == wasmbin.F64 {
		c.expr(e)
		if greatest {
			c.Emit(wasmbin.F64Max, 0)
		} else {
			c.Emit(wasmbin.F64Min, 0)
		}
		return
	}
	a, b := c.Local(wasmType(t)), c.Local(wasmType(t))
	c.Emit(wasmbin.LocalSet, uint64(a))
	c.expr(e)
	c.Emit(wasmbin.LocalSet, uint64(b))
	for range 2 {
		c.Emit(wasmbin.LocalGet, uint64(a))
		c.Emit(wasmbin.LocalGet, uint64(b))
	}
	op := wasmbin.I32LtS
	if wasmType(t) == wasmbin.I64 {
		op = wasmbin.I64Eq + 2
	}
	if greatest {
		op += 2
	}
	if !signed(t) {
		op++
	}
	c.Emit(op, 0)
	c.Emit(wasmbin.Select, 0)
}

func (c *fn) callFunc(e *ast.CallExpr, f *types.Func, receiver ast.Expr) {
	switch pkg := f.Pkg().Path(); pkg {
	case "math", "math/bits":
		if c.standard(e, pkg+"."+f.Name()) {
			return
		}
		// The kernels' own, by the name in lower case.
		own, ok := c.src.main.Scope().Lookup(strings.ToLower(f.Name())).(*types.Func)
		if !ok {
			c.fail(e, "kernels have no %s", f.FullName())
		}
		f = own
	default:
		if c.intrinsic(e, f, receiver) {
			return
		}
	}
	decl := c.src.funcs[f]
	if decl == nil || decl.Body == nil {
		c.fail(e, "%s has no body", f.FullName())
	}
	args := e.Args
	if receiver != nil {
		args = append([]ast.Expr{receiver}, args...)
	}
	if c.inlines(decl) && !c.isInlining(f) {
		c.inline(f, decl, args)
		return
	}
	for _, a := range args {
		c.expr(a)
	}
	c.Emit(wasmbin.Call, uint64(c.function(f).Index))
}

// memoryOps are what package kernel's methods of Ptr stand for: loads and, for
// those named Set, stores.
var memoryOps = map[string]wasmbin.Op{
	"U8": wasmbin.I32Load8U, "U16": wasmbin.I32Load16U, "U32": wasmbin.I32Load, "I32": wasmbin.I32Load, "Ptr": wasmbin.I32Load,
	"U64": wasmbin.I64Load, "I64": wasmbin.I64Load, "F32": wasmbin.F32Load, "F64": wasmbin.F64Load,
	"SetU8": wasmbin.I32Store8, "SetU16": wasmbin.I32Store16, "SetU32": wasmbin.I32Store, "SetI32": wasmbin.I32Store, "SetPtr": wasmbin.I32Store,
	"SetU64": wasmbin.I64Store, "SetI64": wasmbin.I64Store, "SetF32": wasmbin.F32Store, "SetF64": wasmbin.F64Store,
	"V128": wasmbin.V128Load, "SplatF64": wasmbin.V128Load64Splat, "SetV128": wasmbin.V128Store,
}

// vectorOps are what the methods of package kernel's V128 stand for, and lanes
// the lanes that some of them take.
var vectorOps = map[string]wasmbin.Op{
	"EqF64": wasmbin.F64x2Eq, "LeF64": wasmbin.F64x2Le, "AddF64": wasmbin.F64x2Add, "SubF64": wasmbin.F64x2Sub, "MulF64": wasmbin.F64x2Mul,
	"AddI64": wasmbin.I64x2Add, "SubI64": wasmbin.I64x2Sub, "ShlI64": wasmbin.I64x2Shl, "ShrI64": wasmbin.I64x2ShrU,
	"All": wasmbin.I64x2AllTrue, "And": wasmbin.V128And, "AndNot": wasmbin.V128AndNot, "Or": wasmbin.V128Or, "Xor": wasmbin.V128Xor,
	"LowF64": wasmbin.F64x2Lane, "HighF64": wasmbin.F64x2Lane, "WithHighF64": wasmbin.F64x2ReplaceLane,
}

var lanes = map[string]uint64{"HighF64": 1, "WithHighF64": 1}

// intrinsic compiles what package kernel's memory.go and simd.go declare, and
// says whether f is of it.
func (c *fn) intrinsic(e *ast.CallExpr, f *types.Func, receiver ast.Expr) bool {
	switch path.Base(c.src.fset.Position(f.Pos()).Filename) {
	case "memory.go", "simd.go":
	default:
		return false
	}
	if receiver != nil && wasmType(c.typeOf(receiver)) == wasmbin.V128 {
		op, ok := vectorOps[f.Name()]
		if !ok {
			return false
		}
		c.expr(receiver)
		for _, a := range e.Args {
			c.expr(a)
		}
		c.Emit(op, lanes[f.Name()])
		return true
	}
	if receiver != nil {
		op, ok := memoryOps[f.Name()]
		if !ok {
			return false
		}
		offset := c.address(receiver)
		for _, a := range e.Args {
			c.expr(a)
		}
		c.Access(op, offset)
		return true
	}
	switch f.Name() {
	case "to01", "not01":
		c.expr(e.Args[0])
		if f.Name() == "not01" {
			c.Emit(wasmbin.I32Eqz, 0)
		}
		return true
	}
	op, ok := map[string]wasmbin.Op{"copyBytes": wasmbin.MemoryCopy, "fillBytes": wasmbin.MemoryFill, "growMemory": wasmbin.MemoryGrow, "memoryPages": wasmbin.MemorySize,
		"splatF64": wasmbin.F64x2Splat, "splatU64": wasmbin.I64x2Splat}[f.Name()]
	if !ok {
		return false
	}
	for _, a := range e.Args {
		c.expr(a)
	}
	c.Emit(op, 0)
	return true
}

// address puts an address on the stack, less the constant that is added to it,
// which it gives.
func (c *fn) address(e ast.Expr) (offset uint32) {
	if b, ok := c.simple(e, c.typeOf(e)); ok && !b.constant {
		c.Emit(wasmbin.LocalGet, uint64(b.local))
		return b.offset
	} else if ok {
		c.Emit(wasmbin.I32Const, 0)
		return uint32(b.bits)
	}
	if b, ok := ast.Unparen(e).(*ast.BinaryExpr); ok && b.Op == token.ADD {
		// What is added to a constant address is an index, and no less than 0.
		for _, side := range [][2]ast.Expr{{b.X, b.Y}, {b.Y, b.X}} {
			if k, ok := c.simple(side[0], c.typeOf(side[0])); ok && k.constant && k.bits < 1<<31 {
				return uint32(k.bits) + c.address(side[1])
			}
		}
	}
	c.expr(e)
	return 0
}

// standard compiles what package math has an instruction for.
func (c *fn) standard(e *ast.CallExpr, name string) bool {
	args := func() {
		for _, a := range e.Args {
			c.expr(a)
		}
	}
	if op, ok := instructions[name]; ok {
		args()
		c.Emit(op, 0)
		if op == wasmbin.I32Clz || op == wasmbin.I32Ctz || op == wasmbin.I32Popcnt {
			c.Emit(wasmbin.I64ExtendI32U, 0)
		}
		return true
	}
	switch name {
	case "math.Inf":
		v := c.src.info.Types[e.Args[0]].Value
		if v == nil {
			c.fail(e, "the sign of infinity is a constant")
		}
		sign, _ := constant.Int64Val(v)
		c.Emit(wasmbin.F64Const, math.Float64bits(math.Inf(int(sign))))
	case "math.NaN":
		c.Emit(wasmbin.F64Const, math.Float64bits(math.NaN()))
	case "math.IsNaN":
		x := c.Local(wasmbin.F64)
		args()
		c.Emit(wasmbin.LocalTee, uint64(x))
		c.Emit(wasmbin.LocalGet, uint64(x))
		c.Emit(wasmbin.F64Ne, 0)
	case "math.Signbit":
		args()
		c.Emit(wasmbin.I64BitsF64, 0)
		c.Emit(wasmbin.I64Const, 0)
		c.Emit(wasmbin.I64Eq+2, 0)
	case "math/bits.Len32":
		c.Emit(wasmbin.I32Const, 32)
		args()
		c.Emit(wasmbin.I32Clz, 0)
		c.Emit(wasmbin.I32Sub, 0)
		c.Emit(wasmbin.I64ExtendI32U, 0)
	case "math/bits.Len64":
		c.Emit(wasmbin.I64Const, 64)
		args()
		c.Emit(wasmbin.I64Clz, 0)
		c.Emit(wasmbin.I64Sub, 0)
	case "math/bits.RotateLeft32":
		args()
		c.Emit(wasmbin.I32WrapI64, 0)
		c.Emit(wasmbin.I32Add+13, 0)
	case "math/bits.RotateLeft64":
		args()
		c.Emit(wasmbin.I64Add+13, 0)
	default:
		return false
	}
	return true
}

var instructions = map[string]wasmbin.Op{
	"math.Abs": wasmbin.F64Abs, "math.Ceil": wasmbin.F64Ceil, "math.Floor": wasmbin.F64Floor, "math.Trunc": wasmbin.F64Trunc,
	"math.RoundToEven": wasmbin.F64Near, "math.Sqrt": wasmbin.F64Sqrt, "math.Copysign": wasmbin.F64CopySg,
	"math.Float32bits": wasmbin.I32BitsF32, "math.Float32frombits": wasmbin.F32BitsI32,
	"math.Float64bits": wasmbin.I64BitsF64, "math.Float64frombits": wasmbin.F64BitsI64,
	"math/bits.LeadingZeros32": wasmbin.I32Clz, "math/bits.TrailingZeros32": wasmbin.I32Ctz, "math/bits.OnesCount32": wasmbin.I32Popcnt,
	"math/bits.LeadingZeros64": wasmbin.I64Clz, "math/bits.TrailingZeros64": wasmbin.I64Ctz, "math/bits.OnesCount64": wasmbin.I64Popcnt,
}

// inline compiles a function's body in place of a call.
func (c *fn) inline(f *types.Func, d *ast.FuncDecl, args []ast.Expr) {
	params := c.params(f)
	assigned := c.assigned(d.Body)
	bound := make([]binding, len(args))
	for i, a := range args {
		bound[i] = c.bind(params[i], a, assigned[params[i]])
	}
	for i, p := range params {
		c.vars[p] = bound[i]
	}
	outer := c.ret
	c.inlining = append(c.inlining, f)
	defer func() {
		c.ret = outer
		c.inlining = c.inlining[:len(c.inlining)-1]
	}()
	if len(d.Body.List) == 1 {
		switch s := d.Body.List[0].(type) {
		case *ast.ReturnStmt:
			if len(s.Results) == 1 {
				c.expr(s.Results[0])
				return
			}
		case *ast.ExprStmt:
			c.expr(s.X)
			return
		}
	}
	ret := &returns{inline: true}
	for v := range f.Signature().Results().Variables() {
		l := c.Local(wasmType(v.Type()))
		ret.locals = append(ret.locals, l)
		if v.Name() != "" {
			c.vars[v] = binding{local: l}
			c.Emit(constOp(wasmType(v.Type())), 0)
			c.Emit(wasmbin.LocalSet, uint64(l))
		}
	}
	c.ret = ret
	ret.depth = c.open(wasmbin.Block, wasmbin.Empty)
	c.block(d.Body)
	c.close()
	for _, l := range ret.locals {
		c.Emit(wasmbin.LocalGet, uint64(l))
	}
}

func (c *fn) isInlining(f *types.Func) bool {
	for _, g := range c.inlining {
		if f == g {
			return true
		}
	}
	return false
}

// bind gives an inlined function's parameter its value: a constant or a local
// of the caller where that will do, else a local of its own.
func (c *fn) bind(p *types.Var, a ast.Expr, assigned bool) binding {
	if !assigned {
		if b, ok := c.simple(a, p.Type()); ok {
			return b
		}
	}
	l := c.Local(wasmType(p.Type()))
	c.expr(a)
	c.Emit(wasmbin.LocalSet, uint64(l))
	return binding{local: l}
}

// simple is what needs no code: a constant, a local variable, or, of addresses
// and their like, the sum of the two.
func (c *fn) simple(e ast.Expr, t types.Type) (binding, bool) {
	e = ast.Unparen(e)
	if v := c.src.info.Types[e].Value; v != nil {
		return binding{constant: true, bits: constantBits(t, v)}, true
	}
	switch e := e.(type) {
	case *ast.Ident:
		if v, ok := c.src.info.Uses[e].(*types.Var); ok {
			b, ok := c.vars[v]
			return b, ok
		}
	case *ast.CallExpr:
		if c.src.info.Types[e.Fun].IsType() && isUint32(c.typeOf(e)) && isUint32(c.typeOf(e.Args[0])) {
			return c.simple(e.Args[0], t)
		}
	case *ast.BinaryExpr:
		if v := c.src.info.Types[e.Y].Value; v != nil && e.Op == token.ADD && isUint32(t) {
			b, ok := c.simple(e.X, t)
			if b.constant {
				b.bits = uint64(uint32(b.bits + constantBits(t, v)))
			} else {
				b.offset += uint32(constantBits(t, v))
			}
			return b, ok
		}
	}
	return binding{}, false
}

func isUint32(t types.Type) bool { return basic(t) != nil && basic(t).Kind() == types.Uint32 }
