package tree

import "unsafe"

// The walks are in assembly, as Go's own loops take two to three times as long in
// WebAssembly. They take eight trees at a time, all as deep as the deepest.
// Forest.Check says what must hold for them to stay within the arrays.

// walkAbreast walks Nodes. There are no categories. ints has room for the leaves of
// all eights.
func (f *Forest) walkAbreast(row []float64, ints []int32) {
	walkEights(&f.eights[0], len(f.Trees), &f.Nodes[0], unsafe.SliceData(row), &ints[0])
}

// walkNarrow walks Narrow. ints has room for the leaves of all eights, and at its
// end for bins.
func (f *Forest) walkNarrow(row []float64, ints []int32) {
	bins := &ints[len(ints)-slots:][0]
	ints[len(ints)-slots+leafSlot] = 0
	fillMargins(unsafe.SliceData(row), unsafe.SliceData(f.Cuts), len(f.Slots), bins)
	walkNarrowEights(&f.eights[0], len(f.Trees), &f.Narrow[0], &f.Numbers[0], bins, &ints[0])
}

//go:noescape
func walkEights(eights *eight, trees int, nodes *Node, row *float64, leaves *int32)

//go:noescape
func fillMargins(row, cuts *float64, n int, bins *int32)

//go:noescape
func walkNarrowEights(eights *eight, trees int, nodes *NarrowNode, numbers, bins, leaves *int32)

//go:noescape
func addPairs(sum *[2]float64, values []float64, leaves []int32)
