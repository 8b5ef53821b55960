package host

import (
	"context"
	"fmt"
	"math"

	"github.com/pageleap/pageleap/engine/frame"
)

const (
	tagSparse = 5
	tagJSON   = 6
	tagList   = 7 // of compiled modules
)

// Set writes input i, which has this type.
func (r *Row) Set(ctx context.Context, i int, t frame.Type, v *frame.Value) error {
	mem := r.mem
	switch {
	case v.Null:
		r.SetNull(i)
	case t.Kind == frame.Scalar && t.Base == frame.Long:
		mem.WriteUint32Le(r.at(i), tagLong)
		mem.WriteUint64Le(r.at(i)+8, uint64(v.Long))
	case t.Kind == frame.Scalar && t.Base.Numeric():
		r.SetNumber(i, v.Num)
	case t.Kind == frame.Scalar:
		return r.SetString(ctx, i, v.Str)
	case t.Kind == frame.Tensor && t.Base.Numeric() && len(v.Dims) == 1 && v.Sparse:
		return r.setSparse(ctx, i, v)
	case t.Kind == frame.Tensor && t.Base.Numeric() && len(v.Dims) == 1:
		return r.SetVector(ctx, i, v.Nums)
	case t.Kind == frame.List && r.m.in.rt.bare != nil:
		return r.setList(ctx, i, t.Base, v)
	default:
		text := frame.AppendValue(nil, t, v)
		return r.setBytes(ctx, i, text, tagJSON, len(text))
	}
	return nil
}

func (r *Row) setSparse(ctx context.Context, i int, v *frame.Value) error {
	b := appendFloats(nil, v.Nums)
	for _, k := range v.Indices {
		b = append32(b, uint32(k))
	}
	if err := r.setBytes(ctx, i, b, tagSparse, len(v.Nums)); err != nil {
		return err
	}
	mem := r.mem
	mem.WriteUint32Le(r.at(i)+12, r.held[i]+uint32(8*len(v.Nums)))
	mem.WriteUint32Le(r.at(i)+16, uint32(v.Dims[0]))
	return nil
}

// setList writes a list as compiled modules take it: 8 bytes an element, which
// are a number, a long, or the address and length of a text.
func (r *Row) setList(ctx context.Context, i int, base frame.Basic, v *frame.Value) error {
	switch {
	case base == frame.Long:
		b := make([]byte, 0, 8*len(v.Longs))
		for _, x := range v.Longs {
			b = append32(append32(b, uint32(x)), uint32(uint64(x)>>32))
		}
		return r.setBytes(ctx, i, b, tagList, len(v.Longs))
	case base.Numeric():
		return r.setBytes(ctx, i, appendFloats(nil, v.Nums), tagList, len(v.Nums))
	}
	// The texts come after the elements, whose addresses are known when there is
	// room for all.
	size := 8 * len(v.Strs)
	for _, s := range v.Strs {
		size += len(s)
	}
	if err := r.setBytes(ctx, i, make([]byte, size), tagList, len(v.Strs)); err != nil {
		return err
	}
	b, at := make([]byte, 0, size), r.held[i]+uint32(8*len(v.Strs))
	for _, s := range v.Strs {
		b = append32(append32(b, at), uint32(len(s)))
		at += uint32(len(s))
	}
	for _, s := range v.Strs {
		b = append(b, s...)
	}
	r.mem.Write(r.held[i], b)
	return nil
}

func appendFloats(b []byte, v []float64) []byte {
	for _, x := range v {
		u := math.Float64bits(x)
		b = append32(append32(b, uint32(u)), uint32(u>>32))
	}
	return b
}

func append32(b []byte, x uint32) []byte {
	return append(b, byte(x), byte(x>>8), byte(x>>16), byte(x>>24))
}

// Get reads output i, which is of this field, to v.
func (r *Row) Get(i int, f frame.Field, v *frame.Value) error {
	mem := r.mem
	at := r.at(len(r.held) + i)
	word := func(offset uint32) uint32 { x, _ := mem.ReadUint32Le(at + offset); return x }
	n, data := word(4), word(8)
	v.Reset()
	switch tag := word(0); tag {
	case tagNull:
		v.Null = true
	case tagNumber:
		v.Num, _ = mem.ReadFloat64Le(at + 8)
	case tagLong:
		u, _ := mem.ReadUint64Le(at + 8)
		v.Long = int64(u)
	case tagString:
		b, ok := mem.Read(data, n)
		if !ok {
			return outside(f)
		}
		v.Str = string(b)
	case tagDense:
		b, ok := mem.Read(data, 8*n)
		if !ok || n > math.MaxUint32/8 {
			return outside(f)
		}
		floats(v.Dense(int(n)), b)
	case tagSparse:
		b, ok := mem.Read(data, 8*n)
		indices, ok2 := mem.Read(word(12), 4*n)
		if !ok || !ok2 || n > math.MaxUint32/8 {
			return outside(f)
		}
		v.StartSparse(int(word(16)))
		for k := range int(n) {
			x := uint32(indices[4*k]) | uint32(indices[4*k+1])<<8 | uint32(indices[4*k+2])<<16 | uint32(indices[4*k+3])<<24
			v.Put(int(x), 0)
		}
		floats(v.Nums, b)
	case tagList:
		b, ok := mem.Read(data, 8*n)
		if !ok || n > math.MaxUint32/8 {
			return outside(f)
		}
		switch base := f.Type.Base; {
		case base == frame.Long:
			for k := range int(n) {
				v.Longs = append(v.Longs, int64(word64(b[8*k:])))
			}
		case base.Numeric():
			v.Nums = append(v.Nums, make([]float64, n)...)
			floats(v.Nums, b)
		default:
			for k := range int(n) {
				u := word64(b[8*k:])
				text, ok := mem.Read(uint32(u), uint32(u>>32))
				if !ok {
					return outside(f)
				}
				v.Strs = append(v.Strs, string(text))
			}
		}
	case tagJSON:
		b, ok := mem.Read(data, n)
		if !ok {
			return outside(f)
		}
		return frame.ParseValue(b, f, v)
	default:
		return fmt.Errorf("output %q: a cell with tag %d", f.Name, tag)
	}
	return nil
}

func outside(f frame.Field) error {
	return fmt.Errorf("output %q is outside of the module's memory", f.Name)
}

func floats(to []float64, b []byte) {
	for k := range to {
		to[k] = math.Float64frombits(word64(b[8*k:]))
	}
}

func word64(b []byte) uint64 {
	u := uint64(0)
	for k := range 8 {
		u |= uint64(b[k]) << (8 * k)
	}
	return u
}
