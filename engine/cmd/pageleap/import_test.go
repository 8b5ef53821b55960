package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const sparkSaved = "../../../testdata/spark-saved/"

// A model that Spark saved stands where a bundle does: as a directory, in every
// kind of archive, on standard input, and imported into either serialisation.
func TestSparkModels(t *testing.T) {
	dir := sparkSaved + "pipeline_visitor_rf"
	frame := dir + "/frame.json"
	want, stderr, code := pageleap("", "transform", dir+"/model", frame)
	if code != 0 || !strings.Contains(want, `"prediction"`) {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	tmp := t.TempDir()
	tarred := archive(t, dir+"/model", "some/model/")
	var gzipped bytes.Buffer
	w := gzip.NewWriter(&gzipped)
	w.Write(tarred)
	w.Close()
	models := map[string]string{"the directory around it": filepath.Join(tmp, "around")}
	if err := os.CopyFS(filepath.Join(tmp, "around", "model"), os.DirFS(dir+"/model")); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"model.tar": tarred, "model.tar.gz": gzipped.Bytes(), "model.zip": zipped(t, dir+"/model")} {
		models[name] = filepath.Join(tmp, name)
		if err := os.WriteFile(models[name], data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, format := range []string{"json", "protobuf"} {
		models["imported as "+format] = filepath.Join(tmp, format+".zip")
		if _, stderr, code := pageleap("", "import", "spark", dir+"/model", "-o", models["imported as "+format], "--format", format); code != 0 {
			t.Fatalf("import as %s: exit %d, %s", format, code, stderr)
		}
	}
	for name, model := range models {
		if got, stderr, code := pageleap("", "transform", model, frame); code != 0 || got != want {
			t.Errorf("%s: exit %d, %s", name, code, stderr)
		}
	}
	if got, stderr, code := pageleap(gzipped.String(), "transform", "-", frame); code != 0 || got != want {
		t.Errorf("on standard input: exit %d, %s", code, stderr)
	}
	if out, stderr, code := pageleap("", "inspect", dir+"/model"); code != 0 || !strings.Contains(out, "random_forest_classifier") {
		t.Errorf("inspect: exit %d, %s\n%s", code, stderr, out)
	}
	if err := os.WriteFile(filepath.Join(tmp, "want.json"), []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, stderr, code := pageleap("", "verify", dir+"/model", frame, filepath.Join(tmp, "want.json")); code != 0 {
		t.Errorf("verify: exit %d, %s\n%s", code, stderr, out)
	}
}

// A schema says of which types the inputs are.
func TestImportSchema(t *testing.T) {
	schema := file(t, "schema.json", `{"type":"struct","fields":[
		{"name":"num","type":"double","nullable":false,"metadata":{}},
		{"name":"i","type":"integer","nullable":true,"metadata":{}},
		{"name":"flag","type":"boolean","nullable":false,"metadata":{}},
		{"name":"s","type":"string","nullable":true,"metadata":{}},
		{"name":"when","type":"timestamp","nullable":true,"metadata":{}}]}`)
	out := filepath.Join(t.TempDir(), "hasher.zip")
	if _, stderr, code := pageleap("", "import", "spark", sparkSaved+"feature_hasher/model", "--output", out, "--schema", schema); code != 0 {
		t.Fatalf("exit %d, %s", code, stderr)
	}
	got, _, _ := pageleap("", "inspect", out)
	for _, line := range []string{"num   double", "i     int", "flag  boolean", "s     string"} {
		if !strings.Contains(got, line) {
			t.Errorf("inspect does not say %q:\n%s", line, got)
		}
	}
}

func TestImportErrors(t *testing.T) {
	model := sparkSaved + "k_means/model"
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"nothing to import":        {[]string{"import"}, 2, []string{"import spark"}},
		"no model":                 {[]string{"import", "spark"}, 2, []string{"usage: pageleap import spark MODEL_DIR"}},
		"nowhere to":               {[]string{"import", "spark", model}, 2, []string{"-o BUNDLE.zip"}},
		"an unknown serialisation": {[]string{"import", "spark", model, "-o", "x.zip", "--format", "xml"}, 2, []string{"xml", "json and protobuf"}},
		"no such directory":        {[]string{"import", "spark", "nowhere", "-o", "x.zip"}, exitBundle, []string{"nowhere: no such file"}},
		"no such schema":           {[]string{"import", "spark", model, "-o", "x.zip", "--schema", "none.json"}, exitFault, []string{"none.json: no such file"}},
		"a schema that is none":    {[]string{"import", "spark", model, "-o", "x.zip", "--schema", sparkSaved + "README.md"}, exitBundle, []string{"df.schema.json()"}},
		"a directory of others":    {[]string{"import", "spark", sparkSaved, "-o", "x.zip"}, exitBundle, []string{"no model that Spark saved"}},
		"a file that is none":      {[]string{"import", "spark", sparkSaved + "README.md", "-o", "x.zip"}, exitBundle, []string{"not a zip, a tar"}},
		"nowhere to write":         {[]string{"import", "spark", model, "-o", "no/such/place.zip"}, exitFault, []string{"no/such/place.zip: no such file"}},
		"what cannot be run":       {[]string{"transform", sparkSaved + "fp_growth/model", sparkSaved + "fp_growth/frame.json"}, exitBundle, []string{"fp_growth/model: FPGrowthModel", "metadata/part-00000", "no op"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, stderr, code := pageleap("", c.args...)
			if code != c.code {
				t.Errorf("exit %d, not %d: %s", code, c.code, stderr)
			}
			for _, want := range c.want {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr does not say %q: %s", want, stderr)
				}
			}
		})
	}
}

func archive(t *testing.T, dir, prefix string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	each(t, dir, func(name string, data []byte) error {
		if err := w.WriteHeader(&tar.Header{Name: "./" + prefix + name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			return err
		}
		_, err := w.Write(data)
		return err
	})
	w.Close()
	return b.Bytes()
}

func zipped(t *testing.T, dir string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	each(t, dir, func(name string, data []byte) error {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write(data)
		}
		return err
	})
	w.Close()
	return b.Bytes()
}

func each(t *testing.T, dir string, visit func(name string, data []byte) error) {
	t.Helper()
	files := os.DirFS(dir)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return visit(name, data)
	})
	if err != nil {
		t.Fatal(err)
	}
}
