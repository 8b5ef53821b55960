package engine_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/transform"
)

// A frame's rows are scored many at a time where the forest is large, and all is
// as if they were scored alone: answers, and the first row that cannot be scored.
func TestBlock(t *testing.T) {
	raw, err := os.ReadFile("../testdata/bench/rows.f32")
	if err != nil {
		t.Fatal(err)
	}
	zip, err := os.ReadFile("../testdata/bench/forest_L.zip")
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Load(zip)
	if err != nil {
		t.Fatal(err)
	}
	row, err := m.NewRow()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(row.Block(1000).Rows); n != 256 {
		t.Fatalf("blocks of %d rows", n)
	}
	column := m.Inputs()[0]
	f := frame.New(frame.Schema{column})
	for i := range 1000 {
		v := &frame.Value{}
		d := v.Dense(30)
		for k := range d {
			d[k] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*(30*i+k):])))
		}
		if i%7 == 0 { // the same, sparse
			v.Sparse = true
			for k := range 30 {
				v.Indices = append(v.Indices, int32(k))
			}
		}
		if i%11 == 0 {
			v.Nums[i%30] = math.NaN()
		}
		f.Append([]*frame.Value{v})
	}
	for _, n := range []int{1, 127, 128, 256, 300, 1000} {
		part := frame.Of([]frame.Column{f.Columns[0].Pick(upTo(n))}, n)
		got, err := m.Transform(part)
		if err != nil {
			t.Fatal(n, err)
		}
		for i := range n {
			f.Columns[0].Get(i, row.Input(0))
			if err := row.Score(); err != nil {
				t.Fatal(n, i, err)
			}
			for k := range m.Outputs() {
				var v frame.Value
				got.Frame.Columns[len(got.Frame.Columns)-len(m.Outputs())+k].Get(i, &v)
				of := m.Outputs()[k]
				is, want := frame.AppendValue(nil, of.Type, &v), frame.AppendValue(nil, of.Type, row.Output(k))
				if !bytes.Equal(is, want) { // numbers are written so that they can be read again
					t.Fatalf("%d rows: row %d, %s: %s, want %s", n, i, of.Name, is, want)
				}
			}
		}
	}
	// A null, or a vector too short, and the rows around it.
	for _, bad := range []*frame.Value{{Null: true}, {Dims: []int{3}, Nums: []float64{1, 2, 3}}} {
		for _, at := range []int{0, 255, 256, 999} {
			g := frame.New(frame.Schema{{Name: column.Name, Type: column.Type.OrNull()}})
			for i := range 1000 {
				v := &frame.Value{}
				if f.Columns[0].Get(i, v); i == at || i == 999 {
					v = bad
				}
				g.Append([]*frame.Value{v})
			}
			_, err := m.Transform(g)
			var e *engine.RowError
			if !errors.As(err, &e) || e.Row != at || !errors.Is(err, transform.ErrNull) && !errors.Is(err, transform.ErrShape) {
				t.Errorf("row %d: %v", at, err)
			}
		}
	}
}

func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
