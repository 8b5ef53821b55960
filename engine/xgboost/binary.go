package xgboost

import "math"

// stream reads the binary form that XGBoost wrote until 2.x: C structs as they
// lie in the memory of a little-endian machine. The first fault is kept, and
// all reads after it give zeros.
type stream struct {
	data []byte
	err  error
}

func (d *stream) take(n uint64) []byte {
	if d.err == nil && n > uint64(len(d.data)) {
		d.err = errEnd
	}
	if d.err != nil {
		return nil
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

func (d *stream) uint32() uint32   { return uint32(littleEndian(d.take(4))) }
func (d *stream) uint64() uint64   { return littleEndian(d.take(8)) }
func (d *stream) int() int         { return int(int32(d.uint32())) }
func (d *stream) float32() float32 { return math.Float32frombits(d.uint32()) }

func littleEndian(b []byte) (u uint64) {
	for i, c := range b {
		u |= uint64(c) << (8 * i)
	}
	return u
}

func (d *stream) string() string { return string(d.take(d.uint64())) }

// vector reads a vector of float.
func (d *stream) vector() []float32 {
	n := d.uint64()
	if n > math.MaxUint32 {
		d.err = errEnd
		return nil
	}
	b := d.take(4 * n)
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(uint32(littleEndian(b[4*i:][:4])))
	}
	return out
}

// readBinary reads learner.cc's LearnerModelParamLegacy, 136 bytes, then the
// names of the objective and the booster, then the booster. The attributes
// that may follow say nothing that predictions need.
func (s *saved) readBinary(data []byte) error {
	d := &stream{data: data}
	s.base = []float32{d.float32()}
	s.features = d.int()
	s.classes = d.int()
	d.take(8)               // whether attributes and metrics follow
	s.old = d.uint32() == 0 // the major version
	d.take(4)
	s.targets = d.int()
	d.take(136 - 8*4)
	s.objective = d.string()
	s.booster = d.string()
	if d.err != nil {
		return d.err
	}
	switch s.booster {
	case "gbtree", "dart":
		s.readForest(d)
		if s.booster == "dart" && len(s.trees) > 0 {
			s.drop = d.vector()
		}
	case "gblinear":
		d.take(136)
		s.weights = d.vector()
	}
	return d.err
}

// readForest reads GBTreeModelParam, 160 bytes, whose second number was the
// number of roots (always 1) until it became that of parallel trees, then the
// trees and the group of each.
func (s *saved) readForest(d *stream) {
	n := d.int()
	s.parallel = d.int()
	d.take(160 - 8)
	if d.err == nil && (n < 0 || n > len(d.data)/4) {
		d.err = errEnd
	}
	var a arrays
	for i := 0; i < n && d.err == nil; i++ {
		s.readBinaryTree(d, i, &a)
	}
	for range n {
		if d.err != nil {
			return
		}
		s.groups = append(s.groups, int32(d.int()))
	}
}

// readBinaryTree reads TreeParam, 148 bytes; the nodes, 20 bytes each: parent,
// left, right, feature with the default direction in its highest bit, and the
// threshold or leaf; and their statistics, 16 bytes each.
func (s *saved) readBinaryTree(d *stream, id int, a *arrays) {
	d.take(4)
	n := d.uint32()
	d.take(12)
	s.vector = d.int()
	d.take(148 - 6*4)
	nodes := d.take(20 * uint64(n))
	stats := d.take(16 * uint64(n))
	if d.err != nil {
		return
	}
	a.left, a.right, a.feature = a.left[:0], a.right[:0], a.feature[:0]
	a.value, a.cover, a.defaultLeft = a.value[:0], a.cover[:0], a.defaultLeft[:0]
	for ; len(nodes) > 0; nodes, stats = nodes[20:], stats[16:] {
		word := func(b []byte, i int) uint32 { return uint32(littleEndian(b[4*i:][:4])) }
		a.left = append(a.left, int32(word(nodes, 1)))
		a.right = append(a.right, int32(word(nodes, 2)))
		a.feature = append(a.feature, int32(word(nodes, 3)&^(1<<31)))
		a.defaultLeft = append(a.defaultLeft, int32(word(nodes, 3)>>31))
		a.value = append(a.value, math.Float32frombits(word(nodes, 4)))
		a.cover = append(a.cover, math.Float32frombits(word(stats, 1)))
	}
	d.err = s.add(id, a)
}
