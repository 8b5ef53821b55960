package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strconv"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/pageleap/pageleap/engine/bundle"
)

// forest is the forest as plain nodes, tree after tree in pre-order.
type forest struct {
	nodes []node
	roots []int32
}

// node is a split, or a leaf with the probability of class 1.
type node struct {
	Feature     int32 // -1 in a leaf
	Pad         int32
	Value       float64 // the threshold, or the leaf's probability of class 1
	Left, Right int32
}

func readForest(size string) (*forest, error) {
	zip, err := os.ReadFile(bundleFile(size))
	if err != nil {
		return nil, err
	}
	files, err := bundle.OpenZip(zip)
	if err != nil {
		return nil, err
	}
	b, err := bundle.Read(files, bundle.DefaultLimits())
	if err != nil {
		return nil, err
	}
	model := b.Root.Model.Children[0].Model
	f := &forest{}
	for _, name := range model.Attrs().Strings("trees") {
		f.roots = append(f.roots, int32(len(f.nodes)))
		var open []int32 // splits that want a right child
		err := bundle.EachTreeNode(model.Sub(name), func(n *bundle.TreeNode) error {
			i := int32(len(f.nodes))
			if i > f.roots[len(f.roots)-1] && f.nodes[i-1].Feature < 0 {
				f.nodes[open[len(open)-1]].Right = i
				open = open[:len(open)-1]
			}
			if n.Leaf {
				f.nodes = append(f.nodes, node{Feature: -1, Value: n.Values[1] / (n.Values[0] + n.Values[1])})
				return nil
			}
			open = append(open, i)
			f.nodes = append(f.nodes, node{Feature: int32(n.Feature), Value: n.Threshold, Left: i + 1})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return f, nil
}

// flat is the nodes and the roots as loops in C and JavaScript read them.
func (f *forest) flat() []byte {
	var b bytes.Buffer
	binary.Write(&b, binary.LittleEndian, []uint32{uint32(len(f.nodes)), uint32(len(f.roots))})
	binary.Write(&b, binary.LittleEndian, f.nodes)
	binary.Write(&b, binary.LittleEndian, f.roots)
	return b.Bytes()
}

// json is what one sends to a page to be walked there: a split is an object, a
// leaf a number.
func (f *forest) json() []byte {
	b := []byte{'['}
	var write func(i int32)
	write = func(i int32) {
		n := &f.nodes[i]
		if n.Feature < 0 {
			b = strconv.AppendFloat(b, n.Value, 'g', -1, 64)
			return
		}
		b = fmt.Appendf(b, `{"f":%d,"t":`, n.Feature)
		b = strconv.AppendFloat(b, n.Value, 'g', -1, 64)
		b = append(b, `,"l":`...)
		write(n.Left)
		b = append(b, `,"r":`...)
		write(n.Right)
		b = append(b, '}')
	}
	for t, root := range f.roots {
		if t > 0 {
			b = append(b, ',')
		}
		write(root)
	}
	return append(b, ']')
}

// script is JavaScript of the shape that m2cgen gives a random forest: a tree is
// nested ifs, a leaf an array, and arrays are added up two by two.
func (f *forest) script() []byte {
	var b bytes.Buffer
	number := func(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
	b.WriteString("function score(input) {\n")
	for t, root := range f.roots {
		fmt.Fprintf(&b, "var var%d;\n", t)
		var write func(i int32)
		write = func(i int32) {
			n := &f.nodes[i]
			if n.Feature < 0 {
				fmt.Fprintf(&b, "var%d = [%s, %s];\n", t, number(1-n.Value), number(n.Value))
				return
			}
			fmt.Fprintf(&b, "if (input[%d] <= %s) {\n", n.Feature, number(n.Value))
			write(n.Left)
			b.WriteString("} else {\n")
			write(n.Right)
			b.WriteString("}\n")
		}
		write(root)
	}
	sum := []byte("var0")
	b.WriteString("return mulVectorNumber(")
	for range f.roots[1:] {
		b.WriteString("addVectors(")
	}
	b.Write(sum)
	for t := range f.roots[1:] {
		fmt.Fprintf(&b, ", var%d)", t+1)
	}
	fmt.Fprintf(&b, ", %s);\n}\n", number(1/float64(len(f.roots))))
	b.WriteString(`function addVectors(v1, v2) {
let result = new Array(v1.length);
for (let i = 0; i < v1.length; i++) { result[i] = v1[i] + v2[i]; }
return result;
}
function mulVectorNumber(v1, num) {
let result = new Array(v1.length);
for (let i = 0; i < v1.length; i++) { result[i] = v1[i] * num; }
return result;
}
`)
	return b.Bytes()
}

// onnx is the forest as skl2onnx writes it: one TreeEnsembleClassifier. The
// numbers of fields are those of onnx.proto.
func (f *forest) onnx() []byte {
	message := func(b []byte, num protowire.Number, m []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), m)
	}
	text := func(b []byte, num protowire.Number, s string) []byte { return message(b, num, []byte(s)) }
	integer := func(b []byte, num protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
	}

	// AttributeProto: name 1, s 4, floats 7, ints 8, strings 9, type 20.
	var attrs []byte
	ints := func(name string, values []int64) {
		a := text(nil, 1, name)
		var packed []byte
		for _, v := range values {
			packed = protowire.AppendVarint(packed, uint64(v))
		}
		attrs = message(attrs, 5, integer(message(a, 8, packed), 20, 7))
	}
	floats := func(name string, values []float64) {
		a := text(nil, 1, name)
		var packed []byte
		for _, v := range values {
			packed = protowire.AppendFixed32(packed, math.Float32bits(float32(v)))
		}
		attrs = message(attrs, 5, integer(message(a, 7, packed), 20, 6))
	}

	var tree, id, feature, left, right []int64
	var value, weight []float64
	var leafTree, leafID, class []int64
	modes := text(nil, 1, "nodes_modes")
	for t, root := range f.roots {
		end := int32(len(f.nodes))
		if t+1 < len(f.roots) {
			end = f.roots[t+1]
		}
		for i := root; i < end; i++ {
			n := f.nodes[i]
			tree, id = append(tree, int64(t)), append(id, int64(i-root))
			if n.Feature >= 0 {
				modes = text(modes, 9, "BRANCH_LEQ")
				feature, value = append(feature, int64(n.Feature)), append(value, n.Value)
				left, right = append(left, int64(n.Left-root)), append(right, int64(n.Right-root))
				continue
			}
			modes = text(modes, 9, "LEAF")
			feature, value, left, right = append(feature, 0), append(value, 0), append(left, 0), append(right, 0)
			for c, p := range []float64{1 - n.Value, n.Value} {
				leafTree, leafID, class = append(leafTree, int64(t)), append(leafID, int64(i-root)), append(class, int64(c))
				weight = append(weight, p/float64(len(f.roots)))
			}
		}
	}
	ints("class_ids", class)
	ints("class_nodeids", leafID)
	ints("class_treeids", leafTree)
	floats("class_weights", weight)
	ints("classlabels_int64s", []int64{0, 1})
	ints("nodes_falsenodeids", right)
	ints("nodes_featureids", feature)
	attrs = message(attrs, 5, integer(modes, 20, 8))
	ints("nodes_nodeids", id)
	ints("nodes_treeids", tree)
	ints("nodes_truenodeids", left)
	floats("nodes_values", value)
	attrs = message(attrs, 5, integer(text(text(nil, 1, "post_transform"), 4, "NONE"), 20, 3))

	// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5, domain 7.
	op := text(text(text(text(nil, 1, "X"), 2, "label"), 2, "probabilities"), 3, "forest")
	op = append(text(op, 4, "TreeEnsembleClassifier"), attrs...)
	op = text(op, 7, "ai.onnx.ml")

	// ValueInfoProto: name 1, type 2; there tensor_type 1: elem_type 1, shape 2.
	column := func(name string, elem uint64, dims ...uint64) []byte {
		shape := message(nil, 1, text(nil, 2, "N"))
		for _, d := range dims {
			shape = message(shape, 1, integer(nil, 1, d))
		}
		return message(text(nil, 1, name), 2, message(nil, 1, message(integer(nil, 1, elem), 2, shape)))
	}
	const float, int64s = 1, 7
	// GraphProto: node 1, name 2, input 11, output 12.
	graph := text(message(nil, 1, op), 2, "forest")
	graph = message(graph, 11, column("X", float, numFeatures))
	graph = message(graph, 12, column("label", int64s))
	graph = message(graph, 12, column("probabilities", float, 2))

	// ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8
	// (domain 1, version 2).
	m := text(integer(nil, 1, 8), 2, "pageleap bench")
	m = message(m, 7, graph)
	m = message(m, 8, integer(text(nil, 1, "ai.onnx.ml"), 2, 1))
	return message(m, 8, integer(text(nil, 1, ""), 2, 17))
}
