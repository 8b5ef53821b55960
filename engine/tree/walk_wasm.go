package tree

// walkAbreast takes four trees at a time, all as deep as the deepest. There are
// at least eight trees, and no categories; some of the last four may be walked
// twice.
//
// It is in assembly, as Go's own loops take two to three times as long in
// WebAssembly. Forest.Check says what must hold for it to stay within the arrays.
func (f *Forest) walkAbreast(row []float64, leaves []int32) {
	n := len(f.Trees)
	walkFours(&f.Trees[0], n/4, &f.Nodes[0], &row[0], &leaves[0])
	if n%4 != 0 {
		walkFours(&f.Trees[n-4], 1, &f.Nodes[0], &row[0], &leaves[n-4])
	}
}

//go:noescape
func addPairs(sum *[2]float64, values []float64, leaves []int32)

//go:noescape
func walkFours(trees *Tree, fours int, nodes *Node, row *float64, leaves *int32)
