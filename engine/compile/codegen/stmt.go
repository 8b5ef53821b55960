package codegen

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"

	"github.com/pageleap/pageleap/engine/compile/wasmbin"
)

// fn is a function that is being compiled.
type fn struct {
	*Compiler
	*wasmbin.Func
	vars     map[*types.Var]binding
	depth    uint32 // of open blocks
	labels   []label
	ret      *returns
	inlining []*types.Func
}

// binding is where a variable's value is: in a local, plus offset; or it is a
// constant.
type binding struct {
	local, offset uint32
	constant      bool
	bits          uint64
}

// label is a statement that break and continue may leave or go on with: the
// depths of their blocks, 0 where there is none.
type label struct {
	name        string
	leave, next uint32
}

// returns says what return does.
type returns struct {
	inline bool
	locals []uint32 // of the results
	depth  uint32   // of the block of an inlined body
	named  []*types.Var
}

// body compiles a function of the module.
func (c *Compiler) body(p pending) {
	obj, f, decl := p.obj, p.f, c.src.funcs[p.obj]
	if decl == nil || decl.Body == nil {
		panic(fault{fmt.Errorf("%s has no body", obj.FullName())})
	}
	b := &fn{Compiler: c, Func: f, vars: map[*types.Var]binding{}, ret: &returns{}}
	b.bindParams(b.params(obj), p.consts, b.assigned(decl.Body))
	for v := range obj.Signature().Results().Variables() {
		if v.Name() != "" && v.Name() != "_" {
			b.vars[v] = binding{local: f.Local(wasmType(v.Type()))}
		}
		b.ret.named = append(b.ret.named, v)
	}
	list := decl.Body.List
	for i, s := range list {
		if r, ok := s.(*ast.ReturnStmt); ok && i == len(list)-1 {
			b.results(r)
			return
		}
		b.stmt(s)
	}
	if len(f.Results) > 0 && !f.Terminal() {
		f.Emit(wasmbin.Unreachable, 0)
	}
}

// bindParams gives the parameters their places; those that are constants and
// change begin as such.
func (c *fn) bindParams(params []*types.Var, consts []*uint64, assigned map[*types.Var]bool) {
	next := uint32(0)
	for i, v := range params {
		switch {
		case consts == nil || consts[i] == nil:
			c.vars[v] = binding{local: next}
			next++
		case !assigned[v]:
			c.vars[v] = binding{constant: true, bits: *consts[i]}
		default:
			c.vars[v] = binding{local: c.Local(wasmType(v.Type()))}
			c.Emit(constOp(wasmType(v.Type())), *consts[i])
			c.Emit(wasmbin.LocalSet, uint64(c.vars[v].local))
		}
	}
}

func (c *fn) params(f *types.Func) []*types.Var {
	var list []*types.Var
	if r := f.Signature().Recv(); r != nil {
		list = append(list, r)
	}
	for v := range f.Signature().Params().Variables() {
		list = append(list, v)
	}
	return list
}

// assigned are the variables that a body changes.
func (c *fn) assigned(body ast.Node) map[*types.Var]bool {
	set := map[*types.Var]bool{}
	add := func(e ast.Expr) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok {
			if v, ok := c.src.info.Uses[id].(*types.Var); ok {
				set[v] = true
			}
		}
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				add(l)
			}
		case *ast.IncDecStmt:
			add(n.X)
		}
		return true
	})
	return set
}

// open opens a block and gives its depth.
func (c *fn) open(op wasmbin.Op, typ uint64) uint32 {
	c.Emit(op, typ)
	c.depth++
	return c.depth
}

func (c *fn) close() {
	c.Emit(wasmbin.End, 0)
	c.depth--
}

// br goes to the end of the block at a depth, or the beginning of a loop.
func (c *fn) br(op wasmbin.Op, depth uint32) { c.Emit(op, uint64(c.depth-depth)) }

func (c *fn) block(b *ast.BlockStmt) {
	for _, s := range b.List {
		c.stmt(s)
	}
}

