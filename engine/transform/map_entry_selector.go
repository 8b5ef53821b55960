package transform

import "github.com/pageleap/pageleap/engine/frame"

// mapEntrySelector takes from a map the value of a key that another column
// holds, or the default value where the map has no such key.
//
// MLeap: core/feature/MapEntrySelectorModel.scala, in Spark its extension
// ml/mleap/feature/MapEntrySelector.scala. Keys are strings. A map or a key that
// is null is refused.
type mapEntrySelector struct {
	base      frame.Basic
	otherwise frame.Value
}

func readMapEntrySelector(s *Source) (Transformer, error) {
	t := &mapEntrySelector{base: s.Basic("value_type")}
	if key := s.Basic("key_type"); s.Err() == nil && key != frame.String {
		s.Fail("key_type", "is "+key.String()+", not string")
	}
	switch t.base {
	case frame.Boolean:
		if s.Bool("default_value") {
			t.otherwise.Num = 1
		}
	case frame.Byte, frame.Short, frame.Int:
		t.otherwise.Num = float64(s.Int("default_value"))
	case frame.Long:
		t.otherwise.Long = int64(s.Int("default_value"))
	case frame.Float, frame.Double:
		t.otherwise.Num = s.Float("default_value")
	case frame.String:
		t.otherwise.Str = s.String("default_value")
	default:
		s.Fail("value_type", "is "+t.base.String()+", of which there are no maps")
	}
	return t, s.Err()
}

func (t *mapEntrySelector) Inputs() []Port {
	return []Port{
		{Name: "input", Type: frame.MapOf(frame.String, t.base)},
		{Name: "key", Type: frame.ScalarOf(frame.String)},
	}
}

func (t *mapEntrySelector) Outputs() []Port {
	out := frame.ScalarOf(t.base)
	out.Nullable = t.base == frame.String
	return []Port{{Name: "output", Type: out}}
}

func (t *mapEntrySelector) Transform(in, out []*frame.Value) error {
	v := out[0]
	v.Null = false
	v.Num, v.Long, v.Str = t.otherwise.Num, t.otherwise.Long, t.otherwise.Str
	m := in[0].Map
	// Of a key that is there twice the last value counts.
	for i := len(m.Keys.Strs) - 1; i >= 0; i-- {
		if m.Keys.Strs[i] != in[1].Str {
			continue
		}
		switch {
		case t.base == frame.String:
			v.Str = m.Values.Strs[i]
		case t.base == frame.Long:
			v.Long = m.Values.Longs[i]
		default:
			v.Num = m.Values.Nums[i]
		}
		break
	}
	return nil
}
