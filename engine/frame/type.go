package frame

import "strconv"

// Basic is the element type of a column, in the names of MLeap's BasicType.
// The numbers are those of bundle.proto's enum, with the two variable-width
// types moved next to the others.
type Basic uint8

const (
	Undefined Basic = iota
	Boolean
	Byte
	Short
	Int
	Long
	Float
	Double
	String
	ByteString
)

var basicNames = [...]string{"undefined", "boolean", "byte", "short", "int", "long", "float", "double", "string", "byte_string"}

func (b Basic) String() string {
	if int(b) < len(basicNames) {
		return basicNames[b]
	}
	return "basic(" + strconv.Itoa(int(b)) + ")"
}

// ParseBasic gives the type of a name, as bundles and leap frames spell it
// ("integer" is how frames spell a scalar int). ok is false for any other word.
func ParseBasic(s string) (b Basic, ok bool) {
	if s == "integer" {
		return Int, true
	}
	for i, n := range basicNames {
		if i > 0 && n == s {
			return Basic(i), true
		}
	}
	return Undefined, false
}

// Numeric says whether values of this type are kept in Value.Num and
// Value.Nums: all numbers but long (a float64 cannot hold it), and boolean as
// 0 or 1.
func (b Basic) Numeric() bool { return b >= Boolean && b <= Double && b != Long }

// Kind is the form of a column's values.
type Kind uint8

const (
	Scalar Kind = iota
	List
	Tensor
	Map
)

// Type is a column's type. Dims is a tensor's shape (nil: not known; a size of
// -1: not known in that dimension); Key is a map's key type and Base its value
// type.
type Type struct {
	Kind     Kind
	Base     Basic
	Nullable bool
	Dims     []int
	Key      Basic
}

// ScalarOf, ListOf, TensorOf and MapOf make types that may not be null; see OrNull.
func ScalarOf(b Basic) Type              { return Type{Kind: Scalar, Base: b} }
func ListOf(b Basic) Type                { return Type{Kind: List, Base: b} }
func TensorOf(b Basic, dims ...int) Type { return Type{Kind: Tensor, Base: b, Dims: dims} }
func MapOf(key, value Basic) Type        { return Type{Kind: Map, Key: key, Base: value} }

// OrNull is the same type, nullable.
func (t Type) OrNull() Type {
	t.Nullable = true
	return t
}

// Equal says whether both types are the same in every part.
func (t Type) Equal(u Type) bool {
	if t.Kind != u.Kind || t.Base != u.Base || t.Nullable != u.Nullable || t.Key != u.Key ||
		(t.Dims == nil) != (u.Dims == nil) || len(t.Dims) != len(u.Dims) {
		return false
	}
	for i, d := range t.Dims {
		if d != u.Dims[i] {
			return false
		}
	}
	return true
}

// Size is the number of elements of a tensor of this type, or -1 where the
// type does not say.
func (t Type) Size() int {
	if t.Dims == nil {
		return -1
	}
	n := 1
	for _, d := range t.Dims {
		if d < 0 {
			return -1
		}
		n *= d
	}
	return n
}

// String is the type as people read it: "string", "double?" (nullable),
// "tensor<double>[24]", "list<string>", "map<string,long>".
func (t Type) String() string {
	s := t.Base.String()
	switch t.Kind {
	case List:
		s = "list<" + s + ">"
	case Map:
		s = "map<" + t.Key.String() + "," + s + ">"
	case Tensor:
		s = "tensor<" + s + ">"
		if t.Dims != nil {
			s += "["
			for i, d := range t.Dims {
				if i > 0 {
					s += ","
				}
				s += strconv.Itoa(d)
			}
			s += "]"
		}
	}
	if t.Nullable {
		s += "?"
	}
	return s
}

// Field is one named column of a schema.
type Field struct {
	Name string
	Type Type
}

// Schema is the columns of a frame in order. Names are unique.
type Schema []Field

// Index is the position of the column with this name, or -1.
func (s Schema) Index(name string) int {
	for i := range s {
		if s[i].Name == name {
			return i
		}
	}
	return -1
}

// Names are the columns' names in order.
func (s Schema) Names() []string {
	names := make([]string, len(s))
	for i := range s {
		names[i] = s[i].Name
	}
	return names
}
