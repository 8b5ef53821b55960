package codegen

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"

	"github.com/pageleap/pageleap/engine/compile/wasmbin"
)

// expr puts the value of e on the stack.
func (c *fn) expr(e ast.Expr) {
	tv := c.src.info.Types[e]
	if tv.Value != nil {
		c.constant(tv.Type, tv.Value)
		return
	}
	if value, known := c.static(e); known {
		c.constant(types.Typ[types.Bool], constant.MakeBool(value))
		return
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		c.expr(e.X)
	case *ast.Ident:
		c.ident(e)
	case *ast.UnaryExpr:
		c.unary(e)
	case *ast.BinaryExpr:
		c.binary(e)
	case *ast.CallExpr:
		c.call(e)
	case *ast.IndexExpr:
		offset := c.element(e)
		c.Access(loadOf(tv.Type), offset)
	default:
		c.fail(e, "kernels have no %T", e)
	}
}

func (c *fn) constant(t types.Type, v constant.Value) {
	c.Emit(constOp(wasmType(t)), constantBits(t, v))
}

func constOp(t wasmbin.Type) wasmbin.Op {
	switch t {
	case wasmbin.I64:
		return wasmbin.I64Const
	case wasmbin.F32:
		return wasmbin.F32Const
	case wasmbin.F64:
		return wasmbin.F64Const
	case wasmbin.V128:
		return wasmbin.V128Const
	}
	return wasmbin.I32Const
}

func (c *fn) ident(e *ast.Ident) {
	v, ok := c.src.info.Uses[e].(*types.Var)
	if !ok {
		c.fail(e, "%s is no variable", e.Name)
	}
	if b, ok := c.vars[v]; ok {
		if b.constant {
			c.Emit(constOp(wasmType(v.Type())), b.bits)
		} else {
			c.Emit(wasmbin.LocalGet, uint64(b.local))
			if b.offset != 0 {
				c.Emit(wasmbin.I32Const, uint64(b.offset))
				c.Emit(wasmbin.I32Add, 0)
			}
		}
		return
	}
	if v.Parent() != v.Pkg().Scope() {
		c.fail(e, "%s is not known here", e.Name)
	}
	if basic(v.Type()) == nil {
		c.fail(e, "an array is used by its elements only")
	}
	c.Emit(wasmbin.GlobalGet, uint64(c.global(v)))
}

func (c *fn) unary(e *ast.UnaryExpr) {
	t := c.typeOf(e.X)
	switch e.Op {
	case token.ADD:
		c.expr(e.X)
	case token.NOT:
		c.expr(e.X)
		c.Emit(wasmbin.I32Eqz, 0)
	case token.SUB:
		switch wasmType(t) {
		case wasmbin.F64:
			c.expr(e.X)
			c.Emit(wasmbin.F64Neg, 0)
		case wasmbin.F32:
			c.expr(e.X)
			c.Emit(wasmbin.F32Neg, 0)
		default:
			c.Emit(constOp(wasmType(t)), 0)
			c.expr(e.X)
			c.Emit(intOp(t, 1), 0)
			c.narrow(t)
		}
	case token.XOR:
		c.expr(e.X)
		c.Emit(constOp(wasmType(t)), math.MaxUint64)
		c.Emit(intOp(t, 9), 0)
		c.narrow(t)
	case token.AND:
		index, ok := ast.Unparen(e.X).(*ast.IndexExpr)
		if !ok {
			c.fail(e, "there are addresses of a table's elements only")
		}
		if offset := c.element(index); offset != 0 {
			c.Emit(wasmbin.I32Const, uint64(offset))
			c.Emit(wasmbin.I32Add, 0)
		}
	default:
		c.fail(e, "kernels have no operator %s", e.Op)
	}
}

// intOp is the n-th of the instructions from Add on for a type of whole numbers.
func intOp(t types.Type, n int) wasmbin.Op {
	if wasmType(t) == wasmbin.I64 {
		return wasmbin.I64Add + wasmbin.Op(n)
	}
	return wasmbin.I32Add + wasmbin.Op(n)
}

