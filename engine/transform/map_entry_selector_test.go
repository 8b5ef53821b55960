package transform

import (
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestMapEntrySelector(t *testing.T) {
	key := attrBasic("key_type", frame.String)
	keys := frame.Value{Strs: []string{"a", "é", "a"}}
	mapOf := func(values frame.Value) *frame.Value {
		return &frame.Value{Map: &frame.MapValue{Keys: keys, Values: values}}
	}
	for _, c := range []struct {
		base      frame.Basic
		otherwise bundle.Attribute
		values    frame.Value
		a, e, z   string
		out       string
	}{
		{frame.Double, attrFloat("default_value", -1.5), frame.Value{Nums: []float64{1, 2.5, 3}}, "3", "2.5", "-1.5", "double"},
		{frame.Float, attrFloat("default_value", 0.5), frame.Value{Nums: []float64{1, 2.5, 3}}, "3", "2.5", "0.5", "float"},
		{frame.Int, attrInt("default_value", -7), frame.Value{Nums: []float64{1, 2, 3}}, "3", "2", "-7", "int"},
		{frame.Byte, attrDefault("default_value"), frame.Value{Nums: []float64{1, 2, 3}}, "3", "2", "0", "byte"},
		{frame.Long, attrInt("default_value", 1<<60), frame.Value{Longs: []int64{1, 2, 1<<60 + 1}}, "1152921504606846977", "2", "1152921504606846976", "long"},
		{frame.Boolean, attrBool("default_value", true), frame.Value{Nums: []float64{0, 1, 0}}, "0", "1", "1", "boolean"},
		{frame.String, attrString("default_value", "?"), frame.Value{Strs: []string{"x", "y", "z"}}, `"z"`, `"y"`, `"?"`, "string?"},
	} {
		tr := readNode(t, nodeOf("map_entry_selector", "input:m key:k > output:o", key, attrBasic("value_type", c.base), c.otherwise))
		m := mapOf(c.values)
		if got := row(tr, m, str("a")) + " " + row(tr, m, str("é")) + " " + row(tr, m, str("z")); got != c.a+" "+c.e+" "+c.z {
			t.Errorf("%v: %s", c.base, got)
		}
		if got := tr.Outputs()[0].Type.String(); got != c.out {
			t.Errorf("%v: output is %s", c.base, got)
		}
		wantNoAllocs(t, tr, m, str("é"))
	}
	wantFaults(t, map[string]*bundle.Node{
		"key_type":      nodeOf("map_entry_selector", "", attrBasic("key_type", frame.Int), attrBasic("value_type", frame.Int), attrDefault("default_value")),
		"value_type":    nodeOf("map_entry_selector", "", key, attrBasic("value_type", frame.ByteString), attrDefault("default_value")),
		"default_value": nodeOf("map_entry_selector", "", key, attrBasic("value_type", frame.Int), attrFloat("default_value", 1.5)),
	})
}
