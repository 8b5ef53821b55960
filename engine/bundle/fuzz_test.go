package bundle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seeds adds the genuine bundles' files whose names end so.
func seeds(f *testing.F, zip, suffix string) {
	for _, name := range cases(f) {
		data, err := os.ReadFile(filepath.Join(genuine, name, zip))
		if err != nil {
			continue
		}
		files, err := OpenZip(data)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files.List() {
			if e, _ := files.(*zipFiles).find(file); !strings.HasSuffix(file, suffix) || e.length > 4000 {
				continue
			}
			data, err := files.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
			break
		}
	}
}

func fuzzLimits() *reader {
	return &reader{limits: Limits{Elements: 1 << 16, Parts: 1 << 12}.Filled()}
}

// checkModel writes a model that was read in both serialisations and reads it
// again. Of JSON only what it can say must stay.
func checkModel(t *testing.T, m *Model) {
	for _, f := range []Format{JSON, Protobuf} {
		n := &Model{Path: m.Path, Format: f}
		var data []byte
		var err error
		if f == JSON {
			if data, err = modelJSON(m); err == nil {
				err = fuzzLimits().modelJSON(data, n)
			}
		} else {
			if data, err = appendModelProto(nil, m); err == nil {
				err = fuzzLimits().modelProto(data, n)
			}
		}
		if err != nil {
			t.Fatalf("%v: %v\n%q", f, err, data)
		}
		if d := diff("", m, n); d != "" {
			t.Fatalf("%v: %s\n%q", f, d, data)
		}
	}
}

func FuzzModelJSON(f *testing.F) {
	seeds(f, "bundle.json.zip", "model.json")
	files, err := Encode(everything(), JSON)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(file.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		nodeJSON(data, &Node{})
		fuzzLimits().bundleJSON(data, &Bundle{})
		m := &Model{}
		if fuzzLimits().modelJSON(data, m) == nil {
			checkModel(t, m)
		}
	})
}

func FuzzModelProto(f *testing.F) {
	seeds(f, "bundle.proto.zip", "model.pb")
	files, err := Encode(everything(), Protobuf)
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		f.Add(file.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		nodeProto(data, &Node{})
		m := &Model{}
		if fuzzLimits().modelProto(data, m) == nil {
			checkModel(t, m)
		}
	})
}

// checkTree reads a tree of either kind and, where that goes well, makes sure
// that both serialisations keep it.
func checkTree(t *testing.T, f Format, data []byte) {
	for _, op := range []string{"decision_tree_regression", "bisecting_k_means"} {
		read := treeNodes
		if op == "bisecting_k_means" {
			read = clusterNodes
		}
		m := &Model{Op: op, Format: f, Files: []File{{Name: "tree" + f.ext(), Data: data}}}
		want, err := read(m)
		if err != nil {
			continue
		}
		for range 2 {
			file, err := m.convertTree(1 - m.Format)
			if err != nil {
				t.Fatal(err)
			}
			m = &Model{Op: op, Format: 1 - m.Format, Files: []File{file}}
			got, err := read(m)
			if err != nil || !equalFunc(want, got, sameFloat) {
				t.Fatalf("%s: %v, want %v: %v", op, got, want, err)
			}
		}
	}
}

func FuzzTreeJSON(f *testing.F) {
	seeds(f, "bundle.json.zip", "tree.json")
	f.Fuzz(func(t *testing.T, data []byte) { checkTree(t, JSON, data) })
}

func FuzzTreeProto(f *testing.F) {
	seeds(f, "bundle.proto.zip", "tree.pb")
	f.Fuzz(func(t *testing.T, data []byte) { checkTree(t, Protobuf, data) })
}