// narrow brings a result back into the range of a type below 32 bits.
func (c *fn) narrow(t types.Type) {
	b := basic(t)
	if b == nil {
		return
	}
	switch b.Kind() {
	case types.Uint8:
		c.Emit(wasmbin.I32Const, 0xff)
		c.Emit(wasmbin.I32And, 0)
	case types.Uint16:
		c.Emit(wasmbin.I32Const, 0xffff)
		c.Emit(wasmbin.I32And, 0)
	case types.Int8:
		c.Emit(wasmbin.I32Extend8S, 0)
	case types.Int16:
		c.Emit(wasmbin.I32Extend16S, 0)
	}
}

func (c *fn) binary(e *ast.BinaryExpr) {
	t := c.typeOf(e.X)
	switch e.Op {
	case token.LAND, token.LOR:
		if _, known := c.static(e.X); known {
			c.expr(e.Y) // what it is has not decided
			return
		}
		c.cond(e.X)
		c.open(wasmbin.If, uint64(wasmbin.I32))
		if e.Op == token.LAND {
			c.expr(e.Y)
			c.Emit(wasmbin.Else, 0)
			c.Emit(wasmbin.I32Const, 0)
		} else {
			c.Emit(wasmbin.I32Const, 1)
			c.Emit(wasmbin.Else, 0)
			c.expr(e.Y)
		}
		c.close()
	case token.EQL, token.NEQ, token.LSS, token.GTR, token.LEQ, token.GEQ:
		c.compare(e, t)
	case token.SHL, token.SHR:
		c.expr(e.X)
		c.shift(e.Op, t, e.Y)
	default:
		c.expr(e.X)
		c.expr(e.Y)
		c.arithmetic(e, e.Op, t)
	}
}

// arithmetic emits an operator for the two values on the stack.
func (c *fn) arithmetic(at ast.Node, op token.Token, t types.Type) {
	n, ok := tokens[op]
	switch w := wasmType(t); {
	case w == wasmbin.F64 && ok && n < 4:
		c.Emit(wasmbin.F64Add+wasmbin.Op(n), 0)
	case w == wasmbin.F32 && ok && n < 4:
		c.Emit(wasmbin.F32Add+wasmbin.Op(n), 0)
	case op == token.AND_NOT:
		c.Emit(constOp(w), math.MaxUint64)
		c.Emit(intOp(t, 9), 0)
		c.Emit(intOp(t, 7), 0)
	case ok:
		if (n == 3 || n == 5) && !signed(t) {
			n++
		}
		c.Emit(intOp(t, n), 0)
		if n < 3 {
			c.narrow(t)
		}
	default:
		c.fail(at, "kernels have no operator %s", op)
	}
}

// shift shifts the value on the stack. Go's shifts by more bits than there are
// give 0 or the sign; WebAssembly's take the count modulo the bits.
func (c *fn) shift(op token.Token, t types.Type, count ast.Expr) {
	w := wasmType(t)
	width := uint64(32)
	if w == wasmbin.I64 {
		width = 64
	}
	n := 10 // Shl
	if op == token.SHR {
		n = 11
		if !signed(t) {
			n = 12
		}
	}
	if v := c.src.info.Types[count].Value; v != nil {
		k, _ := constant.Uint64Val(constant.ToInt(v))
		if k >= width {
			if n == 11 {
				k = width - 1
			} else {
				c.Emit(wasmbin.Drop, 0)
				c.Emit(constOp(w), 0)
				return
			}
		}
		c.Emit(constOp(w), k)
		c.Emit(intOp(t, n), 0)
		c.narrowShift(n, t)
		return
	}
	if c.below(count, width) {
		c.countOf(count, w)
		c.Emit(intOp(t, n), 0)
		c.narrowShift(n, t)
		return
	}
	// value, count -> select(value shifted, 0 or sign, count < width)
	ct := c.typeOf(count)
	k := c.Local(wasmType(ct))
	c.expr(count)
	c.Emit(wasmbin.LocalSet, uint64(k))
	if n == 11 {
		// The sign's shift is by at most width - 1.
		c.Emit(wasmbin.LocalGet, uint64(k))
		c.Emit(constOp(wasmType(ct)), width-1)
		c.Emit(wasmbin.LocalGet, uint64(k))
		c.Emit(constOp(wasmType(ct)), width-1)
		c.Emit(ltU(ct), 0)
		c.Emit(wasmbin.Select, 0)
		c.convert(ct, t)
		c.Emit(intOp(t, n), 0)
		return
	}
	c.Emit(wasmbin.LocalGet, uint64(k))
	c.convert(ct, t)
	c.Emit(intOp(t, n), 0)
	c.Emit(constOp(w), 0)
	c.Emit(wasmbin.LocalGet, uint64(k))
	c.Emit(constOp(wasmType(ct)), width)
	c.Emit(ltU(ct), 0)
	c.Emit(wasmbin.Select, 0)
	c.narrowShift(n, t)
}

