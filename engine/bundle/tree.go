package bundle

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// TreeNode is one node of a decision tree.
type TreeNode struct {
	Leaf   bool
	Values []float64 // a leaf's

	// The split of a node that is not a leaf: on Threshold where it is
	// Continuous, else on whether the feature is among Categories.
	Feature       int
	Continuous    bool
	Threshold     float64
	Categories    []float64
	IsLeft        bool // Categories go left, all others right; else the reverse
	NumCategories int
}

// ClusterNode is one node of a bisecting k-means tree. Its Index is negative
// where it is not a leaf.
type ClusterNode struct {
	Index       int
	Norm        float64
	NumChildren int
	Values      []float64
}

// TreeReader reads trees, one after the other: what it learns and the room it
// takes serve the next one.
type TreeReader struct {
	nodes   treeReader
	json    func(*json.Decoder) error // reads JSON into nodes; made once
	scan    scanner
	met     met
	numbers []int32
	room    room
}

// Read reads m's tree and gives its nodes in pre-order, the left child first, by
// their numbers: those of leaves are negative. number gives a node its number,
// which is then that of all nodes with the same text in the trees that are read;
// it may come with the same node again. What Read gives holds until the next tree
// is read. A tree that ends too early or goes on after its last leaf is malformed.
func (t *TreeReader) Read(m *Model, number func(n *TreeNode) (int32, error)) ([]int32, error) {
	f, err := openTree(m, &t.room)
	if err != nil {
		return nil, err
	}
	r := &t.nodes
	if t.json == nil {
		t.json = t.fromJSON()
	}
	numbers := t.numbers[:0]
	for open := 1; ; {
		numbers, open = t.again(numbers, f, open)
		if more, err := f.more(open); !more || err != nil {
			t.numbers = numbers
			return numbers, err
		}
		text := f.rest()
		if err := f.read(t.json, r.proto); err != nil {
			return nil, err
		}
		n, err := number(&r.node)
		if err != nil {
			return nil, err
		}
		t.met.add(text, len(text)-len(f.rest()), n, f.format)
		numbers = append(numbers, n)
		if open--; n >= 0 {
			open += 2
		}
	}
}

// fromJSON makes the function that reads a node: as MLeap writes it, or in general.
func (t *TreeReader) fromJSON() func(*json.Decoder) error {
	general := t.nodes.json()
	return func(d *json.Decoder) error {
		if n := t.scan.node(d.Rest(), &t.nodes.node); n > 0 {
			d.Advance(n)
			return nil
		}
		return general(d)
	}
}

// again passes over nodes that were met before, and appends their numbers.
func (t *TreeReader) again(numbers []int32, f *treeFile, open int) ([]int32, int) {
	for known := -1; known < len(numbers) && open > 0; {
		known = len(numbers)
		var n int
		numbers, n, open = t.met.run(numbers, f.rest(), open, f.format)
		f.advance(n)
	}
	return numbers, open
}

// EachTreeNode reads m's tree, in pre-order, the left child first. The node it
// visits with is the same each time: what is kept of it must be copied. A tree
// that ends too early or goes on after its last leaf is malformed.
func EachTreeNode(m *Model, visit func(n *TreeNode) error) error {
	r := &treeReader{}
	return eachNode(m, r.json(), r.proto, func() (children int, err error) {
		if err := visit(&r.node); err != nil {
			return 0, err
		}
		if r.node.Leaf {
			return 0, nil
		}
		return 2, nil
	})
}

// EachClusterNode reads m's tree of clusters in pre-order, like EachTreeNode.
func EachClusterNode(m *Model, visit func(n *ClusterNode) error) error {
	r := &clusterReader{}
	return eachNode(m, r.json(), r.proto, func() (children int, err error) {
		if err := visit(&r.node); err != nil {
			return 0, err
		}
		return r.node.NumChildren, nil
	})
}

// eachNode goes through a tree. done visits the node that fromJSON or fromProto
// has read, and says how many children it has.
func eachNode(m *Model, fromJSON func(*json.Decoder) error, fromProto func(wire.Reader) error, done func() (int, error)) error {
	f, err := openTree(m, new(room))
	if err != nil {
		return err
	}
	for open := 1; ; {
		if more, err := f.more(open); !more || err != nil {
			return err
		}
		if err := f.read(fromJSON, fromProto); err != nil {
			return err
		}
		children, err := done()
		if err != nil {
			return err
		}
		open += children - 1
	}
}

const treeName = "tree" // and the format's ending

// treeFile is tree.json (one object a line) or tree.pb (messages, each after its
// length in four bytes, big-endian).
type treeFile struct {
	path   string
	format Format
	data   []byte
	d      *json.Decoder // of JSON
	pos    int           // of protobuf
}

// openTree opens m's tree, which holds until the room is used again.
func openTree(m *Model, r *room) (*treeFile, error) {
	name := treeName + m.Format.ext()
	data, err := m.unpack(name, r)
	if err != nil {
		return nil, err
	}
	return &treeFile{path: m.Path + "/" + name, format: m.Format, data: data, d: json.NewDecoder(data)}, nil
}

