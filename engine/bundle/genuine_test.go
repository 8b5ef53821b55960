package bundle

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

const genuine = "../../testdata/genuine"

func cases(t testing.TB) []string {
	dirs, err := filepath.Glob(genuine + "/*/bundle.json.zip")
	if err != nil || len(dirs) == 0 {
		t.Fatal("no genuine bundles", err)
	}
	for i := range dirs {
		dirs[i] = filepath.Base(filepath.Dir(dirs[i]))
	}
	return dirs
}

func readZip(t testing.TB, path string) *Bundle {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	files, err := OpenZip(data)
	if err != nil {
		t.Fatal(path, err)
	}
	b, err := Read(files, Limits{})
	if err != nil {
		t.Fatal(path, err)
	}
	return b
}

// diff compares what two serialisations can both say. JSON has one word for NaN
// and the infinities; a typed default may have lost its type.
func diff(path string, a, b *Model) string {
	switch {
	case a.Op != b.Op:
		return path + ": op " + a.Op + " / " + b.Op
	case len(a.Attributes) != len(b.Attributes), len(a.Children) != len(b.Children), len(a.Subs) != len(b.Subs), len(a.Files) != len(b.Files):
		return path + ": not the same parts"
	}
	for i := range a.Attributes {
		if d := diffAttr(&a.Attributes[i], &b.Attributes[i]); d != "" {
			return path + ": " + a.Attributes[i].Name + ": " + d
		}
	}
	for i := range a.Children {
		if d := diffNode(path, a.Children[i], b.Children[i]); d != "" {
			return d
		}
	}
	for i := range a.Subs {
		if a.Subs[i].Dir != b.Subs[i].Dir {
			return path + ": not the same directories"
		}
		if d := diff(path+"/"+a.Subs[i].Dir, a.Subs[i].Model, b.Subs[i].Model); d != "" {
			return d
		}
	}
	return diffTrees(path, a, b)
}

func diffNode(path string, a, b *Node) string {
	path += "/" + a.Name
	if a.Name != b.Name || !equal(a.Inputs, b.Inputs) || !equal(a.Outputs, b.Outputs) {
		return path + ": not the same node"
	}
	return diff(path, a.Model, b.Model)
}

func equal[T comparable](a, b []T) bool { return equalFunc(a, b, func(x, y T) bool { return x == y }) }

func equalFunc[T any](a, b []T, eq func(x, y T) bool) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !eq(a[i], b[i]) {
			return false
		}
	}
	return true
}

func sameFloat(x, y float64) bool {
	special := func(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }
	return math.Float64bits(x) == math.Float64bits(y) || special(x) && special(y)
}

func sameShape(x, y DataShape) bool {
	return x.Kind == y.Kind && x.Nullable == y.Nullable && (x.Dims == nil) == (y.Dims == nil) && equal(x.Dims, y.Dims)
}

func sameTensor(x, y Tensor) bool {
	return x.Base == y.Base && equal(x.Dims, y.Dims) && equal(x.Bools, y.Bools) && equal(x.Ints, y.Ints) &&
		equalFunc(x.Floats, y.Floats, sameFloat) && equal(x.Strings, y.Strings)
}

func normal(a *Attribute) Attribute {
	b := *a
	isDefault := false
	switch {
	case a.Kind == ListAttr:
		isDefault = len(a.Bools)+len(a.Ints)+len(a.Floats)+len(a.Strings)+len(a.Tensors)+len(a.Basics)+len(a.Shapes)+len(a.Models) == 0
	case a.Kind == ScalarAttr && a.Type == BasicValue:
		isDefault = equal(a.Bools, []bool{false}) || equal(a.Ints, []int64{0}) || equal(a.Strings, []string{""}) ||
			len(a.Floats) == 1 && math.Float64bits(a.Floats[0]) == 0
	case a.Kind == ScalarAttr && a.Type == BasicTypeValue:
		isDefault = a.Basics[0] == frame.Undefined
	}
	if isDefault {
		b = Attribute{Name: a.Name, Kind: a.Kind}
	}
	return b
}

func diffAttr(x, y *Attribute) string {
	a, b := normal(x), normal(y)
	switch {
	case a.Name != b.Name:
		return "name " + b.Name
	case a.Kind != b.Kind || a.Type != b.Type || a.Base != b.Base:
		return describe(&a) + " / " + describe(&b)
	case !equal(a.Bools, b.Bools) || !equal(a.Ints, b.Ints) || !equal(a.Strings, b.Strings) || !equal(a.Basics, b.Basics) ||
		!equalFunc(a.Floats, b.Floats, sameFloat) || !equalFunc(a.Shapes, b.Shapes, sameShape) || !equalFunc(a.Tensors, b.Tensors, sameTensor):
		return "not the same values"
	case len(a.Models) != len(b.Models):
		return "not the same models"
	}
	for i := range a.Models {
		if d := diff("", a.Models[i], b.Models[i]); d != "" {
			return d
		}
	}
	return ""
}

func diffTrees(path string, a, b *Model) string {
	for i := range a.Files {
		switch x, y := a.Files[i], b.Files[i]; x.Name {
		case "tree.json", "tree.pb":
			read := treeNodes
			if a.Op == "bisecting_k_means" {
				read = clusterNodes
			}
			n, err := read(a)
			m, err2 := read(b)
			if err != nil || err2 != nil {
				return path + ": " + errText(err) + errText(err2)
			}
			if !equalFunc(n, m, sameFloat) {
				return path + ": not the same tree"
			}
		default:
			if x.Name != y.Name || string(x.Data) != string(y.Data) {
				return path + ": not the same file " + x.Name
			}
		}
	}
	return ""
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func number(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// treeNodes flattens a tree to numbers.
func treeNodes(m *Model) (list []float64, err error) {
	err = EachTreeNode(m, func(n *TreeNode) error {
		list = append(list, number(n.Leaf), float64(n.Feature), number(n.Continuous), n.Threshold, number(n.IsLeft), float64(n.NumCategories), float64(len(n.Values)))
		list = append(append(list, n.Values...), n.Categories...)
		return nil
	})
	return list, err
}

func clusterNodes(m *Model) (list []float64, err error) {
	err = EachClusterNode(m, func(n *ClusterNode) error {
		list = append(list, float64(n.Index), n.Norm, float64(n.NumChildren), float64(len(n.Values)))
		list = append(list, n.Values...)
		return nil
	})
	return list, err
}

// Both serialisations of every genuine bundle read to the same pipeline.
func TestGenuine(t *testing.T) {
	for _, name := range cases(t) {
		a := readZip(t, filepath.Join(genuine, name, "bundle.json.zip"))
		if a.Format != JSON || a.Name == "" || a.UID == "" || a.Version == "" || a.Timestamp == "" || a.Root.Model.Op == "" {
			t.Errorf("%s: not all of bundle.json: %+v", name, a)
		}
		path := filepath.Join(genuine, name, "bundle.proto.zip")
		if _, err := os.Stat(path); err != nil {
			continue // scikit-learn writes JSON only
		}
		b := readZip(t, path)
		if b.Format != Protobuf {
			t.Errorf("%s: format %v", name, b.Format)
		}
		if strings.HasPrefix(name, "sklearn_") {
			continue // MLeap read what scikit-learn's exporter wrote, and wrote it in its own way
		}
		if d := diffNode("", a.Root, b.Root); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}
