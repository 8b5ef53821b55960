package engine_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
)

// The model that the notebook trained answers, bit for bit, what Spark did.
func TestDemoModel(t *testing.T) {
	const demo = "../testdata/demo/visitor_"
	zip, err := os.ReadFile(demo + "model.zip")
	if err != nil {
		t.Fatal(err)
	}
	m, err := engine.Load(zip)
	if err != nil {
		t.Fatal(err)
	}
	want := readFrame(t, demo+"expected.json")
	res, err := m.Transform(readFrame(t, demo+"frame.json"))
	if err != nil {
		t.Fatal(err)
	}
	if want.Len() != 200 || len(want.Columns) != 22 {
		t.Errorf("%d rows and %d columns, want 200 and 22", want.Len(), len(want.Columns))
	}
	for _, d := range frame.Compare(res.Frame, want, nil) {
		t.Error(d.String())
	}
}

// The notebook is the script, run from its first cell to its last.
func TestNotebook(t *testing.T) {
	const path = "../testdata/train/train_visitor_model"
	script, err := os.ReadFile(path + ".py")
	if err != nil {
		t.Fatal(err)
	}
	notebook, err := os.ReadFile(path + ".ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var book struct {
		Cells []struct {
			Kind   string `json:"cell_type"`
			Count  int    `json:"execution_count"`
			Source []string
		}
	}
	if err := json.Unmarshal(notebook, &book); err != nil {
		t.Fatal(err)
	}
	cells := regexp.MustCompile(`(?m)^# %%`).Split(string(script), -1)[1:]
	if len(cells) != len(book.Cells) {
		t.Fatalf("%d cells, the script has %d", len(book.Cells), len(cells))
	}
	ran := 0
	for i, c := range book.Cells {
		mark, source, _ := strings.Cut(cells[i], "\n")
		kind := "code"
		if source = strings.Trim(source, "\n"); mark == " [markdown]" {
			kind, source = "markdown", regexp.MustCompile(`(?m)^# ?`).ReplaceAllString(source, "")
		} else {
			ran++
		}
		if got := strings.Join(c.Source, ""); got != source || c.Kind != kind {
			t.Errorf("cell %d is %s %q, in the script %s %q: make train writes the notebook anew", i, c.Kind, got, kind, source)
		}
		if kind == "code" && c.Count != ran {
			t.Errorf("cell %d ran as number %d, not %d", i, c.Count, ran)
		}
	}
}
