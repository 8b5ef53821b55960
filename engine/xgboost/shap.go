package xgboost

import (
	"errors"
	"math"
	"strconv"
)

// Bounds of what Contributions takes on: its recursion and scratch space grow
// with the depth and its square, and it gives a number for every feature.
const (
	maxShapDepth = 500
	maxShapSize  = 1 << 22
)

// Explain makes the model ready for Contributions, before the first of which
// it is called once. It gives the size of their scratch space.
func (m *Model) Explain() (features, numbers int, err error) {
	if m.Depth > maxShapDepth {
		return 0, 0, errors.New("a tree is " + strconv.Itoa(m.Depth) + " deep; contributions are computed to a depth of " + strconv.Itoa(maxShapDepth))
	}
	if m.Features >= maxShapSize/m.Groups {
		return 0, 0, errors.New("contributions of " + strconv.Itoa(m.Features) + " features to " + strconv.Itoa(m.Groups) + " groups are too many")
	}
	for i := range m.Trees {
		m.Trees[i].mean = m.mean(int32(m.Trees[i].First))
	}
	d := m.Depth + 2
	elements := d * (d + 1) / 2
	return elements, len(m.Used) + 3*elements, nil
}

// mean is the average of the leaves below a node by their cover
// (cpu_predictor.cc, FillNodeMeanValues).
func (m *Model) mean(i int32) float32 {
	n := &m.nodes[i]
	if n.left < 0 {
		return math.Float32frombits(n.data)
	}
	sum := float32(m.mean(n.left) * m.cover[n.left])
	sum += float32(m.mean(n.right) * m.cover[n.right])
	return sum / m.cover[i]
}

// Contributions is what each feature adds to the margin, and last what all have
// in common, for one group after the other: Groups*(Features+1) numbers.
func (m *Model) Contributions(row []float64, trees int, out []float64, features []int32, numbers []float64) {
	clear(out)
	n := m.Features + 1
	if m.Linear() { // gblinear.cc, PredictContribution
		bias := m.weights[m.Features*m.Groups:]
		for g, b := range m.base {
			for i, v := range row {
				if v == v {
					out[g*n+i] = float64(float32(v) * m.weights[i*m.Groups+g])
				}
			}
			out[g*n+n-1] = float64(bias[g] + b)
		}
		return
	}
	u, e := len(m.Used), len(features)
	s := shap{
		m: m, row: row, phi: numbers[:u],
		path: path{features, numbers[u:][:e], numbers[u+e:][:e], numbers[u+2*e:][:e]},
	}
	for i := range m.Trees[:trees] {
		t := &m.Trees[i]
		clear(s.phi)
		s.visit(int32(t.First), 0, 0, 1, 1, -1)
		group := out[t.Group*n:][:n]
		for j, c := range s.phi {
			phi := &group[m.Used[j]]
			*phi = float64(float32(*phi) + float32(float32(c)*t.Weight))
		}
		group[n-1] = float64(float32(group[n-1]) + float32(t.mean*t.Weight))
	}
	for g, b := range m.base {
		common := &out[g*n+n-1]
		*common = float64(float32(*common) + b)
	}
}

// shap is the walk of TreeSHAP through one tree (cpu_treeshap.cc), every step
// rounded to float32 as there.
type shap struct {
	m    *Model
	row  []float64
	phi  []float64
	path path
}

// path is a stack of paths, each a copy of its parent's with an element more.
// An element is a feature, the share of rows that come through its splits with
// the feature unknown (zero) and known (one), and the weight of the
// permutations with as many known features as elements are before it.
type path struct {
	feature           []int32
	zero, one, weight []float64
}

// from is the path that begins at element i.
func (p path) from(i int) path {
	return path{p.feature[i:], p.zero[i:], p.one[i:], p.weight[i:]}
}

// visit goes on from a node to which depth different features have led; at is
// where in the stack the path to its parent is.
func (s *shap) visit(at int32, depth, parent int, zero, one float32, feature int32) {
	here := parent + depth + 1
	p := s.path.from(here)
	old := s.path.from(parent)
	copy(p.feature[:depth+1], old.feature)
	copy(p.zero[:depth+1], old.zero)
	copy(p.one[:depth+1], old.one)
	copy(p.weight[:depth+1], old.weight)
	p.extend(depth, zero, one, feature)

	n := &s.m.nodes[at]
	if n.left < 0 {
		leaf := math.Float32frombits(n.data)
		for i := 1; i <= depth; i++ {
			w := p.unwound(depth, i)
			phi := &s.phi[p.feature[i]]
			*phi = float64(float32(*phi) + float32(w*(float32(p.one[i])-float32(p.zero[i]))*leaf))
		}
		return
	}
	hot := s.m.next(n, s.row)
	cold := n.left
	if hot == cold {
		cold = n.right
	}
	cover := s.m.cover[at]
	hotZero, coldZero := s.m.cover[hot]/cover, s.m.cover[cold]/cover

	// A feature that has led here before is taken out and put in anew.
	split := int32(n.feature & featureMask)
	zero, one = 1, 1
	for i := 0; i <= depth; i++ {
		if p.feature[i] == split {
			zero, one = float32(p.zero[i]), float32(p.one[i])
			p.unwind(depth, i)
			depth--
			break
		}
	}
	s.visit(hot, depth+1, here, hotZero*zero, one, split)
	s.visit(cold, depth+1, here, coldZero*zero, 0, split)
}

// extend adds an element to a path of so many.
func (p path) extend(depth int, zero, one float32, feature int32) {
	p.feature[depth], p.zero[depth], p.one[depth] = feature, float64(zero), float64(one)
	p.weight[depth] = 0
	if depth == 0 {
		p.weight[0] = 1
	}
	n := float32(depth + 1)
	for i := depth - 1; i >= 0; i-- {
		w := float32(p.weight[i])
		p.weight[i+1] = float64(float32(p.weight[i+1]) + one*w*float32(i+1)/n)
		p.weight[i] = float64(zero * w * float32(depth-i) / n)
	}
}

// unwind takes element k out again.
func (p path) unwind(depth, k int) {
	zero, one := float32(p.zero[k]), float32(p.one[k])
	next := float32(p.weight[depth])
	n := float32(depth + 1)
	for i := depth - 1; i >= 0; i-- {
		w := float32(p.weight[i])
		if one != 0 {
			v := next * n / (float32(i+1) * one)
			p.weight[i] = float64(v)
			next = w - v*zero*float32(depth-i)/n
		} else {
			p.weight[i] = float64(w * n / (zero * float32(depth-i)))
		}
	}
	copy(p.feature[k:depth], p.feature[k+1:])
	copy(p.zero[k:depth], p.zero[k+1:])
	copy(p.one[k:depth], p.one[k+1:])
}

// unwound is the sum of the weights that there would be without element k.
func (p path) unwound(depth, k int) float32 {
	zero, one := float32(p.zero[k]), float32(p.one[k])
	next := float32(p.weight[depth])
	n := float32(depth + 1)
	total := float32(0)
	for i := depth - 1; i >= 0; i-- {
		w := float32(p.weight[i])
		switch {
		case one != 0:
			v := next * n / (float32(i+1) * one)
			total += v
			next = w - float32(v*zero*(float32(depth-i)/n))
		case zero != 0:
			total += w / zero / (float32(depth-i) / n)
		}
	}
	return total
}
