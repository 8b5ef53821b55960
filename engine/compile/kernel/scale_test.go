package kernel

import (
	"math/rand/v2"
	"testing"
)

// Two elements at a time are scaled as one is.
func TestScaleAbreast(t *testing.T) {
	memory = make([]byte, 1<<13)
	r := rand.New(rand.NewPCG(13, 14))
	const in, outA, outB, data, index, factors, a, b = 64, 96, 128, 1 << 10, 2 << 10, 3 << 10, 4 << 10, 5 << 10
	for n := range uint32(40) {
		for i := range n {
			(data + Ptr(i)<<3).SetF64(oddNumbers[r.IntN(len(oddNumbers))] * r.NormFloat64())
			(factors + Ptr(i)<<3).SetF64(r.NormFloat64())
			(index + Ptr(i)<<2).SetU32(i)
		}
		v := Cell(in)
		v.SetTag(tagDense + n%3&1)
		v.SetLen(n)
		v.SetData(data)
		v.SetIndices(index)
		Cell(outA).SetData(a)
		Cell(outB).SetData(b)
		Cell(outA).SetIndices(6 << 10)
		Cell(outB).SetIndices(7 << 10)
		scaleVector(v, outA, factors)
		scaleAbreast(v, outB, factors)
		for i := range n {
			if x, y := (a + Ptr(i)<<3).F64(), (b + Ptr(i)<<3).F64(); !same(x, y) {
				t.Fatalf("element %d of %d: %x, want %x", i, n, y, x)
			}
		}
		if Cell(outA).Tag() != Cell(outB).Tag() || Cell(outA).Len() != Cell(outB).Len() {
			t.Errorf("%d elements: another form", n)
		}
		even := (n + 1) &^ 1
		copyBytes(a, data, even<<3)
		copyBytes(b, data, even<<3)
		subtract(a, factors, even)
		multiply(a, factors, even)
		standardAbreast(b, factors, factors, even)
		for i := range even {
			if x, y := (a + Ptr(i)<<3).F64(), (b + Ptr(i)<<3).F64(); !same(x, y) {
				t.Fatalf("element %d of %d: %x less and times %x", i, n, y, x)
			}
		}
	}
}
