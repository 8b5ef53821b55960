package kernel

import "math"

// V128 is a vector of 128 bits, in a module with SIMD: two numbers, or two whole
// numbers of 64 bits. Its methods, those of Ptr here, and the functions are an
// instruction each, which codegen knows by name; what they are named after is
// what they take the halves for. The bodies are for native tests.
//
// Kernels that use it are called only where lower.Builder.SIMD says that the module
// may have it.
type V128 struct{ low, high uint64 }

// V128 loads the 16 bytes at p, and SplatF64 the same number into both halves.
func (p Ptr) V128() V128        { return V128{p.U64(), (p + 8).U64()} }
func (p Ptr) SplatF64() V128    { return V128{p.U64(), p.U64()} }
func (p Ptr) SetV128(v V128)    { p.SetU64(v.low); (p + 8).SetU64(v.high) }
func splatF64(x float64) V128   { return V128{math.Float64bits(x), math.Float64bits(x)} }
func splatU64(x uint64) V128    { return V128{x, x} }
func (v V128) LowF64() float64  { return math.Float64frombits(v.low) }
func (v V128) HighF64() float64 { return math.Float64frombits(v.high) }

// LeF64 is all ones where v's number is <= w's, which it isn't where one is NaN.
func (v V128) LeF64(w V128) V128 {
	le := func(a, b float64) uint64 { return -uint64(to01(a <= b)) }
	return V128{le(v.LowF64(), w.LowF64()), le(v.HighF64(), w.HighF64())}
}

// EqF64 is LeF64 of ==.
func (v V128) EqF64(w V128) V128 { return v.LeF64(w).And(w.LeF64(v)) }

// All says whether neither half is 0.
func (v V128) All() bool { return v.low != 0 && v.high != 0 }

// WithHighF64 is v with another number in the upper half.
func (v V128) WithHighF64(x float64) V128 { return V128{v.low, math.Float64bits(x)} }

func (v V128) AddF64(w V128) V128 { return numbers(v.LowF64()+w.LowF64(), v.HighF64()+w.HighF64()) }
func (v V128) SubF64(w V128) V128 { return numbers(v.LowF64()-w.LowF64(), v.HighF64()-w.HighF64()) }
func (v V128) MulF64(w V128) V128 { return numbers(v.LowF64()*w.LowF64(), v.HighF64()*w.HighF64()) }

func (v V128) AddI64(w V128) V128   { return V128{v.low + w.low, v.high + w.high} }
func (v V128) SubI64(w V128) V128   { return V128{v.low - w.low, v.high - w.high} }
func (v V128) ShlI64(n uint32) V128 { return V128{v.low << n, v.high << n} }
func (v V128) ShrI64(n uint32) V128 { return V128{v.low >> n, v.high >> n} }
func (v V128) Xor(w V128) V128      { return V128{v.low ^ w.low, v.high ^ w.high} }
func (v V128) And(w V128) V128      { return V128{v.low & w.low, v.high & w.high} }
func (v V128) AndNot(w V128) V128   { return V128{v.low &^ w.low, v.high &^ w.high} }
func (v V128) Or(w V128) V128       { return V128{v.low | w.low, v.high | w.high} }

func numbers(low, high float64) V128 { return V128{math.Float64bits(low), math.Float64bits(high)} }
