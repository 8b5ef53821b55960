package kernel

// Cell is the address of a value: an input, an output or a column in between.
// It has the layout of the flat row's cells (wasm/README.md).
type Cell uint32

// What a cell's tag says. A list is of numbers (f64 each), of longs (i64 each)
// or of texts (address and length, u32 each).
const (
	tagNull   = 0
	tagNumber = 1
	tagLong   = 2
	tagText   = 3
	tagDense  = 4
	tagSparse = 5
	tagList   = 7

	tagUnwanted = 255
)

const cellBytes = 24

func (c Cell) Tag() uint32       { return Ptr(c).U32() }
func (c Cell) Null() bool        { return Ptr(c).U32() == tagNull }
func (c Cell) Sparse() bool      { return Ptr(c).U32() == tagSparse }
func (c Cell) Len() uint32       { return Ptr(c + 4).U32() } // bytes of a text, elements, entries
func (c Cell) Num() float64      { return Ptr(c + 8).F64() }
func (c Cell) Long() int64       { return Ptr(c + 8).I64() }
func (c Cell) Data() Ptr         { return Ptr(c + 8).Ptr() }
func (c Cell) Indices() Ptr      { return Ptr(c + 12).Ptr() }
func (c Cell) SparseLen() uint32 { return Ptr(c + 16).U32() }

func (c Cell) SetTag(tag uint32) { Ptr(c).SetU32(tag) }
func (c Cell) SetLen(n uint32)   { Ptr(c + 4).SetU32(n) }
func (c Cell) SetNum(x float64)  { Ptr(c + 8).SetF64(x) }
func (c Cell) SetLong(x int64)   { Ptr(c + 8).SetI64(x) }
func (c Cell) SetData(p Ptr)     { Ptr(c + 8).SetPtr(p) }
func (c Cell) SetIndices(p Ptr)  { Ptr(c + 12).SetPtr(p) }

// Size is the number of elements of a vector, those that a sparse one leaves
// out among them.
//
//kernel:inline
func (c Cell) Size() uint32 {
	if c.Sparse() {
		return c.SparseLen()
	}
	return c.Len()
}
