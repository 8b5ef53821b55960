package importer_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/importer"
)

// FuzzSaved puts whatever comes in place of a file of a model that Spark saved:
// it is refused, or what is made of it loads or is refused.
func FuzzSaved(f *testing.F) {
	dirs, _ := filepath.Glob(saved + "/*/model")
	var models []fstest.MapFS
	var names [][]string
	for i, dir := range dirs {
		m := fstest.MapFS{}
		var list []string
		err := fs.WalkDir(os.DirFS(dir), ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(filepath.Join(dir, p))
			m[p] = &fstest.MapFile{Data: data}
			list = append(list, p)
			return err
		})
		if err != nil {
			f.Fatal(err)
		}
		models, names = append(models, m), append(names, list)
		for k, name := range list {
			if data := m[name].Data; len(data) > 0 && len(data) < 3000 && k < 4 {
				f.Add(uint8(i), uint8(k), data)
			}
		}
	}
	if len(models) == 0 {
		f.Fatal("no saved models")
	}
	f.Fuzz(func(t *testing.T, i, k uint8, data []byte) {
		m, list := models[int(i)%len(models)], names[int(i)%len(models)]
		name := list[int(k)%len(list)]
		files := fstest.MapFS{}
		for p, f := range m {
			files[p] = f
		}
		files[name] = &fstest.MapFile{Data: slices.Clone(data)}
		b, err := importer.Spark(files, nil)
		if err == nil {
			_, err = engine.LoadBundle(b)
		}
		if err != nil && err.Error() == "" {
			t.Fatal("an error that says nothing")
		}
	})
}

// FuzzArchive opens whatever comes as an archive, and reads what is in it.
func FuzzArchive(f *testing.F) {
	for _, name := range []string{"../../testdata/genuine/coalesce/bundle.json.zip"} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, err := importer.Archive(data)
		if err != nil {
			return
		}
		if model, ok := importer.Find(files); ok {
			importer.Spark(model, nil)
		}
	})
}
