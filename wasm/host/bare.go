package host

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/tetratelabs/wazero"
)

// bareSection is the custom section of compiled modules (pageleap compile).
const bareSection = "pageleap"

// bare is what a compiled module says of itself: it has one model, which is in
// it.
type bare struct {
	inputs, outputs frame.Schema
}

// readBare reads the section. It gives nil for scorer.wasm, which has none.
func readBare(m wazero.CompiledModule) (*bare, error) {
	for _, s := range m.CustomSections() {
		if s.Name() != bareSection {
			continue
		}
		var about struct {
			ABI             int             `json:"abi"`
			Inputs, Outputs json.RawMessage `json:",omitempty"`
		}
		if err := json.Unmarshal(s.Data(), &about); err != nil {
			return nil, fmt.Errorf("the module's section %q: %w", bareSection, err)
		}
		if about.ABI != ABI {
			return nil, fmt.Errorf("the module speaks ABI %d, and this host %d; compile the bundle anew", about.ABI, ABI)
		}
		var b bare
		for _, part := range []struct {
			text json.RawMessage
			to   *frame.Schema
		}{{about.Inputs, &b.inputs}, {about.Outputs, &b.outputs}} {
			f, err := frame.ReadJSON([]byte(`{"schema":` + string(part.text) + `,"rows":[]}`))
			if err != nil {
				return nil, fmt.Errorf("the module's section %q: %w", bareSection, err)
			}
			*part.to = f.Schema()
		}
		return &b, nil
	}
	return nil, nil
}

// transformRows is Transform for compiled modules, which know no written frames:
// row after row.
func (m *Model) transformRows(ctx context.Context, data []byte, in, out Format, columns []string) ([]byte, error) {
	b := m.in.rt.bare
	f, err := frame.Read(frame.Format(in), data, b.inputs, frame.ReadOptions{})
	if err != nil {
		return nil, err
	}
	res, err := m.TransformFrame(ctx, f)
	if err != nil {
		return nil, err
	}
	if columns != nil {
		if res, err = res.Select(columns); err != nil {
			return nil, err
		}
	}
	return frame.Append(nil, frame.Format(out), res), nil
}

// TransformFrame runs a compiled module over a frame, row after row. Dropped rows
// are left out; the first that cannot be scored fails the frame.
func (m *Model) TransformFrame(ctx context.Context, f *frame.Frame) (*frame.Frame, error) {
	b := m.in.rt.bare
	if b == nil {
		return nil, fmt.Errorf("the module is not compiled from a bundle; use Transform")
	}
	from := make([]*frame.Column, len(b.inputs))
	for i, want := range b.inputs {
		k := f.Schema().Index(want.Name)
		if k < 0 {
			return nil, frame.MissingColumn(want.Name, f.Schema())
		}
		from[i] = &f.Columns[k]
		if have := from[i].Type; !sameForm(have, want.Type) {
			if err := frame.CanCast(have, want.Type); err != nil {
				return nil, &frame.Error{Kind: frame.ErrSchema, Msg: fmt.Sprintf("column %q is %v, and the model wants %v", want.Name, have, want.Type)}
			}
		}
	}
	row, err := m.Row(ctx, len(b.inputs))
	if err != nil {
		return nil, err
	}
	results := frame.New(b.outputs)
	values := make([]frame.Value, len(b.outputs))
	cells := make([]*frame.Value, len(values))
	for i := range values {
		cells[i] = &values[i]
	}
	var kept []int
	var v, w frame.Value
	for i := range f.Len() {
		for k, want := range b.inputs {
			from[k].Get(i, &v)
			x := &v
			if !v.Null && !sameForm(from[k].Type, want.Type) {
				if err := frame.Cast(from[k].Type, want.Type, &v, &w); err != nil {
					return nil, fmt.Errorf("row %d: column %q: %w", i, want.Name, err)
				}
				x = &w
			}
			if err := row.Set(ctx, k, want.Type, x); err != nil {
				return nil, err
			}
		}
		switch err := row.Score(ctx); err {
		case nil:
		case Dropped:
			continue
		default:
			if e, ok := err.(*Error); ok {
				return nil, &Error{e.Kind, fmt.Sprintf("row %d: %s", i, e.Msg)}
			}
			return nil, err
		}
		for k, field := range b.outputs {
			if err := row.Get(k, field, cells[k]); err != nil {
				return nil, err
			}
		}
		results.Append(cells)
		kept = append(kept, i)
	}
	return join(f, results, kept), nil
}

func sameForm(a, b frame.Type) bool {
	return a.Kind == b.Kind && a.Base == b.Base && (a.Kind != frame.Map || a.Key == b.Key)
}

// join is the input's columns, each that the pipeline replaces by what it gives,
// and the others that it gives after them.
func join(f, results *frame.Frame, kept []int) *frame.Frame {
	out := results.Schema()
	var columns []frame.Column
	for _, c := range f.Columns {
		switch k := out.Index(c.Name); {
		case k >= 0:
			columns = append(columns, results.Columns[k])
		case len(kept) < f.Len():
			columns = append(columns, c.Pick(kept))
		default:
			columns = append(columns, c)
		}
	}
	for k, field := range out {
		if f.Schema().Index(field.Name) < 0 {
			columns = append(columns, results.Columns[k])
		}
	}
	return frame.Of(columns, len(kept))
}
