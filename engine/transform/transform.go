// Package transform holds the transformers: one file an op, each the data that
// its bundle node carries and a pure function over one row's cells, and one
// literal table of them all (table.go).
//
// To add an op, write its file and its test, and add a line to Table.
package transform

import (
	"strconv"
	"strings"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
)

// Op is a line of the table: the name that bundles use, and how to read the
// model.
type Op struct {
	Name string
	Read func(s *Source) (Transformer, error)
}

// Transformer is one op with its data, read once and never changed: any number
// of goroutines use it at the same time.
type Transformer interface {
	// Inputs are the ports it reads, in order, with the type that each wants:
	// the plan casts columns of other types as MLeap does. A nullable type
	// means that Transform itself deals with null; where the type is not
	// nullable the plan refuses null before Transform is called. A tensor type
	// with dims makes the plan refuse vectors of another size.
	Inputs() []Port

	// Outputs are the ports it writes, in order, with the types that MLeap
	// declares. A port that the bundle's node leaves out still gets a cell.
	// Ports named "" come last: they are scratch space of the row, so that
	// Transform need not allocate.
	Outputs() []Port

	// Transform computes out from in, cell by cell as in Inputs and Outputs;
	// in[i] is nil for an optional port that the node does not bind. It writes
	// every output, may not change inputs, and reuses the outputs' buffers.
	// Its errors are made by Bad, or are Drop.
	Transform(in, out []*frame.Value) error
}

// Resolver is a transformer whose ports depend on the types of the columns it
// is bound to, such as SQL. Resolve is called once, before Inputs and Outputs,
// with the whole schema so far.
type Resolver interface {
	Resolve(columns frame.Schema) (Transformer, error)
}

// Projector is a transformer that says which columns the frame has after it,
// as SQL does. The names of its ports are those of columns, whatever sockets
// the node has; an output may have the name of a column that is there.
type Projector interface {
	Transformer
	Columns() []Column
}

// Column is one column of a frame: another one as it was, or an output.
type Column struct {
	Name string
	From string // the column that it was; "" if it is the output of that name
}

// Partial is a transformer that does without columns that a frame lacks, and
// leaves out what it would have made of them.
type Partial interface {
	Transformer

	// Without is the same transformer less these input ports, and the outputs
	// that hang on them.
	Without(ports []string) Transformer

	// Dispensable are the input ports whose columns are known to matter to
	// nothing after them, such as the label's: they don't count among a model's
	// inputs.
	Dispensable() []string
}

// Holder is a transformer that can say what it holds, for inspect.
type Holder interface {
	Holds() []Fact
}

// Stateful is a transformer that needs working memory of a kind that cells
// cannot be. A row calls NewState once and uses what it gives, which is for one
// goroutine and keeps its memory from row to row.
type Stateful interface {
	Transformer
	NewState() Transformer
}

// Blocker is a transformer whose model may be so large that many rows are best
// taken at a time.
type Blocker interface {
	Transformer
	// Blocks says whether it is.
	Blocks() bool
	// Block does for many rows what takes long, and leaves it in out. in and out are
	// those of Transform, a row each; a row that it would refuse is left to it.
	Block(in, out [][]*frame.Value)
	// AfterBlock is the transformer of rows that Block has taken.
	AfterBlock() Transformer
}

// Incremental is what NewState of a transformer of events gives: it takes a
// visit whole, as lists, or event by event while it goes on.
type Incremental interface {
	Transformer

	// Reset starts another visit.
	Reset()

	// Add adds an event in a time that does not depend on how many there were.
	// It may cut the event's texts, and keep them.
	Add(e *visit.Event) error

	// Result is Transform for the events that were added: inputs that are lists
	// are not read.
	Result(in, out []*frame.Value) error
}

// Fact is a named figure about a transformer, such as {"trees", 50}.
type Fact struct {
	Name  string
	Value int
}

// Port is one named input or output of an op.
type Port struct {
	Name     string
	Type     frame.Type
	Optional bool // an input that the node may leave unbound
}

// Source is what an op's Read gets: the node's attributes (with the sticky
// error of bundle.Attrs), the model's files and sub-models.
type Source struct {
	*bundle.Attrs
	Model *bundle.Model
	Node  *bundle.Node // nil for a sub-model, which has no columns of its own
	// Limits is what the model may ask for.
	Limits bundle.Limits
	ops    []Op
}

// NewSource reads node with the ops of a table, within the default limits.
func NewSource(node *bundle.Node, ops []Op) *Source {
	return &Source{Attrs: node.Model.Attrs(), Model: node.Model, Node: node, Limits: bundle.DefaultLimits(), ops: ops}
}

// Sub is the source of the model in a directory below this one.
func (s *Source) Sub(dir string) (*Source, error) {
	m := s.Model.Sub(dir)
	if m == nil {
		return nil, &bundle.Error{Kind: bundle.ErrNotFound, Path: s.Model.Path + "/" + dir, Msg: "no model here, though " + s.Model.Op + " refers to it"}
	}
	return &Source{Attrs: m.Attrs(), Model: m, Limits: s.Limits, ops: s.ops}, nil
}

// Read makes the transformer of this source, looking its op up in the table.
func (s *Source) Read() (Transformer, error) {
	op := Find(s.ops, s.Model.Op)
	if op == nil {
		return nil, &bundle.Error{Kind: ErrUnknownOp, Path: s.Model.Path, Msg: "unknown op " + strconv.Quote(s.Model.Op)}
	}
	return op.Read(s)
}

// Spark is the version of the Spark that saved the model itself, 401 for 4.1.
// It is 0 for a bundle that MLeap exported. Ops follow the one or the other in
// what bundles cannot tell, such as what becomes of null.
func (s *Source) Spark() int {
	if !s.Has("spark") {
		return 0
	}
	major, minor, found := strings.Cut(s.String("spark"), ".")
	x, err := strconv.Atoi(major)
	y, err2 := strconv.Atoi(minor)
	if !found || err != nil || err2 != nil || x < 1 || y < 0 || y > 99 {
		s.Fail("spark", "is "+strconv.Quote(s.String("spark"))+", not a version such as 4.1")
	}
	return 100*x + y
}

// Malformed is an error about the model as a whole.
func (s *Source) Malformed(msg string) error {
	return &bundle.Error{Kind: bundle.ErrMalformed, Path: s.Model.Path, Msg: s.Model.Op + ": " + msg}
}

// Sockets counts the node's inputs (or outputs) on ports prefix0, prefix1 ….
func Sockets(sockets []bundle.Socket, prefix string) int {
	n := 0
	for {
		port, found := prefix+strconv.Itoa(n), false
		for _, s := range sockets {
			found = found || s.Port == port
		}
		if !found {
			return n
		}
		n++
	}
}

// Find is the op of that name in a table, or nil. The last one wins, so that
// added ops can stand in for built-in ones.
func Find(ops []Op, name string) *Op {
	for i := len(ops) - 1; i >= 0; i-- {
		if ops[i].Name == name {
			return &ops[i]
		}
	}
	return nil
}