func (c *fn) stmt(s ast.Stmt) { c.labelled(s, "") }

func (c *fn) labelled(s ast.Stmt, name string) {
	switch s := s.(type) {
	case *ast.EmptyStmt:
	case *ast.LabeledStmt:
		c.labelled(s.Stmt, s.Label.Name)
	case *ast.BlockStmt:
		c.block(s)
	case *ast.ExprStmt:
		c.expr(s.X)
		n := 0
		switch t := c.src.info.TypeOf(s.X).(type) {
		case nil:
		case *types.Tuple:
			n = t.Len()
		default:
			if b := basic(t); b == nil || b.Kind() != types.Invalid {
				n = 1
			}
		}
		if call, ok := ast.Unparen(s.X).(*ast.CallExpr); ok && c.src.info.Types[call].IsVoid() {
			n = 0
		}
		for range n {
			c.Emit(wasmbin.Drop, 0)
		}
	case *ast.DeclStmt:
		c.decl(s.Decl.(*ast.GenDecl))
	case *ast.AssignStmt:
		c.assign(s)
	case *ast.IncDecStmt:
		op := token.ADD
		if s.Tok == token.DEC {
			op = token.SUB
		}
		t := c.typeOf(s.X)
		c.expr(s.X)
		c.constant(t, constant.MakeInt64(1))
		c.arithmetic(s, op, t)
		c.set(s.X)
	case *ast.IfStmt:
		c.ifStmt(s)
	case *ast.ForStmt:
		c.forStmt(s, name)
	case *ast.RangeStmt:
		c.rangeStmt(s, name)
	case *ast.SwitchStmt:
		c.switchStmt(s, name)
	case *ast.BranchStmt:
		c.branch(s, wasmbin.Br)
	case *ast.ReturnStmt:
		c.results(s)
		if c.ret.inline {
			for i := len(c.ret.locals) - 1; i >= 0; i-- {
				c.Emit(wasmbin.LocalSet, uint64(c.ret.locals[i]))
			}
			c.br(wasmbin.Br, c.ret.depth)
		} else {
			c.Emit(wasmbin.Return, 0)
		}
	default:
		c.fail(s, "kernels have no %T", s)
	}
}

// results puts what is returned on the stack.
func (c *fn) results(r *ast.ReturnStmt) {
	for _, e := range r.Results {
		c.expr(e)
	}
	if len(r.Results) > 0 {
		return
	}
	for _, l := range c.ret.locals {
		c.Emit(wasmbin.LocalGet, uint64(l))
	}
	for _, v := range c.ret.named {
		c.Emit(wasmbin.LocalGet, uint64(c.vars[v].local))
	}
}

func (c *fn) decl(d *ast.GenDecl) {
	if d.Tok != token.VAR {
		return
	}
	for _, spec := range d.Specs {
		spec := spec.(*ast.ValueSpec)
		if len(spec.Values) > 0 {
			for _, v := range spec.Values {
				c.expr(v)
			}
			for i := len(spec.Names) - 1; i >= 0; i-- {
				c.set(spec.Names[i])
			}
			continue
		}
		for _, n := range spec.Names {
			if t := c.typeOf(n); basic(t) == nil && wasmType(t) != wasmbin.V128 {
				c.fail(n, "a function has no tables of its own")
			}
			c.Emit(constOp(wasmType(c.typeOf(n))), 0)
			c.set(n)
		}
	}
}

// set takes the value on the stack for a variable.
func (c *fn) set(e ast.Expr) {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		c.fail(e, "variables are assigned to, tables are constant, and memory has methods")
	}
	if id.Name == "_" {
		c.Emit(wasmbin.Drop, 0)
		return
	}
	if v, ok := c.src.info.Defs[id].(*types.Var); ok {
		b, known := c.vars[v]
		if !known || b.constant {
			b = binding{local: c.Local(wasmType(v.Type()))}
			c.vars[v] = b
		}
		c.Emit(wasmbin.LocalSet, uint64(b.local))
		return
	}
	v := c.src.info.Uses[id].(*types.Var)
	if b, ok := c.vars[v]; ok {
		c.Emit(wasmbin.LocalSet, uint64(b.local))
		return
	}
	c.Emit(wasmbin.GlobalSet, uint64(c.global(v)))
}

