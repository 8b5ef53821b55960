package importer

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/pageleap/pageleap/engine/frame"
)

// column is what is known of a column: its type, and Spark's ML attributes
// (ml/attribute/attributes.scala), which travel in a column's metadata and tell
// later stages the names and categories of features.
type column struct {
	typ   frame.Type
	attrs []attr // one of a scalar, one a feature of a vector; nil where Spark has none
}

// attr is what Spark knows of one feature.
type attr struct {
	name       string
	nominal    bool
	categories int      // of a nominal one; 0: not known
	values     []string // the categories' names, where they have any
}

// scalar is a column of numbers without attributes.
func scalar(b frame.Basic) *column { return &column{typ: frame.ScalarOf(b).OrNull()} }

// vector is a column of vectors of n elements (-1: not known) without attributes.
func vector(n int) *column {
	t := frame.TensorOf(frame.Double).OrNull()
	if n >= 0 {
		t.Dims = []int{n}
	}
	return &column{typ: t}
}

// put says what a stage writes.
func (im *importing) put(name string, c *column) {
	if name != "" {
		im.columns[name] = c
	}
}

// look is what is known of a column that a stage reads, or the given if nothing is.
func (im *importing) look(name string, otherwise *column) *column {
	if c, ok := im.columns[name]; ok {
		return c
	}
	im.columns[name] = otherwise
	return otherwise
}

// size is the number of elements of a vector column, -1 where it is not known.
func (c *column) size() int {
	if c.typ.Kind != frame.Tensor {
		return 1
	}
	return c.typ.Size()
}

// readSchema takes a schema that df.schema.json() wrote.
func (im *importing) readSchema(data []byte) error {
	var schema struct {
		Type   string
		Fields []struct {
			Name     string
			Type     json.RawMessage
			Nullable bool
			Metadata struct {
				Attr *json.RawMessage `json:"ml_attr"`
			}
		}
	}
	fail := func(format string, args ...any) error {
		return &Error{Kind: ErrMalformed, File: "schema", Msg: fmt.Sprintf(format, args...)}
	}
	if err := json.Unmarshal(data, &schema); err != nil || schema.Type != "struct" {
		return fail("is not what Spark's df.schema.json() writes")
	}
	for _, f := range schema.Fields {
		t, ok := schemaType(f.Type)
		if !ok {
			continue // a column that no stage can read may be there
		}
		t.Nullable = f.Nullable
		c := &column{typ: t}
		if f.Metadata.Attr != nil {
			if err := c.readAttr(*f.Metadata.Attr); err != nil {
				return fail("the metadata of column %q: %v", f.Name, err)
			}
		}
		im.columns[f.Name] = c
		im.inputs = append(im.inputs, frame.Field{Name: f.Name, Type: c.typ})
	}
	return nil
}

var sparkTypes = map[string]frame.Basic{
	"boolean": frame.Boolean, "byte": frame.Byte, "short": frame.Short, "integer": frame.Int, "long": frame.Long,
	"float": frame.Float, "double": frame.Double, "string": frame.String, "binary": frame.ByteString,
}

func schemaType(raw json.RawMessage) (t frame.Type, ok bool) {
	var name string
	if json.Unmarshal(raw, &name) == nil {
		b, ok := sparkTypes[name]
		return frame.ScalarOf(b), ok
	}
	var nested struct {
		Type, Class                   string
		ElementType, KeyType          json.RawMessage
		ValueType                     json.RawMessage
		ContainsNull, ValContainsNull bool
	}
	if json.Unmarshal(raw, &nested) != nil {
		return t, false
	}
	switch nested.Type {
	case "udt":
		return frame.TensorOf(frame.Double), nested.Class == "org.apache.spark.ml.linalg.VectorUDT"
	case "array":
		e, ok := schemaType(nested.ElementType)
		return frame.ListOf(e.Base), ok && e.Kind == frame.Scalar
	case "map":
		k, ok := schemaType(nested.KeyType)
		v, also := schemaType(nested.ValueType)
		return frame.MapOf(k.Base, v.Base), ok && also && k.Kind == frame.Scalar && v.Kind == frame.Scalar
	}
	return t, false
}

// attrJSON is one attribute, or with Attrs those of a vector.
type attrJSON struct {
	Type      string
	Name      string
	Values    []string               `json:"vals"`
	NumValues int                    `json:"num_vals"`
	Index     int                    `json:"idx"`
	Attrs     map[string][]*attrJSON `json:"attrs"`
	NumAttrs  *int                   `json:"num_attrs"`
}

func (a *attrJSON) attr(kind string) attr {
	out := attr{name: a.Name, nominal: kind == "nominal", categories: a.NumValues, values: a.Values}
	if a.Values != nil {
		out.categories = len(a.Values)
	}
	return out
}

func (c *column) readAttr(raw json.RawMessage) error {
	var a attrJSON
	if err := json.Unmarshal(raw, &a); err != nil {
		return err
	}
	if c.typ.Kind != frame.Tensor {
		c.attrs = []attr{a.attr(a.Type)}
		return nil
	}
	n := 0
	if a.NumAttrs != nil {
		n = *a.NumAttrs
	}
	for _, list := range a.Attrs {
		n = max(n, len(list))
	}
	if n < 0 || n > maxElements {
		return fmt.Errorf("it has %d attributes", n)
	}
	if a.NumAttrs != nil || a.Attrs != nil {
		c.typ.Dims = []int{n}
	}
	if a.Attrs != nil {
		c.attrs = make([]attr, n)
		for kind, list := range a.Attrs {
			for _, e := range list {
				if e == nil || e.Index < 0 || e.Index >= n {
					return fmt.Errorf("an attribute's index is not below %d", n)
				}
				c.attrs[e.Index] = e.attr(kind)
			}
		}
	}
	return nil
}

// pick is a vector of some of c's features.
func (c *column) pick(indices []int64) *column {
	out := vector(len(indices))
	if c.attrs == nil {
		return out
	}
	for _, i := range indices {
		if i < 0 || i >= int64(len(c.attrs)) {
			return vector(len(indices))
		}
		out.attrs = append(out.attrs, c.attrs[i])
	}
	return out
}

func (c *column) indexOf(name string) int {
	return slices.IndexFunc(c.attrs, func(a attr) bool { return a.name == name })
}
