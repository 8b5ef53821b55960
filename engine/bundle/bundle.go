// Package bundle reads and writes Bundle.ML, MLeap's format for a pipeline: a
// zip file or a directory that holds bundle.json and a tree of nodes, each a
// model with named attributes, in JSON or in protobuf.
//
// A Bundle is plain data. It knows nothing of what an op does; package
// transform gives it meaning.
package bundle

import "github.com/pageleap/pageleap/engine/frame"

// Format is a bundle's serialisation.
type Format uint8

const (
	JSON Format = iota
	Protobuf
)

func (f Format) String() string {
	if f == Protobuf {
		return "protobuf"
	}
	return "json"
}

// Bundle is a whole bundle: what bundle.json says, and the root node.
type Bundle struct {
	Name      string
	UID       string
	Version   string // of the MLeap that wrote it
	Timestamp string
	Format    Format
	Meta      []Attribute
	Root      *Node
}

// Node is a model with its place in the pipeline: the columns it is bound to.
type Node struct {
	Name    string
	Inputs  []Socket
	Outputs []Socket
	Model   *Model
}

// Socket binds a model's port to a column.
type Socket struct {
	Port string
	Name string // the column
}

// Model is an op with its attributes and whatever else its directory holds.
type Model struct {
	Path       string // in the bundle, "root/x.node"; for error messages
	Format     Format // of the tree files in Files
	Op         string
	Attributes []Attribute
	Children   []*Node // a pipeline's nodes, in the order of its "nodes" attribute
	Subs       []Sub   // models in directories of their own, such as tree0 and model0
	Files      []File  // every other file, such as tree.json and xgboost.model
}

// Sub is a model in a directory below another model's.
type Sub struct {
	Dir   string
	Model *Model
}

// File is a file that the op itself knows how to read.
type File struct {
	Name string
	Data []byte

	// Where the data still are, in a bundle that was opened.
	zip   *zipFiles
	entry *zipEntry
}

// File is the contents of the named file in the model's own directory.
func (m *Model) File(name string) (data []byte, ok bool) {
	data, err := m.unpack(name, new(room))
	return data, err == nil
}

// unpack is File with the fault of what cannot be unpacked. What is packed holds
// until the room is used again.
func (m *Model) unpack(name string, r *room) ([]byte, error) {
	for i := range m.Files {
		switch f := &m.Files[i]; {
		case f.Name != name:
		case f.zip != nil:
			return f.zip.unpack(f.entry, r)
		default:
			return f.Data, nil
		}
	}
	return nil, &Error{Kind: ErrNotFound, Path: m.Path + "/" + name, Msg: "the bundle has no such file"}
}

// Sub is the model in the named directory below m, or nil.
func (m *Model) Sub(dir string) *Model {
	for i := range m.Subs {
		if m.Subs[i].Dir == dir {
			return m.Subs[i].Model
		}
	}
	return nil
}

// AttrKind is the form of an attribute.
type AttrKind uint8

const (
	ScalarAttr AttrKind = iota
	ListAttr
	TensorAttr
)

// ValueType is what an attribute's values are.
type ValueType uint8

const (
	// NoType: the value was left out because it is its type's default (false,
	// 0, "", an empty list). Whoever reads the attribute knows the type.
	NoType     ValueType = iota
	BasicValue           // Attribute.Base says which
	TensorValue
	BasicTypeValue
	DataShapeValue
	ModelValue
)

// Attribute is one named value of a model. A scalar is a list of one.
type Attribute struct {
	Name string
	Kind AttrKind
	Type ValueType
	Base frame.Basic

	Bools   []bool
	Ints    []int64   // byte, short, int, long
	Floats  []float64 // float, double
	Strings []string  // string, byte_string (raw bytes)
	Tensors []Tensor  // also a TensorAttr's one value
	Basics  []frame.Basic
	Shapes  []DataShape
	Models  []*Model
}

// Tensor is a dense array, row-major. The slice of its base type holds it.
type Tensor struct {
	Base    frame.Basic
	Dims    []int
	Bools   []bool
	Ints    []int64
	Floats  []float64
	Strings []string
}

// DataShape is the form of a column without its base type.
type DataShape struct {
	Kind     frame.Kind
	Nullable bool
	Dims     []int // a tensor's; nil: not known
}