func (c *fn) narrowShift(n int, t types.Type) {
	if n == 10 {
		c.narrow(t)
	}
}

func ltU(t types.Type) wasmbin.Op {
	if wasmType(t) == wasmbin.I64 {
		return wasmbin.I64Eq + 3
	}
	return wasmbin.I32LtU
}

// below says whether a count is masked to less than width.
func (c *fn) below(e ast.Expr, width uint64) bool {
	switch e := ast.Unparen(e).(type) {
	case *ast.BinaryExpr:
		if e.Op == token.AND {
			for _, side := range []ast.Expr{e.X, e.Y} {
				if v := c.src.info.Types[side].Value; v != nil {
					k, ok := constant.Uint64Val(constant.ToInt(v))
					return ok && k < width
				}
			}
		}
	case *ast.CallExpr:
		if c.src.info.Types[e.Fun].IsType() {
			return c.below(e.Args[0], width)
		}
	}
	return false
}

// countOf puts a shift's count on the stack as the type of the shifted value.
func (c *fn) countOf(e ast.Expr, w wasmbin.Type) {
	c.expr(e)
	if from := wasmType(c.typeOf(e)); from != w {
		if w == wasmbin.I64 {
			c.Emit(wasmbin.I64ExtendI32U, 0)
		} else {
			c.Emit(wasmbin.I32WrapI64, 0)
		}
	}
}

func (c *fn) compare(e *ast.BinaryExpr, t types.Type) {
	w := wasmType(t)
	if w == wasmbin.V128 {
		c.fail(e, "vectors are compared by their methods")
	}
	c.expr(e.X)
	if v := c.src.info.Types[e.Y].Value; v != nil && e.Op == token.EQL && constantBits(t, v) == 0 && (w == wasmbin.I32 || w == wasmbin.I64) {
		if w == wasmbin.I64 {
			c.Emit(wasmbin.I64Eqz, 0)
		} else {
			c.Emit(wasmbin.I32Eqz, 0)
		}
		return
	}
	c.expr(e.Y)
	whole := map[token.Token]wasmbin.Op{token.EQL: 0, token.NEQ: 1, token.LSS: 2, token.GTR: 4, token.LEQ: 6, token.GEQ: 8}
	switch w {
	case wasmbin.F64, wasmbin.F32:
		n := map[token.Token]wasmbin.Op{token.EQL: 0, token.NEQ: 1, token.LSS: 2, token.GTR: 3, token.LEQ: 4, token.GEQ: 5}[e.Op]
		if w == wasmbin.F64 {
			c.Emit(wasmbin.F64Eq+n, 0)
		} else {
			c.Emit(wasmbin.F32Eq+n, 0)
		}
	default:
		n := whole[e.Op]
		if n >= 2 && !signed(t) {
			n++
		}
		if w == wasmbin.I64 {
			c.Emit(wasmbin.I64Eq+n, 0)
		} else {
			c.Emit(wasmbin.I32Eq+n, 0)
		}
	}
}

// cond puts a condition on the stack, for instructions that take any number
// but 0 for true.
func (c *fn) cond(e ast.Expr) {
	if b, ok := ast.Unparen(e).(*ast.BinaryExpr); ok && b.Op == token.NEQ && wasmType(c.typeOf(b.X)) == wasmbin.I32 {
		if v := c.src.info.Types[b.Y].Value; v != nil && constantBits(c.typeOf(b.X), v) == 0 {
			c.expr(b.X)
			return
		}
	}
	c.expr(e)
}

