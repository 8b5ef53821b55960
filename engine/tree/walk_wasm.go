package tree

import "unsafe"

// The walks are in assembly, as Go's own loops take two to three times as long in
// WebAssembly. They take eight or sixteen trees at a time, all as deep as the
// deepest. Forest.Check says what must hold for them to stay within the arrays.

// walkAbreast walks Nodes. There are no categories. ints has room for the leaves of
// all eights.
func (f *Forest) walkAbreast(row []float64, ints []int32) {
	walkEights(&f.eights[0], len(f.Trees), &f.Nodes[0], unsafe.SliceData(row), &ints[0])
}

// bin fills in the bins for walkBinned, at the end of ints.
func (f *Forest) bin(row []float64, ints []int32) { f.fillBins(row, ints, 0, marginShift) }

// walkBinned walks some eights of Narrow. ints has room for the leaves of all, and
// at its end bins.
func (f *Forest) walkBinned(ints []int32, from, to int) {
	trees := min(to*abreast, len(f.Trees)) - from*abreast
	walkNarrowEights(&f.eights[from], trees, &f.Narrow[0], &f.Numbers[0], &ints[len(ints)-slots], &ints[from*abreast])
}

// walkSmall walks Small, as bin and walkBinned do Narrow.
func (f *Forest) walkSmall(row []float64, ints []int32) {
	bins := f.fillBins(row, ints, otherBin, 0)
	walkSmallEights(&f.eights[0], len(f.Trees), &f.Small[0], bins, &ints[0])
}

// fillBins finds each slot's bin, and shifts it to the left.
func (f *Forest) fillBins(row []float64, ints []int32, leafBin int32, shift int) (bins *int32) {
	room := ints[len(ints)-slots:]
	room[leafSlot] = leafBin
	fillBins(unsafe.SliceData(row), unsafe.SliceData(f.Cuts), unsafe.SliceData(f.Steps), len(f.Steps), &room[0], shift)
	return &room[0]
}

//go:noescape
func walkEights(eights *eight, trees int, nodes *Node, row *float64, leaves *int32)

//go:noescape
func walkNarrowEights(eights *eight, trees int, nodes *NarrowNode, numbers, bins, leaves *int32)

//go:noescape
func walkSmallEights(eights *eight, trees int, nodes *SmallNode, bins, leaves *int32)

//go:noescape
func fillBins(row, cuts *float64, steps *uint8, n int, bins *int32, shift int)

//go:noescape
func addPairs(sum *[2]float64, values []float64, leaves []int32)
