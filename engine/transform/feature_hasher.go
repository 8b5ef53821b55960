package transform

import (
	"slices"
	"strconv"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

// featureHasher hashes columns of several types into one sparse vector.
//
// Spark: ml/feature/FeatureHasher.scala, with MurmurHash3 (murmur3.go). A number
// is added at the hash of its column's name, even if it is 0; a string, a boolean
// or a number in a categorical column adds 1 at the hash of "name=value", the value
// as Java writes it (1.0, 1.0E10, true). null adds nothing. Where two columns meet,
// the values add up in the columns' order. Bytes are numbers, as in Spark. (MLeap
// takes them for categories.)
//
// A model that Spark itself saved takes its columns for what they are.
type featureHasher struct {
	size    int
	columns []hashedColumn
}

// sparkHasher is a feature hasher whose columns are yet to be known.
type sparkHasher struct {
	*featureHasher
	names, categorical []string
	node               *bundle.Node
}

// Resolve takes the columns for what they are.
func (t *sparkHasher) Resolve(columns frame.Schema) (Transformer, error) {
	u := &featureHasher{size: t.size}
	for i, name := range t.names {
		base := t.columns[i].base
		c, ok := columnType(t.node, "input"+strconv.Itoa(i), columns)
		if ok && c.Kind == frame.Scalar && c.Base >= frame.Boolean && c.Base <= frame.String {
			base = c.Base
		}
		u.add(name, base, slices.Contains(t.categorical, name))
	}
	return u, nil
}

type hashedColumn struct {
	base  frame.Basic
	label string // of a category: "name="
	at    int    // of a number
}

func readFeatureHasher(s *Source) (Transformer, error) {
	t := &featureHasher{size: readFeatures(s)}
	names, bases, shapes := s.Strings("input_names"), s.Basics("basic_types"), s.Shapes("input_shapes")
	categorical := s.Strings("categorical_cols")
	sameLength(s, "basic_types", len(bases), "input_names", len(names))
	sameLength(s, "input_shapes", len(shapes), "input_names", len(names))
	if s.Err() != nil {
		return nil, s.Err()
	}
	for i, name := range names {
		if base := bases[i]; shapes[i].Kind != frame.Scalar || base < frame.Boolean || base > frame.String {
			s.Fail("basic_types", "and input_shapes make column "+strconv.Quote(name)+" neither a number, a boolean nor a string")
		}
		t.add(name, bases[i], slices.Contains(categorical, name))
	}
	if s.Spark() > 0 && s.Node != nil {
		return &sparkHasher{t, names, categorical, s.Node}, s.Err()
	}
	return t, s.Err()
}

// add adds a column.
func (t *featureHasher) add(name string, base frame.Basic, categorical bool) {
	c := hashedColumn{base: base}
	if base == frame.Boolean || base == frame.String || categorical {
		c.label = name + "="
	} else {
		c.at = bucket(murmurBytes(name), t.size)
	}
	t.columns = append(t.columns, c)
}

func (t *featureHasher) Inputs() []Port {
	ports := make([]Port, len(t.columns))
	for i, c := range t.columns {
		ports[i] = Port{Name: "input" + strconv.Itoa(i), Type: frame.ScalarOf(c.base).OrNull()}
	}
	return ports
}

func (t *featureHasher) Outputs() []Port { return vectorOutput(t.size) }

func (t *featureHasher) Transform(in, out []*frame.Value) error {
	out[0].StartSparse(t.size)
	for i, v := range in {
		c := &t.columns[i]
		switch {
		case v.Null:
		case c.label != "":
			var buf [64]byte
			b := appendJava(append(buf[:0], c.label...), c.base, v)
			addAt(out[0], bucket(murmurBytes(b), t.size), 1)
		case c.base == frame.Long:
			addAt(out[0], c.at, float64(v.Long))
		default:
			addAt(out[0], c.at, v.Num)
		}
	}
	return nil
}

// appendJava appends a scalar as Java's toString writes it.
func appendJava(b []byte, base frame.Basic, v *frame.Value) []byte {
	switch base {
	case frame.Boolean:
		return strconv.AppendBool(b, v.Num != 0)
	case frame.Long:
		return strconv.AppendInt(b, v.Long, 10)
	case frame.Float:
		return frame.AppendJavaFloat(b, float32(v.Num))
	case frame.Double:
		return frame.AppendJavaDouble(b, v.Num)
	case frame.String:
		return append(b, v.Str...)
	}
	return strconv.AppendInt(b, int64(v.Num), 10)
}

// addAt adds x to element i of a sparse vector.
func addAt(v *frame.Value, i int, x float64) {
	k := len(v.Indices)
	for k > 0 && int(v.Indices[k-1]) > i {
		k--
	}
	if k > 0 && int(v.Indices[k-1]) == i {
		v.Nums[k-1] += x
		return
	}
	v.Put(i, x)
	copy(v.Indices[k+1:], v.Indices[k:])
	copy(v.Nums[k+1:], v.Nums[k:])
	v.Indices[k], v.Nums[k] = int32(i), x
}
