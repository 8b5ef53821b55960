package fit

import (
	"cmp"
	"slices"

	"github.com/pageleap/pageleap/engine/visit/markov"
)

// counter counts the symbols of one track in contexts of up to depth symbols,
// for each fold of the visits and each class by itself. It goes over the data
// level by level: once to find the contexts of a level that come often enough,
// all of whose parents do, and once to count what comes after them. So memory
// does not grow with contexts that come once, which nearly all long ones do.
type counter struct {
	folds, depth int
	level        int
	nodes        []node // contexts, level by level

	kids   map[uint64]int32
	found  map[uint64]int32 // contexts of the level and how often they came, while they are looked for
	cells  map[uint64]int32 // of the level
	at     []cellKey
	counts []int32 // of cell i, fold f and class c: counts[(i*folds+f)*2+c]
}

type node struct{ parent, oldest int32 }
type cellKey struct{ node, symbol int32 }

// least is how often a context must come to be kept.
const least = 4

func newCounter(folds, depth int) *counter {
	return &counter{folds: folds, depth: depth, nodes: []node{{-1, -1}}, kids: map[uint64]int32{}, cells: map[uint64]int32{}}
}

func pair(a int32, b int) uint64 { return uint64(a)<<32 | uint64(uint32(b)) }

// find takes a symbol and its context, whose newest symbol comes first, while
// contexts of the level are looked for. A symbol that is unknown ends them.
func (c *counter) find(context []int, x int) {
	if i := c.walk(context, c.level-1); x >= 0 && i >= 0 && len(context) >= c.level && context[c.level-1] >= 0 {
		c.found[pair(i, context[c.level-1])]++
	}
}

// walk is the node of the newest n symbols of context, or -1.
func (c *counter) walk(context []int, n int) int32 {
	if n > len(context) {
		return -1
	}
	i := int32(0)
	for _, symbol := range context[:n] {
		k, ok := c.kids[pair(i, symbol)]
		if symbol < 0 || !ok {
			return -1
		}
		i = k
	}
	return i
}

// count takes a symbol and its context while what comes after the contexts of
// the level is counted.
func (c *counter) count(context []int, x, fold int, buy bool) {
	i := c.walk(context, c.level)
	if x < 0 || i < 0 {
		return
	}
	k, ok := c.cells[pair(i, x)]
	if !ok {
		k = int32(len(c.at))
		c.cells[pair(i, x)] = k
		c.at = append(c.at, cellKey{i, int32(x)})
		c.counts = append(c.counts, make([]int32, 2*c.folds)...)
	}
	n := (int(k)*c.folds + fold) * 2
	if !buy {
		n++
	}
	c.counts[n]++
}

// next goes to the next level, whose contexts are to be found.
func (c *counter) next() {
	c.level++
	c.found = map[uint64]int32{}
	clear(c.cells)
}

// keep keeps those of the contexts found that came often enough.
func (c *counter) keep() {
	var keys []uint64
	for key, n := range c.found {
		if n >= least {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		c.kids[key] = int32(len(c.nodes))
		c.nodes = append(c.nodes, node{int32(key >> 32), int32(uint32(key))})
	}
	c.found = nil
}

// tree is the counts of all folds but one (-1: all of them) in contexts of up
// to depth symbols. Nodes are in its order already.
func (c *counter) tree(without, depth int, labelled bool) *markov.Counts {
	cells := make([]int32, len(c.at))
	for k := range cells {
		cells[k] = int32(k)
	}
	slices.SortFunc(cells, func(a, b int32) int {
		x, y := c.at[a], c.at[b]
		return cmp.Or(cmp.Compare(x.node, y.node), cmp.Compare(x.symbol, y.symbol))
	})
	out := &markov.Counts{}
	level := make([]int, len(c.nodes))
	for i, n := range c.nodes {
		if i > 0 {
			level[i] = level[n.parent] + 1
		}
		if level[i] > depth {
			break
		}
		out.Parent = append(out.Parent, int(n.parent))
		out.Oldest = append(out.Oldest, int(n.oldest))
		size := 0
		for ; len(cells) > 0 && int(c.at[cells[0]].node) == i; cells = cells[1:] {
			k := int(cells[0])
			var buy, deferred int
			for f := range c.folds {
				if f != without {
					buy += int(c.counts[(k*c.folds+f)*2])
					deferred += int(c.counts[(k*c.folds+f)*2+1])
				}
			}
			if buy+deferred == 0 {
				continue
			}
			size++
			out.Symbol = append(out.Symbol, int(c.at[k].symbol))
			if labelled {
				out.Buy = append(out.Buy, buy)
			}
			out.Defer = append(out.Defer, deferred)
		}
		out.Size = append(out.Size, size)
	}
	return out
}