// convert makes the value on the stack one of another type.
func (c *fn) convert(from, to types.Type) {
	f, t := wasmType(from), wasmType(to)
	float := func(w wasmbin.Type) bool { return w == wasmbin.F64 || w == wasmbin.F32 }
	switch {
	case float(f) && float(t):
		if f != t && t == wasmbin.F32 {
			c.Emit(wasmbin.F32DemoteF64, 0)
		} else if f != t {
			c.Emit(wasmbin.F64PromoteF32, 0)
		}
	case float(t):
		op := wasmbin.F64ConvertI32
		if t == wasmbin.F32 {
			op = wasmbin.F32ConvertI32
		}
		if f == wasmbin.I64 {
			op += 2
		}
		if !signed(from) {
			op++
		}
		c.Emit(op, 0)
	case float(f):
		op := wasmbin.I32TruncSatF32S
		if t == wasmbin.I64 {
			op += 4
		}
		if f == wasmbin.F64 {
			op += 2
		}
		if !signed(to) {
			op++
		}
		c.Emit(op, 0)
		c.narrow(to)
	default:
		if f == wasmbin.I64 && t == wasmbin.I32 {
			c.Emit(wasmbin.I32WrapI64, 0)
		} else if f == wasmbin.I32 && t == wasmbin.I64 {
			if signed(from) {
				c.Emit(wasmbin.I64ExtendI32S, 0)
			} else {
				c.Emit(wasmbin.I64ExtendI32U, 0)
			}
		}
		if sizeOf(to) < sizeOf(from) || sizeOf(to) == sizeOf(from) && signed(to) != signed(from) {
			c.narrow(to)
		}
	}
}

// element puts the address of an element on the stack, less the constant part
// that it gives.
func (c *fn) element(e *ast.IndexExpr) (offset uint32) {
	t := c.typeOf(e.X).Underlying()
	pointer, isPointer := t.(*types.Pointer)
	if isPointer {
		t = pointer.Elem().Underlying()
	}
	array, ok := t.(*types.Array)
	if !ok {
		c.fail(e, "there are tables and pointers to them, no %s", t)
	}
	size := uint64(sizeOf(array.Elem()))
	pushed := false
	switch x := ast.Unparen(e.X).(type) {
	case *ast.IndexExpr:
		if isPointer {
			c.fail(e, "tables hold no pointers")
		}
		offset, pushed = c.element(x), true
	case *ast.Ident:
		v := c.src.info.Uses[x].(*types.Var)
		if _, local := c.vars[v]; local || isPointer {
			c.ident(x)
			pushed = true
		} else {
			offset = c.table(v)
		}
	default:
		if !isPointer {
			c.fail(e, "there are tables and pointers to them only")
		}
		c.expr(x)
		pushed = true
	}
	if v := c.src.info.Types[e.Index].Value; v != nil {
		k, _ := constant.Uint64Val(constant.ToInt(v))
		offset += uint32(k * size)
		if !pushed {
			c.Emit(wasmbin.I32Const, 0)
		}
		return offset
	}
	c.expr(e.Index)
	if wasmType(c.typeOf(e.Index)) == wasmbin.I64 {
		c.Emit(wasmbin.I32WrapI64, 0)
	}
	switch {
	case size&(size-1) == 0 && size > 1:
		c.Emit(wasmbin.I32Const, uint64(log2(size)))
		c.Emit(wasmbin.I32Shl, 0)
	case size > 1:
		c.Emit(wasmbin.I32Const, size)
		c.Emit(wasmbin.I32Mul, 0)
	}
	if pushed {
		c.Emit(wasmbin.I32Add, 0)
	}
	return offset
}

func log2(n uint64) int {
	k := 0
	for n > 1 {
		n >>= 1
		k++
	}
	return k
}

func loadOf(t types.Type) wasmbin.Op {
	switch wasmType(t) {
	case wasmbin.F64:
		return wasmbin.F64Load
	case wasmbin.F32:
		return wasmbin.F32Load
	case wasmbin.I64:
		return wasmbin.I64Load
	}
	op := wasmbin.I32Load
	switch sizeOf(t) {
	case 1:
		op = wasmbin.I32Load8U
		if signed(t) && basic(t).Kind() != types.Bool {
			op = wasmbin.I32Load8S
		}
	case 2:
		op = wasmbin.I32Load16U
		if signed(t) {
			op = wasmbin.I32Load16S
		}
	}
	return op
}

func (c *fn) typeOf(e ast.Expr) types.Type {
	if t := c.src.info.TypeOf(e); t != nil {
		return t
	}
	c.fail(e, "has no type")
	return nil
}