// rest is what has not been read, which advance passes over.
func (f *treeFile) rest() []byte {
	if f.format == JSON {
		return f.d.Rest()
	}
	return f.data[f.pos:]
}

func (f *treeFile) advance(n int) {
	if f.format == JSON {
		f.d.Advance(n)
	} else {
		f.pos += n
	}
}

// more says whether another node follows, which it must if so many branches are
// open.
func (f *treeFile) more(open int) (bool, error) {
	end := f.pos >= len(f.data)
	if f.format == JSON {
		end = f.d.Kind() == json.End
	}
	if end == (open == 0) {
		return !end, nil
	}
	return false, f.unfinished(open)
}

func (f *treeFile) unfinished(open int) error {
	if open > 0 {
		return malformed(f.path, "the tree ends with "+strconv.Itoa(open)+" of its branches open")
	}
	return malformed(f.path, "the tree goes on after its last leaf")
}

// read reads a node.
func (f *treeFile) read(fromJSON func(*json.Decoder) error, fromProto func(wire.Reader) error) error {
	if f.format == JSON {
		return at(f.path, fromJSON(f.d))
	}
	return f.readProto(fromProto)
}

func (f *treeFile) readProto(fromProto func(wire.Reader) error) error {
	if left := len(f.data) - f.pos - 4; left < 0 || int64(wire.BigUint32(f.data[f.pos:])) > int64(left) {
		return f.cutOff()
	}
	start := f.pos + 4
	f.pos = start + int(wire.BigUint32(f.data[f.pos:]))
	return at(f.path, fromProto(wire.NewReader(f.data[start:f.pos]).At(start)))
}

func (f *treeFile) cutOff() error {
	return malformed(f.path, "byte "+strconv.Itoa(f.pos)+": the tree's node is cut off")
}

// treeReader reads nodes into one TreeNode.
type treeReader struct {
	node TreeNode

	leaf, internal, split   bool // what the node has been found to be
	continuous, categorical bool
	has                     uint8 // which parts of a split are there
}

const (
	hasFeature = 1 << iota
	hasThreshold
	hasCategories
	hasIsLeft
	hasNumCategories
)

// json makes the function that reads a node. Its inner functions are made once,
// so that a node costs no memory.
func (r *treeReader) json() func(*json.Decoder) error {
	n := &r.node
	var d *json.Decoder
	number := func() (f float64, err error) {
		if d.Kind() == json.Null {
			return math.NaN(), d.Null()
		}
		return d.Float()
	}
	value := func(int) error {
		f, err := number()
		n.Values = append(n.Values, f)
		return err
	}
	category := func(int) error {
		f, err := number()
		n.Categories = append(n.Categories, f)
		return err
	}
	split := func(key []byte) (err error) {
		switch string(key) {
		case "type":
			var t []byte
			if t, err = d.Bytes(); err != nil {
				return err
			}
			switch string(t) {
			case "continuous":
				r.continuous = true
			case "categorical":
				r.categorical = true
			default:
				return d.Error("the split " + strconv.Quote(string(t)) + " is not known; it is \"continuous\" or \"categorical\"")
			}
		case "featureIndex":
			r.has |= hasFeature
			n.Feature, err = index(d)
		case "threshold":
			r.has |= hasThreshold
			n.Threshold, err = number()
		case "categories":
			r.has |= hasCategories
			err = d.Array(category)
		case "isLeft":
			r.has |= hasIsLeft
			n.IsLeft, err = d.Bool()
		case "numCategories":
			r.has |= hasNumCategories
			n.NumCategories, err = index(d)
		default:
			err = d.Skip()
		}
		return err
	}
	member := func(key []byte) (err error) {
		switch string(key) {
		case "type":
			var t []byte
			if t, err = d.Bytes(); err != nil {
				return err
			}
			switch string(t) {
			case "leaf":
				r.leaf = true
			case "internal":
				r.internal = true
			default:
				return d.Error("the node " + strconv.Quote(string(t)) + " is not known; it is \"internal\" or \"leaf\"")
			}
		case "split":
			r.split = true
			err = d.Members(split)
		case "values":
			r.has |= hasThreshold
			err = d.Array(value)
		default:
			err = d.Skip()
		}
		return err
	}
	return func(decoder *json.Decoder) error {
		d = decoder
		r.reset()
		if err := d.Members(member); err != nil {
			return err
		}
		const continuous, categorical = hasFeature | hasThreshold, hasFeature | hasCategories | hasIsLeft | hasNumCategories
		switch {
		case r.leaf && !r.internal && !r.split && r.has == hasThreshold:
		case r.internal && !r.leaf && r.split && r.continuous && r.has&continuous == continuous:
		case r.internal && !r.leaf && r.split && r.categorical && r.has&categorical == categorical:
		default:
			return d.Error("a node that is neither a leaf with values nor a split with all its parts")
		}
		n.Leaf, n.Continuous = r.leaf, r.continuous
		return nil
	}
}

