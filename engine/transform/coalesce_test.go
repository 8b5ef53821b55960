package transform

import "testing"

func TestCoalesce(t *testing.T) {
	n := nodeOf("coalesce", "")
	n.Model.Attributes = append(n.Model.Attributes, attrInts("nullable_inputs"))
	n.Model.Attributes[0].Base = 1 // boolean
	n.Model.Attributes[0].Bools = []bool{true, false}
	tr := readNode(t, n)
	if in := tr.Inputs(); !in[0].Type.Nullable || in[1].Type.Nullable || in[1].Name != "input1" {
		t.Errorf("inputs are %v", in)
	}
	for _, c := range []struct{ got, want string }{
		{row(tr, num(1), num(2)), "1"},
		{row(tr, null(), num(2)), "2"},
		{row(tr, num(nan), num(2)), "NaN"},
		{row(tr, null(), null()), "null"},
	} {
		if c.got != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	wantNoAllocs(t, tr, null(), num(2))
}
