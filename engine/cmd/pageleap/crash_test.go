//go:build unix

package main

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const shoppersModel = genuine + "real_uci_shoppers_rf/bundle.json.zip"

// writers are the commands that write files, DIR being where; those before the
// last leave what the last replaces.
var writers = map[string][][]string{
	"features": {
		{"features", visits + "synthetic.ndjson", "--prefix", "3", "-o", "DIR/out.csv"},
		{"features", visits + "synthetic.ndjson", "--label", "purchase", "-o", "DIR/out.csv"},
	},
	"features and bundle": {
		{"features", visits + "synthetic.ndjson", "--spec", demo + "shoppers_visit_spec.json", "-o", "DIR/out.csv", "--bundle", "DIR/out.zip"},
		{"features", visits + "synthetic.ndjson", "--label", "purchase", "-o", "DIR/out.csv", "--bundle", "DIR/out.zip"},
	},
	"parquet": {
		{"features", visits + "synthetic.ndjson", "--prefix", "3", "-o", "DIR/out.parquet"},
		{"features", visits + "synthetic.ndjson", "--label", "purchase", "-o", "DIR/out.parquet"},
	},
	"train": {
		{"train", "markov", visits + "synthetic.ndjson", "--label", "purchase", "--order", "1", "-o", "DIR/out.zip"},
		{"train", "markov", visits + "synthetic.ndjson", "--label", "purchase", "--order", "2", "-o", "DIR/out.zip"},
	},
	"import": {
		{"import", "spark", sparkSaved + "pipeline_visitor_rf/model", "-o", "DIR/out.zip", "--format", "json"},
		{"import", "spark", sparkSaved + "pipeline_visitor_rf/model", "-o", "DIR/out.zip"},
	},
	"compose": {
		{"features", "--spec", demo + "shoppers_visit_spec.json", "--bundle", "DIR/stage.zip"},
		{"bundle", "compose", "DIR/stage.zip", demo + "visitor_model.zip", "-o", "DIR/out.zip", "--format", "json"},
		{"bundle", "compose", "DIR/stage.zip", demo + "visitor_model.zip", "-o", "DIR/out.zip"},
	},
	"compile": {
		{"compile", genuine + "random_forest_classifier_3class/bundle.json.zip", "-o", "DIR/out.wasm"},
		{"compile", shoppersModel, "-o", "DIR/out.wasm"},
	},
	"publish": {
		{"publish", "DIR/store", "a@1=" + shoppersModel},
		{"publish", "DIR/store", "a@2=" + demo + "visitor_model.zip"},
	},
}

// filesIn is what the files of a directory hold, but for parts that the killed
// left behind.
func filesIn(t *testing.T, dir string, parts bool) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !parts && strings.HasSuffix(path, ".part") {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func in(dir string, args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = strings.ReplaceAll(a, "DIR", dir)
	}
	return out
}

// before makes a directory as it is before the last of the commands.
func before(t *testing.T, commands [][]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, args := range commands[:len(commands)-1] {
		if _, stderr, code := pageleap("", in(dir, args)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	return dir
}

// A command that is killed at any time leaves each file as it was or as it is
// to be.
func TestKilled(t *testing.T) {
	for name, commands := range writers {
		t.Run(name, func(t *testing.T) {
			dir := before(t, commands)
			old := filesIn(t, dir, true)
			last := in(dir, commands[len(commands)-1])
			began := time.Now()
			if _, stderr, code := pageleap("", last...); code != 0 {
				t.Fatal(stderr)
			}
			took := time.Since(began)
			now := filesIn(t, dir, true)
			if maps.Equal(old, now) {
				t.Fatal("the command changes nothing")
			}
			kills := 4
			if testing.Short() {
				kills = 1
			}
			for range kills {
				for path := range now {
					if text, ok := old[path]; ok {
						os.WriteFile(dir+path, []byte(text), 0o644)
					} else {
						os.Remove(dir + path)
					}
				}
				cmd := exec.Command(program, last...)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Duration(rand.Int64N(int64(took))))
				cmd.Process.Kill()
				cmd.Wait()
				for path, text := range filesIn(t, dir, false) {
					if before, ok := old[path]; text != now[path] && !(ok && text == before) {
						t.Fatalf("%s: %d bytes, neither what was there (%d) nor what is to be (%d)", path, len(text), len(before), len(now[path]))
					}
				}
			}
		})
	}
}

// A full disk, here a limit on what a file may grow to, is an error that names
// the file and leaves all as it was.
func TestDiskFull(t *testing.T) {
	for name, commands := range writers {
		t.Run(name, func(t *testing.T) {
			dir := before(t, commands)
			old := filesIn(t, dir, true)
			cmd := exec.Command("sh", append([]string{"-c", `ulimit -f 2; exec "$0" "$@"`, program}, in(dir, commands[len(commands)-1])...)...)
			out, err := cmd.CombinedOutput()
			exit, ok := err.(*exec.ExitError)
			if !ok || exit.ExitCode() != exitFault || !strings.Contains(string(out), dir) || !strings.Contains(string(out), "file too large") {
				t.Fatalf("%v\n%s", err, out)
			}
			if got := filesIn(t, dir, true); !maps.Equal(got, old) {
				t.Fatalf("%d files became %d, or others", len(old), len(got))
			}
		})
	}
}

// Of commands that write two files, the second of which cannot be written, the
// first is not written either.
func TestSecondFileFails(t *testing.T) {
	for name, args := range map[string][]string{
		"features": {"features", visits + "synthetic.ndjson", "-o", "DIR/out.csv", "--bundle", "DIR/none/out.zip"},
		"publish":  {"publish", "DIR/store", "a@1=" + shoppersModel, "b@1=DIR/none.zip"},
		"remove":   {"publish", "DIR/store", "a@1=" + shoppersModel, "--remove", "c@1"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			stdout, stderr, code := pageleap("", in(dir, args)...)
			if code != exitFault || stdout != "" {
				t.Errorf("exit code %d, %q\n%s", code, stdout, stderr)
			}
			if list, err := os.ReadDir(dir); err != nil || len(list) > 0 {
				t.Errorf("there is %v, %v", list, err)
			}
		})
	}
}