// index reads a whole number that is not negative and fits 32 bits.
func index(d *json.Decoder) (int, error) {
	i, err := d.Int()
	if err == nil && (i < 0 || i > math.MaxInt32) {
		err = d.Error(strconv.FormatInt(i, 10) + " is no index")
	}
	return int(i), err
}

func (r *treeReader) reset() {
	n := &r.node
	*n = TreeNode{Values: n.Values[:0], Categories: n.Categories[:0]}
	*r = treeReader{node: *n}
}

// proto reads dtree.proto's Node: internal 1 (split 1), leaf 2 (values 1).
func (r *treeReader) proto(w wire.Reader) error {
	r.reset()
	n := &r.node
	for w.Next() {
		switch w.Num {
		case 1:
			r.internal = true
			internal := w.Message()
			for internal.Next() {
				if internal.Num == 1 {
					r.splitProto(&internal)
				}
			}
			w.Join(&internal)
		case 2:
			r.leaf, n.Leaf = true, true
			leaf := w.Message()
			for leaf.Next() {
				if leaf.Num == 1 {
					n.Values = doubles(&leaf, n.Values)
				}
			}
			w.Join(&leaf)
		}
	}
	n.Continuous = r.continuous
	if w.Err() == nil && (r.leaf == r.internal || r.internal && r.continuous == r.categorical) {
		return w.Error("ends a node that is neither a leaf nor a split")
	}
	return w.Err()
}

// splitProto reads Split: categorical 1 (feature_index 1, is_left 2,
// num_categories 3, categories 4) or continuous 2 (feature_index 1, threshold 2).
func (r *treeReader) splitProto(parent *wire.Reader) {
	n := &r.node
	w := parent.Message()
	for w.Next() {
		switch w.Num {
		case 1:
			r.categorical = true
			s := w.Message()
			for s.Next() {
				switch s.Num {
				case 1:
					n.Feature = indexProto(&s)
				case 2:
					n.IsLeft = s.Bool()
				case 3:
					n.NumCategories = indexProto(&s)
				case 4:
					n.Categories = doubles(&s, n.Categories)
				}
			}
			w.Join(&s)
		case 2:
			r.continuous = true
			s := w.Message()
			for s.Next() {
				switch s.Num {
				case 1:
					n.Feature = indexProto(&s)
				case 2:
					n.Threshold = s.Double()
				}
			}
			w.Join(&s)
		}
	}
	parent.Join(&w)
}

func indexProto(w *wire.Reader) int {
	i := w.Int32()
	if i < 0 {
		w.Fail("holds " + strconv.Itoa(int(i)) + ", which is no index")
	}
	return int(i)
}

// doubles appends a repeated double.
func doubles(w *wire.Reader, list []float64) []float64 {
	items, _ := w.Packed(wire.Fixed64)
	for items.Item() {
		list = append(list, items.Double())
	}
	w.Join(&items)
	return list
}

// clusterReader reads nodes into one ClusterNode.
type clusterReader struct {
	node ClusterNode
	has  int // how many of a node's four members are there
}

func (r *clusterReader) json() func(*json.Decoder) error {
	n := &r.node
	var d *json.Decoder
	value := func(int) error {
		if d.Kind() == json.Null {
			n.Values = append(n.Values, math.NaN())
			return d.Null()
		}
		f, err := d.Float()
		n.Values = append(n.Values, f)
		return err
	}
	member := func(key []byte) (err error) {
		r.has++
		switch string(key) {
		case "index":
			var i int64
			if i, err = d.Int(); err == nil && (i < math.MinInt32 || i > math.MaxInt32) {
				err = d.Error(strconv.FormatInt(i, 10) + " is no index")
			}
			n.Index = int(i)
		case "norm":
			if d.Kind() == json.Null {
				n.Norm = math.NaN()
				return d.Null()
			}
			n.Norm, err = d.Float()
		case "numChildren":
			n.NumChildren, err = index(d)
		case "values":
			err = d.Array(value)
		default:
			r.has--
			err = d.Skip()
		}
		return err
	}
	return func(decoder *json.Decoder) error {
		d = decoder
		r.has = 0
		*n = ClusterNode{Values: n.Values[:0]}
		if err := d.Members(member); err != nil {
			return err
		}
		if r.has != 4 {
			return d.Error("a node needs \"index\", \"norm\", \"numChildren\" and \"values\"")
		}
		return nil
	}
}

// proto reads ctree.proto's Node: index 1, norm 2, values 3, num_children 4.
// index is unsigned there, but a negative one is written in its 32 bits.
func (r *clusterReader) proto(w wire.Reader) error {
	n := &r.node
	*n = ClusterNode{Values: n.Values[:0]}
	for w.Next() {
		switch w.Num {
		case 1:
			n.Index = int(w.Int32())
		case 2:
			n.Norm = w.Double()
		case 3:
			n.Values = doubles(&w, n.Values)
		case 4:
			n.NumChildren = indexProto(&w)
		}
	}
	return w.Err()
}
