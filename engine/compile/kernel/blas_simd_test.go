package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Both halves are math.FMA where they say that they are good, which they say but
// for the odd number.
func TestFMAAbreast(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	half, rest, one, sign := splatU64(1<<26), splatU64(1<<27-1), splatU64(1), splatU64(1<<63)
	least, most := splatF64(0x1p-900), splatF64(0x1p900)
	checked, good := 0, 0
	check := func(x, y, z, y2, z2 float64) {
		v := splatF64(x)
		high := v.AddI64(half).AndNot(rest)
		sum, fine := fmaAbreast(v, high, v.SubF64(high), numbers(y, y2), numbers(z, z2), half, rest, one, sign, least, most)
		for _, c := range []struct {
			fine      uint64
			got, want float64
		}{{fine.low, sum.LowF64(), math.FMA(x, y, z)}, {fine.high, sum.HighF64(), math.FMA(x, y2, z2)}} {
			checked++
			if c.fine == 0 {
				continue
			}
			good++
			if !same(c.got, c.want) {
				t.Fatalf("%x·(%x, %x) + (%x, %x): %x, want %x", x, y, y2, z, z2, c.got, c.want)
			}
		}
		if got := fmaEach(v, numbers(y, y2), numbers(z, z2)); !same(got.LowF64(), math.FMA(x, y, z)) || !same(got.HighF64(), math.FMA(x, y2, z2)) {
			t.Fatalf("one after the other: %x·(%x, %x) + (%x, %x)", x, y, y2, z, z2)
		}
	}
	for _, x := range oddNumbers {
		for _, y := range oddNumbers {
			for _, z := range oddNumbers {
				check(x, y, z, -y, -z)
				check(-x, y, -z, -y, z)
			}
		}
	}
	before := good
	for range 200_000 {
		x, y := r.NormFloat64(), math.Ldexp(r.NormFloat64(), r.IntN(40)-20)
		z := -x * y
		check(x, y, math.Float64frombits(math.Float64bits(z)+r.Uint64N(64)-32), math.Floor(y), r.NormFloat64())
		// Few bits make ties.
		check(math.Floor(x*8), math.Floor(y), math.Ldexp(1, r.IntN(120)-60), 0x1p53+y, math.Ldexp(z, r.IntN(120)-60))
	}
	if good-before < 790_000 || checked-good < 1000 {
		t.Errorf("%d of %d are good", good, checked)
	}
}

// Rows four at a time have the sums of rows one by one.
func TestProducts(t *testing.T) {
	memory = make([]byte, 1<<16)
	r := rand.New(rand.NewPCG(11, 12))
	const (
		in, data, indices, rows, columns, starts, want, got = 64, 1 << 10, 2 << 10, 8 << 10, 16 << 10, 24 << 10, 25 << 10, 26 << 10
	)
	number := func() float64 {
		switch r.IntN(8) {
		case 0:
			return 0
		case 1:
			return oddNumbers[r.IntN(len(oddNumbers))] * float64(1-2*r.IntN(2))
		}
		return r.NormFloat64()
	}
	for range 4000 {
		width, n := uint32(r.IntN(12)), uint32(1+r.IntN(9))
		fours := (n + 3) &^ 3
		tame := r.IntN(2) == 0
		fillBytes(columns, 0, width*fours<<3)
		fillBytes(starts, 0, fours<<3)
		for i := range n {
			(starts + Ptr(i)<<3).SetF64(number())
			for j := range width {
				x := number()
				if tame {
					x = r.NormFloat64()
				}
				(rows + Ptr(i*width+j)<<3).SetF64(x)
				(columns + Ptr(j*fours+i)<<3).SetF64(x)
			}
		}
		v := Cell(in)
		v.SetTag(tagDense)
		v.SetData(data)
		v.SetIndices(indices)
		size := width
		if r.IntN(2) == 0 {
			v.SetTag(tagSparse)
			size = 0
			for j := range width {
				if r.IntN(2) == 0 {
					(indices + Ptr(size)<<2).SetU32(j)
					size++
				}
			}
		}
		v.SetLen(size)
		for i := range size {
			(data + Ptr(i)<<3).SetF64(number())
		}
		check := func(what string) {
			t.Helper()
			for i := range n {
				a, b := (want + Ptr(i)<<3).F64(), (got + Ptr(i)<<3).F64()
				if !same(a, b) {
					t.Fatalf("%s: row %d of %d, tag %d, %d of %d: %x, want %x", what, i, n, v.Tag(), size, width, b, a)
				}
			}
		}
		project(v, rows, width, n, want)
		projectAbreast(v, columns, fours, got)
		check("project")
		margins(v, rows, width, n, starts, want)
		marginsAbreast(v, columns, fours, starts, got)
		check("margins")
		for i := range n {
			(want + Ptr(i)<<3).SetF64(dotDensified(v, rows+Ptr(i*width)<<3) + (starts + Ptr(i)<<3).F64())
		}
		layerAbreast(v, columns, fours, starts, got)
		check("layer")
	}
}
