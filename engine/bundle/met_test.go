package bundle

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
)

// sameTree makes sure that a TreeReader reads what EachTreeNode reads, or finds
// the same fault. It says how many of the nodes it knew again.
func sameTree(t *testing.T, r *TreeReader, m *Model) (known int) {
	t.Helper()
	clone := func(n *TreeNode) TreeNode {
		c := *n
		c.Values, c.Categories = slices.Clone(n.Values), slices.Clone(n.Categories)
		return c
	}
	var want []TreeNode
	wantErr := EachTreeNode(m, func(n *TreeNode) error {
		want = append(want, clone(n))
		return nil
	})
	nodes := metNodes[r]
	before := len(nodes)
	numbers, err := r.Read(m, func(n *TreeNode) (int32, error) {
		nodes = append(nodes, clone(n))
		if i := int32(len(nodes) - 1); !n.Leaf {
			return i, nil
		} else {
			return ^i, nil
		}
	})
	metNodes[r] = nodes
	if wantErr != nil || err != nil {
		if wantErr == nil || err == nil || err.Error() != wantErr.Error() {
			t.Fatalf("error %v, want %v", err, wantErr)
		}
		return 0
	}
	if len(numbers) != len(want) {
		t.Fatalf("%d nodes, want %d", len(numbers), len(want))
	}
	for i, n := range numbers {
		got, want := &nodes[max(n, ^n)], &want[i]
		if got.Leaf != (n < 0) || got.Leaf != want.Leaf || got.Feature != want.Feature || got.Continuous != want.Continuous ||
			got.IsLeft != want.IsLeft || got.NumCategories != want.NumCategories ||
			math.Float64bits(got.Threshold) != math.Float64bits(want.Threshold) ||
			!sameFloats(got.Values, want.Values) || !sameFloats(got.Categories, want.Categories) {
			t.Fatalf("node %d is %+v, want %+v", i, got, want)
		}
	}
	return len(numbers) - (len(nodes) - before)
}

// metNodes are what readers have given numbers to, by number.
var metNodes = map[*TreeReader][]TreeNode{}

func sameFloats(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })
}

func treeModel(f Format, data []byte) *Model {
	return &Model{Path: "root", Format: f, Files: []File{{Name: "tree" + f.ext(), Data: data}}}
}

func TestTreeReader(t *testing.T) {
	for _, f := range []Format{JSON, Protobuf} {
		r := &TreeReader{}
		sameTree(t, r, treeModel(f, testTree(f, 3)))
		if known := sameTree(t, r, treeModel(f, testTree(f, 9))); f == JSON && known > 100 {
			t.Errorf("%d nodes are known that were not met", known)
		}
		// All are known now, but those that lost their place and, at the end, what is too short to look at.
		if known := sameTree(t, r, treeModel(f, testTree(f, 9))); known < 650 {
			t.Errorf("%v: %d of 1023 nodes are known", f, known)
		}
		data := testTree(f, 9)
		for i := range 300 { // cut off, or damaged
			sameTree(t, r, treeModel(f, data[:i*41]))
			damaged := bytes.Clone(data)
			damaged[i*43] ^= 1 << (i % 8)
			sameTree(t, r, treeModel(f, damaged))
		}
	}
}

// The texts are forgotten when there are too many, and no tree is the worse for it.
func TestTreeReaderForgets(t *testing.T) {
	r := &TreeReader{}
	data := testTree(JSON, 14)
	if len(data) < 2*metTexts {
		t.Fatalf("%d bytes", len(data))
	}
	for range 2 {
		sameTree(t, r, treeModel(JSON, data))
		if cap(r.met.texts) > 2*metTexts {
			t.Errorf("%d bytes of texts", cap(r.met.texts))
		}
	}
}

// However nodes are written and set apart, they are read alike.
func TestTreeReaderTexts(t *testing.T) {
	r := &TreeReader{}
	for _, between := range []string{"\n", "", "\r\n", "\n\n", " \t ", "\xef\xbb\xbf"} {
		for _, leaf := range []string{`{"type":"leaf","values":[1.0,2.0]}`, `{"values":[1.0,2.0],"type":"leaf"}`, `{"type": "leaf", "values": [1, 2]}`, `{"type":"leaf","values":[]}`} {
			for _, split := range append(scanTexts("7", "0.5")[:2], scanTexts("12", "178.22161865234375")[:2]...) {
				tree := strings.Repeat(split+between, 5) + strings.Repeat(leaf+between, 6)
				for range 2 {
					sameTree(t, r, treeModel(JSON, []byte(tree)))
					sameTree(t, r, treeModel(JSON, []byte(between+tree)))
					sameTree(t, r, treeModel(JSON, []byte(tree+leaf)))
				}
			}
		}
	}
}

func FuzzTreeReader(f *testing.F) {
	f.Add(true, testTree(JSON, 4))
	f.Add(false, testTree(Protobuf, 4))
	f.Fuzz(func(t *testing.T, json bool, data []byte) {
		format := Protobuf
		if json {
			format = JSON
		}
		r := &TreeReader{}
		for range 2 { // with and without what the first time taught it
			sameTree(t, r, treeModel(format, data))
		}
		delete(metNodes, r)
	})
}

// A tree that is stored, not deflated, is no room to unpack the next one to.
func TestTreeReaderKeepsTheZip(t *testing.T) {
	z := &zipFiles{}
	small := testTree(JSON, 1)
	zip, err := Zip([]File{{Name: "root/tree.json", Data: small}})
	if err != nil {
		t.Fatal(err)
	}
	files, err := OpenZip(zip)
	if err != nil {
		t.Fatal(err)
	}
	stored := testTree(JSON, 6)
	z.data = append(bytes.Clone(stored), files.(*zipFiles).data...)
	packed, _ := files.(*zipFiles).find("root/tree.json")
	e := *packed
	e.name, e.start = "packed", e.start+len(stored)
	e2 := zipEntry{name: "stored", crc: checksum(stored), packed: int64(len(stored)), length: int64(len(stored))}
	before := bytes.Clone(z.data)
	r := &TreeReader{}
	for _, entry := range []*zipEntry{&e2, &e, &e2} {
		sameTree(t, r, &Model{Path: "root", Files: []File{{Name: "tree.json", zip: z, entry: entry}}})
	}
	if !bytes.Equal(z.data, before) {
		t.Error("the zip has been written to")
	}
}
