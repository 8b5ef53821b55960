package codegen

import (
	"encoding/binary"
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"math"
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/compile/wasmbin"
)

// Compiler puts functions of a Source into a module, each with what it calls
// and the tables that it reads.
type Compiler struct {
	Flags map[string]bool // the variables of the type Flag that are true

	src     *Source
	module  *wasmbin.Module
	place   func(b []byte) uint32 // puts a table into the memory and gives its address, a multiple of 8
	funcs   map[*types.Func]*wasmbin.Func
	bound   map[string]*wasmbin.Func // functions with constants in place of parameters
	globals map[*types.Var]uint32
	tables  map[*types.Var]uint32
	todo    []pending
}

// pending is a function whose body is yet to be compiled, and the constants that
// its parameters are; nil for those that are left.
type pending struct {
	obj    *types.Func
	f      *wasmbin.Func
	consts []*uint64
}

// NewCompiler makes a compiler for one module.
func NewCompiler(src *Source, m *wasmbin.Module, place func(b []byte) uint32) *Compiler {
	return &Compiler{src: src, module: m, place: place, funcs: map[*types.Func]*wasmbin.Func{},
		bound: map[string]*wasmbin.Func{}, globals: map[*types.Var]uint32{}, tables: map[*types.Var]uint32{}}
}

// static is the value of a condition that hangs on flags and constants alone, if
// it does.
func (c *fn) static(e ast.Expr) (value, known bool) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, ok := c.src.info.Uses[e].(*types.Var)
		if !ok {
			return false, false
		}
		if b, t := c.vars[v], basic(v.Type()); b.constant && t != nil && t.Info()&types.IsBoolean != 0 {
			return b.bits != 0, true
		}
		t, ok := v.Type().(*types.Named)
		return c.Flags[v.Name()], ok && t.Obj().Name() == "Flag"
	case *ast.UnaryExpr:
		value, known = c.static(e.X)
		return !value, known && e.Op == token.NOT
	case *ast.BinaryExpr:
		if e.Op == token.EQL || e.Op == token.NEQ {
			return c.staticEqual(e)
		}
		if e.Op != token.LAND && e.Op != token.LOR {
			return false, false
		}
		or := e.Op == token.LOR
		x, xKnown := c.static(e.X)
		y, yKnown := c.static(e.Y)
		if xKnown && x == or || yKnown && y == or {
			return or, true
		}
		return !or, xKnown && yKnown
	}
	return false, false
}

// staticEqual compares two constants that are whole numbers of up to 32 bits.
func (c *fn) staticEqual(e *ast.BinaryExpr) (value, known bool) {
	t := c.typeOf(e.X)
	if basic(t) == nil || wasmType(t) != wasmbin.I32 {
		return false, false
	}
	x, ok := c.simple(e.X, t)
	y, ok2 := c.simple(e.Y, t)
	return uint32(x.bits) == uint32(y.bits) == (e.Op == token.EQL), ok && ok2 && x.constant && y.constant
}

// fault is an error in a kernel, with its place.
type fault struct{ error }

func (c *Compiler) fail(n ast.Node, format string, args ...any) {
	panic(fault{fmt.Errorf("%s: %s", c.src.fset.Position(n.Pos()), fmt.Sprintf(format, args...))})
}

// Func compiles the function of this name, if it has not been yet, and all that
// it needs.
func (c *Compiler) Func(name string) (f *wasmbin.Func, err error) { return c.Bind(name, nil) }

// Bind is Func of a function of its own, in which some parameters are constants:
// consts has their bits, nil for those that are left. Where nothing is a constant
// it may be nil.
func (c *Compiler) Bind(name string, consts []*uint64) (f *wasmbin.Func, err error) {
	obj, ok := c.src.main.Scope().Lookup(name).(*types.Func)
	if !ok {
		return nil, fmt.Errorf("package %s has no function %s", c.src.main.Path(), name)
	}
	defer func() {
		if r := recover(); r != nil {
			ft, ok := r.(fault)
			if !ok {
				panic(r)
			}
			err = ft.error
		}
	}()
	if slices.ContainsFunc(consts, func(k *uint64) bool { return k != nil }) {
		f = c.boundFunction(obj, consts)
	} else {
		f = c.function(obj)
	}
	for len(c.todo) > 0 {
		next := c.todo[0]
		c.todo = c.todo[1:]
		c.body(next)
	}
	return f, nil
}

// Params are the types of the parameters of the function of this name.
func (c *Compiler) Params(name string) ([]wasmbin.Type, error) {
	obj, ok := c.src.main.Scope().Lookup(name).(*types.Func)
	if !ok {
		return nil, fmt.Errorf("package %s has no function %s", c.src.main.Path(), name)
	}
	params, _ := signature(obj)
	return params, nil
}

// Global is the module's number of the package variable of this name.
func (c *Compiler) Global(name string) (uint32, error) {
	v, ok := c.src.main.Scope().Lookup(name).(*types.Var)
	if !ok {
		return 0, fmt.Errorf("package %s has no variable %s", c.src.main.Path(), name)
	}
	return c.global(v), nil
}

// function declares a function, to be compiled later.
func (c *Compiler) function(obj *types.Func) *wasmbin.Func {
	if f := c.funcs[obj]; f != nil {
		return f
	}
	params, results := signature(obj)
	f := c.module.Func(obj.Name(), params, results)
	c.funcs[obj] = f
	c.todo = append(c.todo, pending{obj: obj, f: f})
	return f
}