var assignOps = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.QUO_ASSIGN: token.QUO,
	token.REM_ASSIGN: token.REM, token.AND_ASSIGN: token.AND, token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR,
	token.SHL_ASSIGN: token.SHL, token.SHR_ASSIGN: token.SHR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

func (c *fn) assign(s *ast.AssignStmt) {
	if op, ok := assignOps[s.Tok]; ok {
		t := c.typeOf(s.Lhs[0])
		c.expr(s.Lhs[0])
		if op == token.SHL || op == token.SHR {
			c.shift(op, t, s.Rhs[0])
		} else {
			c.expr(s.Rhs[0])
			c.arithmetic(s, op, t)
		}
		c.set(s.Lhs[0])
		return
	}
	for _, r := range s.Rhs {
		c.expr(r)
	}
	for i := len(s.Lhs) - 1; i >= 0; i-- {
		c.set(s.Lhs[i])
	}
}

func (c *fn) ifStmt(s *ast.IfStmt) {
	if s.Init != nil {
		c.stmt(s.Init)
	}
	if value, known := c.static(s.Cond); known {
		if value {
			c.block(s.Body)
		} else if s.Else != nil {
			c.stmt(s.Else)
		}
		return
	}
	if s.Else == nil && len(s.Body.List) == 1 {
		if b, ok := s.Body.List[0].(*ast.BranchStmt); ok {
			c.cond(s.Cond)
			c.branch(b, wasmbin.BrIf)
			return
		}
	}
	c.cond(s.Cond)
	c.open(wasmbin.If, wasmbin.Empty)
	c.block(s.Body)
	if s.Else != nil {
		c.Emit(wasmbin.Else, 0)
		c.stmt(s.Else)
	}
	c.close()
}

func (c *fn) forStmt(s *ast.ForStmt, name string) {
	if s.Init != nil {
		c.stmt(s.Init)
	}
	var post func()
	if s.Post != nil {
		post = func() { c.stmt(s.Post) }
	}
	c.loop(name, s.Body, func(leave uint32) {
		if s.Cond != nil {
			c.cond(s.Cond)
			c.Emit(wasmbin.I32Eqz, 0)
			c.br(wasmbin.BrIf, leave)
		}
	}, post)
}

// loop compiles a loop; cond leaves it where it ends.
func (c *fn) loop(name string, body *ast.BlockStmt, cond func(leave uint32), post func()) {
	leave := c.open(wasmbin.Block, wasmbin.Empty)
	top := c.open(wasmbin.Loop, wasmbin.Empty)
	cond(leave)
	l := label{name, leave, top}
	inner := post != nil && continues(body)
	if inner {
		l.next = c.open(wasmbin.Block, wasmbin.Empty)
	}
	c.labels = append(c.labels, l)
	c.block(body)
	c.labels = c.labels[:len(c.labels)-1]
	if inner {
		c.close()
	}
	if post != nil {
		post()
	}
	c.br(wasmbin.Br, top)
	c.close()
	c.close()
}

func continues(body ast.Node) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		b, ok := n.(*ast.BranchStmt)
		found = found || ok && b.Tok == token.CONTINUE
		return true
	})
	return found
}

