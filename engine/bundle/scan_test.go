package bundle

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/internal/json"
)

// checkScan makes sure that the scanner, where it takes a node, reads what JSON
// in general reads and ends where it ends.
func checkScan(t *testing.T, s *scanner, text string) (taken bool) {
	t.Helper()
	var got TreeNode
	n := s.node([]byte(text), &got)
	if n == 0 {
		return false
	}
	r := &treeReader{}
	d := json.NewDecoder([]byte(text))
	if err := r.json()(d); err != nil {
		t.Fatalf("%q: taken for %+v: %v", text, got, err)
	}
	want := r.node
	if n != d.Offset() || got.Leaf != want.Leaf || got.Feature != want.Feature || got.Continuous != want.Continuous ||
		math.Float64bits(got.Threshold) != math.Float64bits(want.Threshold) || len(got.Values) != len(want.Values) || len(got.Categories) != 0 {
		t.Fatalf("%q: %d bytes are %+v; they are %d, %+v", text, n, got, d.Offset(), want)
	}
	for i, v := range want.Values {
		if math.Float64bits(got.Values[i]) != math.Float64bits(v) {
			t.Fatalf("%q: value %d is %v, not %v", text, i, got.Values[i], v)
		}
	}
	return true
}

func scanTexts(feature, number string) []string {
	return []string{
		`{"split":{"featureIndex":` + feature + `,"threshold":` + number + `,"type":"continuous"},"type":"internal"}`,
		`{"type":"internal","split":{"type":"continuous","featureIndex":` + feature + `,"threshold":` + number + `}}`,
		`{"type":"leaf","values":[` + number + `]}`,
		`{"type":"leaf","values":[1.0,` + number + `,` + number + `]}`,
	}
}

func TestScan(t *testing.T) {
	s := &scanner{}
	for number, want := range map[string]bool{
		"0.0": true, "-0.0": true, "0": true, "-0": true, "7": true, "123456789": true, "12.5": true, "-0.5": true,
		"0.9918195605278015": true, "-0.9918195605278015": true, "178.22161865234375": true, "9007199254740993.0": true,
		"1234567890.123456789": true, "0.1234567890123456789": true, "0.12345678901234567891": false, "12345678901234567890": false,
		"0.0043349359184503555": true, "-0.001234567890123456789": true, "0.0012345678901234567891": false, "1.0043349359184503555": false,
		"0.0000000000000000000001": true, "0.00000000000000000000001": false, "0.0000000000000000000000": true,
		"0.0000000000009007199254740993": false, "0.000000000000000001": true,
		"1.0E-5": false, "1e5": false, "1.e5": false, "1.": false, ".5": false, "-": false, "": false, "01": false, "-01.5": false,
		"00.5": false, "+1": false, "null": false, "NaN": false, "1.2.3": false, "1.0 ": false, " 1.0": false, "1.00000000x": false,
	} {
		for _, text := range scanTexts("12", number) {
			for _, text := range []string{text, text + "\n" + text} {
				if got := checkScan(t, s, text); got != want {
					t.Errorf("%s: taken: %v", text, got)
				}
			}
			for i := range text { // cut off anywhere
				if checkScan(t, s, text[:i]) {
					t.Errorf("taken: %s", text[:i])
				}
			}
		}
	}
	for feature, want := range map[string]bool{"0": true, "99": true, "123456789": true, "1234567890": false, "-1": false, "01": false, "": false, "1.0": false} {
		for _, text := range scanTexts(feature, "0.5")[:2] {
			if got := checkScan(t, s, text); got != want {
				t.Errorf("%s: taken: %v", text, got)
			}
		}
	}
	if text := `{"type":"leaf","values":[]}`; checkScan(t, s, text) {
		t.Errorf("taken: %s", text)
	}
}

// Every double as Java or Go may write it.
func TestScanNumbers(t *testing.T) {
	s := &scanner{}
	r := rand.New(rand.NewPCG(7, 8))
	taken := 0
	for range 20_000 {
		f := (r.Float64() - 0.5) * math.Pow(10, float64(r.IntN(20)-8))
		for _, prec := range []int{-1, 15, 16, 17} {
			number := strconv.FormatFloat(f, 'f', prec, 64)
			if checkScan(t, s, scanTexts("3", number)[r.IntN(4)]) {
				taken++
			}
		}
	}
	if taken < 40_000 {
		t.Errorf("%d taken", taken)
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range append(scanTexts("12", "0.9918195605278015"), scanTexts("1", "-1.0E7")...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := &scanner{}
		for range 2 { // with and without what the first time taught it
			checkScan(t, s, text)
		}
	})
}

// A bundle that was opened holds the same trees as one that was read.
func TestOpen(t *testing.T) {
	files := func(tree string) Files {
		zip, err := Zip([]File{
			{Name: "bundle.json", Data: []byte(`{"uid":"u","name":"n","format":"json","version":"0.25.2"}`)},
			{Name: "root/node.json", Data: []byte(`{"name":"n","shape":{"inputs":[],"outputs":[]}}`)},
			{Name: "root/model.json", Data: []byte(`{"op":"decision_tree_regression","attributes":{}}`)},
			{Name: "root/tree.json", Data: []byte(tree)},
		})
		if err != nil {
			t.Fatal(err)
		}
		z, err := OpenZip(zip)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	tree := string(testTree(JSON, 9))
	read, err := Read(files(tree), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := Open(files(tree), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if f := opened.Root.Model.Files; len(f) != 1 || f[0].Data != nil {
		t.Errorf("an opened bundle has unpacked its trees: %v", f)
	}
	for range 2 {
		var nodes [2][]TreeNode
		for i, b := range []*Bundle{read, opened} {
			if err := EachTreeNode(b.Root.Model, func(n *TreeNode) error {
				nodes[i] = append(nodes[i], *n)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		if len(nodes[0]) != 1023 || len(nodes[1]) != 1023 || nodes[0][7].Threshold != nodes[1][7].Threshold {
			t.Errorf("%d nodes read, %d opened", len(nodes[0]), len(nodes[1]))
		}
	}
	if data, ok := opened.Root.Model.File("tree.json"); !ok || string(data) != tree {
		t.Error("File does not unpack")
	}
	for _, b := range []*Bundle{read, opened} {
		if files, err := Encode(b, Protobuf); err != nil || len(files) != 4 {
			t.Errorf("%d files, %v", len(files), err)
		}
	}

	// The limits hold for what stays packed, and a damaged tree is found.
	if _, err := Open(files(tree), Limits{Bytes: 1000}); err == nil || !strings.Contains(err.Error(), "root/tree.json: ") {
		t.Errorf("limit: %v", err)
	}
	z := files(tree).(*zipFiles)
	e, _ := z.find("root/tree.json")
	e.crc++
	if opened, err = Open(z, Limits{}); err != nil {
		t.Fatal(err)
	}
	if _, err := new(TreeReader).Read(opened.Root.Model, nil); err == nil || !strings.Contains(err.Error(), "root/tree.json: damaged: its checksum") {
		t.Errorf("damaged: %v", err)
	}
}