// boundFunction is function with constants: there is one for each set of them.
func (c *Compiler) boundFunction(obj *types.Func, consts []*uint64) *wasmbin.Func {
	all, results := signature(obj)
	key := obj.Name()
	var params []wasmbin.Type
	for i, k := range consts {
		if k == nil {
			params = append(params, all[i])
			key += " -"
		} else {
			key += " " + strconv.FormatUint(*k, 16)
		}
	}
	f := c.bound[key]
	if f == nil {
		f = c.module.Func(obj.Name(), params, results)
		c.bound[key] = f
		c.todo = append(c.todo, pending{obj, f, consts})
	}
	return f
}

func signature(obj *types.Func) (params, results []wasmbin.Type) {
	sig := obj.Signature()
	if r := sig.Recv(); r != nil {
		params = append(params, wasmType(r.Type()))
	}
	for v := range sig.Params().Variables() {
		params = append(params, wasmType(v.Type()))
	}
	for v := range sig.Results().Variables() {
		results = append(results, wasmType(v.Type()))
	}
	return params, results
}

func (c *Compiler) global(v *types.Var) uint32 {
	g, ok := c.globals[v]
	if !ok {
		if c.src.vars[v] != nil {
			c.fail(c.src.vars[v], "a variable of a package starts at zero")
		}
		g = c.module.Global(wasmType(v.Type()))
		c.globals[v] = g
	}
	return g
}

// table is the address of a package's array.
func (c *Compiler) table(v *types.Var) uint32 {
	at, ok := c.tables[v]
	if !ok {
		value := c.src.vars[v]
		b := make([]byte, sizeOf(v.Type()))
		if value != nil {
			c.fill(b, value, v.Type())
		}
		at = c.place(b)
		c.tables[v] = at
	}
	return at
}

// fill writes a constant, or an array of them, to b.
func (c *Compiler) fill(b []byte, e ast.Expr, t types.Type) {
	if tv := c.src.info.Types[e]; tv.Value != nil {
		putConstant(b, t, tv.Value)
		return
	}
	lit, ok := e.(*ast.CompositeLit)
	array, isArray := t.Underlying().(*types.Array)
	if !ok || !isArray {
		c.fail(e, "tables hold constants only")
	}
	size := sizeOf(array.Elem())
	i := int64(0)
	for _, el := range lit.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			i, _ = constant.Int64Val(c.src.info.Types[kv.Key].Value)
			el = kv.Value
		}
		c.fill(b[int(i)*size:][:size], el, array.Elem())
		i++
	}
}

func putConstant(b []byte, t types.Type, v constant.Value) {
	bits := constantBits(t, v)
	switch len(b) {
	case 1:
		b[0] = byte(bits)
	case 2:
		binary.LittleEndian.PutUint16(b, uint16(bits))
	case 4:
		if wasmType(t) == wasmbin.F32 {
			bits = uint64(math.Float32bits(float32(math.Float64frombits(bits))))
		}
		binary.LittleEndian.PutUint32(b, uint32(bits))
	default:
		binary.LittleEndian.PutUint64(b, bits)
	}
}

// constantBits is a constant as Instr's A has it.
func constantBits(t types.Type, v constant.Value) uint64 {
	switch wasmType(t) {
	case wasmbin.F64, wasmbin.F32:
		x, _ := constant.Float64Val(constant.ToFloat(v))
		return math.Float64bits(x)
	}
	if v.Kind() == constant.Bool {
		if constant.BoolVal(v) {
			return 1
		}
		return 0
	}
	v = constant.ToInt(v)
	if u, ok := constant.Uint64Val(v); ok {
		return u
	}
	i, _ := constant.Int64Val(v)
	return uint64(i)
}

func basic(t types.Type) *types.Basic {
	b, _ := t.Underlying().(*types.Basic)
	return b
}

func wasmType(t types.Type) wasmbin.Type {
	b := basic(t)
	if b == nil {
		if _, ok := t.Underlying().(*types.Struct); ok {
			return wasmbin.V128
		}
		return wasmbin.I32 // a pointer
	}
	switch b.Kind() {
	case types.Int, types.Int64, types.Uint, types.Uint64, types.UntypedInt, types.UntypedRune:
		return wasmbin.I64
	case types.Float32:
		return wasmbin.F32
	case types.Float64, types.UntypedFloat:
		return wasmbin.F64
	}
	return wasmbin.I32
}

func signed(t types.Type) bool {
	b := basic(t)
	return b != nil && b.Info()&types.IsUnsigned == 0
}

// sizeOf is the number of bytes that a value takes in the memory.
func sizeOf(t types.Type) int {
	switch t := t.Underlying().(type) {
	case *types.Array:
		return int(t.Len()) * sizeOf(t.Elem())
	case *types.Basic:
		switch t.Kind() {
		case types.Bool, types.Int8, types.Uint8:
			return 1
		case types.Int16, types.Uint16:
			return 2
		case types.Int32, types.Uint32, types.Float32:
			return 4
		}
		return 8
	}
	return 4
}

// inlines says whether calls of the function become its body: where it is one
// short expression, or is marked.
func (c *Compiler) inlines(d *ast.FuncDecl) bool {
	if d.Doc != nil {
		for _, l := range d.Doc.List {
			if l.Text == "//kernel:inline" {
				return true
			}
		}
	}
	if len(d.Body.List) != 1 {
		return false
	}
	switch s := d.Body.List[0].(type) {
	case *ast.ReturnStmt:
		if len(s.Results) != 1 {
			return false
		}
	case *ast.ExprStmt:
	default:
		return false
	}
	n := 0
	ast.Inspect(d.Body, func(ast.Node) bool { n++; return true })
	return n <= 40
}

var tokens = map[token.Token]int{ // the place of an operator among I32Add and those after it; twice where it hangs on the sign
	token.ADD: 0, token.SUB: 1, token.MUL: 2, token.QUO: 3, token.REM: 5, token.AND: 7, token.OR: 8, token.XOR: 9,
}