// rangeStmt counts up to a number.
func (c *fn) rangeStmt(s *ast.RangeStmt, name string) {
	t := c.typeOf(s.X)
	if b := basic(t); b == nil || b.Info()&types.IsInteger == 0 || s.Value != nil {
		c.fail(s, "ranges are over numbers")
	}
	if s.Key != nil {
		t = c.typeOf(s.Key) // an untyped number's is the variable's
	}
	w := wasmType(t)
	limit, ok := c.simple(s.X, t)
	if !ok || !limit.constant { // what else there is may change in the body
		limit = binding{local: c.Local(w)}
		c.expr(s.X)
		c.Emit(wasmbin.LocalSet, uint64(limit.local))
	}
	i := c.Local(w)
	if id, ok := s.Key.(*ast.Ident); ok && id.Name != "_" {
		v, ok := c.src.info.Defs[id].(*types.Var)
		if !ok || c.assigned(s.Body)[v] {
			c.fail(s, "a range has a variable of its own, which nobody else changes")
		}
		c.vars[v] = binding{local: i}
	}
	c.Emit(constOp(w), 0)
	c.Emit(wasmbin.LocalSet, uint64(i))
	c.loop(name, s.Body, func(leave uint32) {
		c.Emit(wasmbin.LocalGet, uint64(i))
		if limit.constant {
			c.Emit(constOp(w), limit.bits)
		} else {
			c.Emit(wasmbin.LocalGet, uint64(limit.local))
		}
		op := wasmbin.I32GeS
		if w == wasmbin.I64 {
			op = wasmbin.I64Eq + 8
		}
		if !signed(t) {
			op++
		}
		c.Emit(op, 0)
		c.br(wasmbin.BrIf, leave)
	}, func() {
		c.Emit(wasmbin.LocalGet, uint64(i))
		c.Emit(constOp(w), 1)
		c.Emit(intOp(t, 0), 0)
		c.Emit(wasmbin.LocalSet, uint64(i))
	})
}

func (c *fn) branch(s *ast.BranchStmt, op wasmbin.Op) {
	for i := len(c.labels) - 1; i >= 0; i-- {
		l := c.labels[i]
		if s.Label != nil && s.Label.Name != l.name {
			continue
		}
		switch {
		case s.Tok == token.BREAK:
			c.br(op, l.leave)
			return
		case s.Tok == token.CONTINUE && l.next != 0:
			c.br(op, l.next)
			return
		}
	}
	c.fail(s, "kernels have no such %s", s.Tok)
}

// switchStmt compiles a switch as a chain of conditions.
func (c *fn) switchStmt(s *ast.SwitchStmt, name string) {
	if s.Init != nil {
		c.stmt(s.Init)
	}
	leave := c.open(wasmbin.Block, wasmbin.Empty)
	c.labels = append(c.labels, label{name: name, leave: leave})
	var tag binding
	var t types.Type
	if s.Tag != nil {
		t = c.typeOf(s.Tag)
		var ok bool
		if tag, ok = c.simple(s.Tag, t); !ok || tag.constant || tag.offset != 0 {
			tag = binding{local: c.Local(wasmType(t))}
			c.expr(s.Tag)
			c.Emit(wasmbin.LocalSet, uint64(tag.local))
		}
	}
	var last *ast.CaseClause
	for _, cl := range s.Body.List {
		cl := cl.(*ast.CaseClause)
		if cl.List == nil {
			last = cl
			continue
		}
		for i, e := range cl.List {
			if s.Tag == nil {
				c.cond(e)
			} else {
				c.Emit(wasmbin.LocalGet, uint64(tag.local))
				c.expr(e)
				c.Emit(map[wasmbin.Type]wasmbin.Op{wasmbin.I32: wasmbin.I32Eq, wasmbin.I64: wasmbin.I64Eq, wasmbin.F64: wasmbin.F64Eq, wasmbin.F32: wasmbin.F32Eq}[wasmType(t)], 0)
			}
			if i > 0 {
				c.Emit(wasmbin.I32Add+8, 0) // or
			}
		}
		c.open(wasmbin.If, wasmbin.Empty)
		c.clause(cl)
		c.br(wasmbin.Br, leave)
		c.close()
	}
	if last != nil {
		c.clause(last)
	}
	c.labels = c.labels[:len(c.labels)-1]
	c.close()
}

func (c *fn) clause(cl *ast.CaseClause) {
	for _, s := range cl.Body {
		c.stmt(s)
	}
}
