package bundle

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/base64"
	"github.com/pageleap/pageleap/engine/internal/json"
)

// printer writes JSON for people to read and to compare line by line: a member
// a line, an array of plain values on one line.
type printer struct {
	b     []byte
	depth int
	more  bool // a value stands before this one
}

func (p *printer) line() {
	p.b = append(p.b, '\n')
	for range p.depth {
		p.b = append(p.b, ' ', ' ')
	}
}

func (p *printer) open(c byte) {
	p.b = append(p.b, c)
	p.depth++
	p.more = false
}

func (p *printer) close(c byte) {
	p.depth--
	if p.more {
		p.line()
	}
	p.b = append(p.b, c)
	p.more = true
}

// item begins an array's element on a line of its own.
func (p *printer) item() *printer {
	if p.more {
		p.b = append(p.b, ',')
	}
	p.line()
	p.more = true
	return p
}

// key begins an object's member.
func (p *printer) key(k string) *printer {
	p.item()
	p.b = append(json.AppendString(p.b, k), ':', ' ')
	return p
}

func (p *printer) string(s string) { p.b = json.AppendString(p.b, s) }
func (p *printer) int(i int)       { p.b = strconv.AppendInt(p.b, int64(i), 10) }
func (p *printer) bool(v bool)     { p.b = strconv.AppendBool(p.b, v) }

func appendNodeJSON(n *Node) []byte {
	p := &printer{}
	p.open('{')
	p.key("name").string(n.Name)
	p.key("shape").open('{')
	p.key("inputs").sockets(n.Inputs)
	p.key("outputs").sockets(n.Outputs)
	p.close('}')
	p.close('}')
	return append(p.b, '\n')
}

func (p *printer) sockets(list []Socket) {
	p.open('[')
	for _, s := range list {
		p.item().open('{')
		p.key("name").string(s.Name)
		p.key("port").string(s.Port)
		p.close('}')
	}
	p.close(']')
}

func modelJSON(m *Model) ([]byte, error) {
	p := &printer{}
	if err := p.model(m); err != nil {
		return nil, err
	}
	return append(p.b, '\n'), nil
}

func (p *printer) model(m *Model) error {
	if m.Op == "" {
		return malformed("", "a model without an op")
	}
	if err := checkAll(m.Attributes); err != nil {
		return err
	}
	p.open('{')
	p.key("op").string(m.Op)
	err := p.key("attributes").attributes(m.Attributes)
	p.close('}')
	return err
}

func (p *printer) attributes(attrs []Attribute) error {
	p.open('{')
	for i := range attrs {
		if err := p.key(attrs[i].Name).attribute(&attrs[i]); err != nil {
			return err
		}
	}
	p.close('}')
	return nil
}

func (p *printer) attribute(a *Attribute) error {
	if a.Kind == TensorAttr {
		p.tensor(&a.Tensors[0], true)
		return nil
	}
	p.open('{')
	if a.Type != NoType {
		p.key(a.member())
		if err := p.values(a); err != nil {
			return err
		}
	}
	if a.Kind == ListAttr {
		p.key("type").string("list")
	}
	p.close('}')
	return nil
}

// member is the key that says what an attribute's values are.
func (a *Attribute) member() string {
	switch {
	case a.Type == TensorValue:
		return "tensor"
	case a.Type == BasicTypeValue:
		return "basic_type"
	case a.Type == DataShapeValue:
		return "data_shape"
	case a.Type == ModelValue:
		return "model"
	case a.Base == frame.Byte || a.Base == frame.Short:
		return "int" // the narrow types exist in tensors only
	}
	return a.Base.String()
}

func (p *printer) values(a *Attribute) error {
	list := a.Kind == ListAttr
	if a.Type == BasicValue || a.Type == BasicTypeValue {
		if list {
			p.b = append(p.b, '[')
		}
		if a.Type == BasicTypeValue {
			for i, b := range a.Basics {
				p.comma(i)
				name := b.String()
				if b == frame.Undefined {
					name = "unknown"
				}
				p.string(name)
			}
		} else {
			p.basics(a.Base, a.Bools, a.Ints, a.Floats, a.Strings)
		}
		if list {
			p.b = append(p.b, ']')
		}
		return nil
	}
	if list {
		p.open('[')
	}
	for i := range a.count() {
		if list {
			p.item()
		}
		switch a.Type {
		case TensorValue:
			p.tensor(&a.Tensors[i], false)
		case DataShapeValue:
			p.dataShape(a.Shapes[i])
		case ModelValue:
			if err := p.model(a.Models[i]); err != nil {
				return err
			}
		}
	}
	if list {
		p.close(']')
	}
	return nil
}

func (p *printer) comma(i int) {
	if i > 0 {
		p.b = append(p.b, ',', ' ')
	}
}

func (p *printer) basics(base frame.Basic, bools []bool, ints []int64, floats []float64, strings []string) {
	for i, v := range bools {
		p.comma(i)
		p.bool(v)
	}
	for i, v := range ints {
		p.comma(i)
		p.b = strconv.AppendInt(p.b, v, 10)
	}
	bits := 64
	if base == frame.Float {
		bits = 32
	}
	for i, v := range floats {
		p.comma(i)
		p.b = json.AppendFloat(p.b, v, bits)
	}
	for i, v := range strings {
		p.comma(i)
		if base == frame.ByteString {
			p.b = append(base64.Append(append(p.b, '"'), v), '"')
		} else {
			p.string(v)
		}
	}
}

// tensor writes a tensor; one that is an attribute by itself says so.
func (p *printer) tensor(t *Tensor, typed bool) {
	p.open('{')
	p.key(t.Base.String())
	p.b = append(p.b, '[')
	p.basics(t.Base, t.Bools, t.Ints, t.Floats, t.Strings)
	p.b = append(p.b, ']')
	p.key("shape").shape(t.Dims)
	if typed {
		p.key("type").string("tensor")
	}
	p.close('}')
}

func (p *printer) shape(dims []int) {
	p.open('{')
	p.key("dimensions").open('[')
	for _, d := range dims {
		p.item().open('{')
		p.key("name").string("")
		p.key("size").int(d)
		p.close('}')
	}
	p.close(']')
	p.close('}')
}

func (p *printer) dataShape(s DataShape) {
	p.open('{')
	p.key("base").string([...]string{"scalar", "list", "tensor"}[s.Kind])
	p.key("isNullable").bool(s.Nullable)
	if s.Dims != nil {
		p.key("tensorShape").shape(s.Dims)
	}
	p.close('}')
}
