package importer_test

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/pageleap/pageleap/engine/importer"
)

// load copies the files of a case's model, to be changed.
func load(t *testing.T, name string) fstest.MapFS {
	t.Helper()
	from := os.DirFS(saved + "/" + name + "/model")
	files := fstest.MapFS{}
	err := fs.WalkDir(from, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, p)
		files[p] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// find is the one file below a directory whose name holds part.
func find(t *testing.T, files fstest.MapFS, dir, part string) string {
	t.Helper()
	for p := range files {
		if strings.HasPrefix(p, dir) && strings.Contains(p, part) {
			return p
		}
	}
	t.Fatalf("no %q below %q", part, dir)
	return ""
}

// edit replaces text in a file.
func edit(t *testing.T, files fstest.MapFS, name, from, to string) {
	t.Helper()
	s := string(files[name].Data)
	if !strings.Contains(s, from) {
		t.Fatalf("%s has no %q", name, from)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(s, from, to))}
}

// stageOf is the directory of a pipeline's stage of that class.
func stageOf(t *testing.T, files fstest.MapFS, class string) string {
	t.Helper()
	p := find(t, files, "stages/", class)
	return strings.Join(strings.Split(p, "/")[:2], "/")
}

func TestDamaged(t *testing.T) {
	for _, c := range []struct {
		name, model string
		damage      func(t *testing.T, f fstest.MapFS)
		kind        error
		says        []string // in the error, each
	}{
		{"no metadata", "k_means", func(t *testing.T, f fstest.MapFS) {
			delete(f, find(t, f, "metadata/", "part-"))
		}, importer.ErrNotFound, []string{"metadata", "no part file"}},
		{"metadata that is empty", "k_means", func(t *testing.T, f fstest.MapFS) {
			f[find(t, f, "metadata/", "part-")].Data = nil
		}, importer.ErrNotFound, []string{"metadata", "no part file with a line"}},
		{"metadata that is cut off", "k_means", func(t *testing.T, f fstest.MapFS) {
			p := find(t, f, "metadata/", "part-")
			f[p].Data = f[p].Data[:40]
		}, importer.ErrMalformed, []string{"metadata/part-00000", "not the metadata"}},
		{"metadata without a class", "k_means", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), `"class"`, `"glass"`)
		}, importer.ErrMalformed, []string{"metadata/part-00000", `no field "class"`}},
		{"metadata without a version", "k_means", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), `"4.1.2"`, `"four"`)
		}, importer.ErrMalformed, []string{"metadata/part-00000", `"four"`}},
		{"a Spark from the future", "pipeline_visitor_rf", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, stageOf(t, f, "Imputer")+"/metadata/", "part-"), `"4.1.2"`, `"5.0.0"`)
		}, importer.ErrVersion, []string{"stages/", "_Imputer_", "metadata/part-00000", "Spark 5.0.0"}},
		{"an unknown class", "pipeline_visitor_rf", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, stageOf(t, f, "Imputer")+"/metadata/", "part-"), "spark.ml.feature.ImputerModel", "spark.ml.feature.GuesserModel")
		}, importer.ErrUnsupported, []string{"stages/", "_Imputer_", "metadata/part-00000", "GuesserModel"}},
		{"somebody's own class", "k_means", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), "org.apache.spark.ml.clustering", "com.example")
		}, importer.ErrUnsupported, []string{"com.example.KMeansModel"}},
		{"an estimator", "k_means", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), "KMeansModel", "KMeans")
		}, importer.ErrUnsupported, []string{"not been fitted"}},
		{"a stage that is missing", "pipeline_visitor_rf", func(t *testing.T, f fstest.MapFS) {
			stage := stageOf(t, f, "OneHotEncoder")
			for p := range f {
				if strings.HasPrefix(p, stage) {
					delete(f, p)
				}
			}
		}, importer.ErrNotFound, []string{"stages/1_OneHotEncoder_", "is missing"}},
		{"stages beyond the directory", "pipeline_visitor_rf", func(t *testing.T, f fstest.MapFS) {
			p := find(t, f, "metadata/", "part-")
			edit(t, f, p, `"stageUids":["StringIndexer`, `"stageUids":["/../../StringIndexer`)
		}, importer.ErrNotFound, []string{"is missing"}},
		{"a part file that is missing", "pipeline_visitor_rf", func(t *testing.T, f fstest.MapFS) {
			delete(f, find(t, f, stageOf(t, f, "OneHotEncoder")+"/data/", "part-"))
		}, importer.ErrNotFound, []string{"stages/1_OneHotEncoder_", "OneHotEncoderModel", "data", "no Parquet file"}},
		{"a part file of several that is missing", "k_means", func(t *testing.T, f fstest.MapFS) {
			delete(f, find(t, f, "data/", "part-00000"))
		}, importer.ErrMalformed, []string{"KMeansModel", "data", "a part file may be missing"}},
		{"nodes of a tree that are missing", "bisecting_k_means", func(t *testing.T, f fstest.MapFS) {
			delete(f, find(t, f, "data/data/", "part-00001"))
		}, importer.ErrMalformed, []string{"BisectingKMeansModel", "data/data", "a part file may be missing"}},
		{"Parquet that is cut off", "pipeline_visitor_rf", func(t *testing.T, f fstest.MapFS) {
			p := find(t, f, stageOf(t, f, "RandomForest")+"/data/", "part-")
			f[p].Data = f[p].Data[:len(f[p].Data)/2]
		}, importer.ErrMalformed, []string{"stages/5_RandomForestClassifier_", "data/part-00000", ".parquet", "cut off"}},
		{"Parquet that is none", "pca", func(t *testing.T, f fstest.MapFS) {
			f[find(t, f, "data/", "part-")].Data = []byte("id,value\n1,2\n3,4\n")
		}, importer.ErrMalformed, []string{"PCAModel", "data/part-00000", "not a Parquet file"}},
		{"Parquet of another model", "pca", func(t *testing.T, f fstest.MapFS) {
			g := load(t, "max_abs_scaler")
			f[find(t, f, "data/", "part-")].Data = g[find(t, g, "data/", "part-")].Data
		}, importer.ErrMalformed, []string{"PCAModel", "data", `no column "pc"`, "maxAbs"}},
		{"a param of another type", "bucketizer_30", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), `"splits":["-Inf"`, `"splits":["low"`)
		}, importer.ErrMalformed, []string{"Bucketizer", "metadata/part-00000", "param splits"}},
		{"a param that is missing", "bucketizer_30", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), `"splits":`, `"shifts":`)
		}, importer.ErrMalformed, []string{"Bucketizer", "metadata/part-00000", "no param splits"}},
		{"fewer trees than said", "random_forest_regression", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), `"numTrees":7`, `"numTrees":9`)
		}, importer.ErrMalformed, []string{"RandomForestRegressionModel", "treesMetadata", "no tree 7"}},
		{"more trees than said", "random_forest_regression", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), `"numTrees":7`, `"numTrees":3`)
		}, importer.ErrMalformed, []string{"RandomForestRegressionModel", "tree 3"}},
		{"trees beyond reason", "random_forest_regression", func(t *testing.T, f fstest.MapFS) {
			edit(t, f, find(t, f, "metadata/", "part-"), `"numTrees":7`, `"numTrees":2000000000`)
		}, importer.ErrMalformed, []string{"numTrees"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := load(t, c.model)
			c.damage(t, files)
			_, err := importer.Spark(files, nil)
			if !errors.Is(err, c.kind) {
				t.Fatalf("got %v, want %v", err, c.kind)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("the error does not say %q: %v", s, err)
				}
			}
		})
	}
}

// Whatever is cut off or changed in a Parquet file, it is refused or read: there
// is no panic, and no hunger.
func TestDamagedParquet(t *testing.T) {
	for _, name := range []string{"min_hash_lsh", "string_indexer_alphabetAsc", "gaussian_mixture", "parquet_zstd"} {
		files := load(t, name)
		part := find(t, files, "", ".parquet")
		data := files[part].Data
		for n := 0; n < len(data); n += 1 + len(data)/200 {
			files[part].Data = data[:n]
			if _, err := importer.Spark(files, nil); err == nil {
				t.Errorf("%s: cut off at byte %d of %d, and no error", path.Base(part), n, len(data))
			}
		}
		step := 1 + len(data)/1000
		for i := 0; i < len(data); i += step {
			changed := append([]byte(nil), data...)
			changed[i] ^= byte(1 << (i % 8))
			files[part].Data = changed
			importer.Spark(files, nil)
		}
	}
}
