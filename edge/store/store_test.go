package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/edge"
)

const genuine = "../../testdata/genuine/"

func TestParse(t *testing.T) {
	hash := strings.Repeat("0a", 32)
	x, err := Parse(fmt.Appendf(nil, `{"models": {"m": {"current": "2", "versions": {"1": %q, "2": %q}}}, "experiments": [{"name": "e", "model": "m", "variants": [{"name": "a", "version": "1", "weight": 1}]}]}`, hash, hash))
	if err != nil || x.Models["m"].Versions["1"] != hash || x.Experiments[0].Salt != "e" {
		t.Fatalf("%+v, %v", x, err)
	}
	for text, want := range map[string]string{
		`{`:             "index.json: unexpected EOF",
		`{} x`:          "more follows",
		`{"model": {}}`: `unknown field "model"`,
		`{"models": {"m": {"current": "1", "versions": {}}}}`:                                                      `model "m": the current version "1" is not among its versions`,
		`{"models": {"m": {"current": "1", "versions": {"1": "0a"}}}}`:                                             `model m@1: "0a" is no SHA-256`,
		`{"experiments": [{"name": "e"}]}`:                                                                         `experiment "e": names no model`,
		`{"experiments": [{"name": "e", "model": "m", "variants": [{"name": "a", "version": "1", "weight": 1}]}]}`: "there is no model m@1",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestLoader(t *testing.T) {
	bundles := map[string][]byte{}
	hash := func(file string) string {
		zip, err := os.ReadFile(genuine + file)
		if err != nil {
			t.Fatal(err)
		}
		h := Hash(zip)
		bundles[h] = zip
		return h
	}
	a, b := hash("string_indexer_keep_nullable/bundle.json.zip"), hash("string_indexer_alphabetAsc/bundle.json.zip")
	h := edge.New(edge.Config{})
	l := Loader{Handler: h}
	asked := 0
	get := func(hash string) ([]byte, error) {
		asked++
		if zip, ok := bundles[hash]; ok {
			return zip, nil
		}
		return nil, fs.ErrNotExist
	}
	apply := func(models map[string]Model, want string) {
		t.Helper()
		x := &Index{Models: models}
		if err := l.Apply(x, get); err != nil {
			t.Fatal(err)
		}
		ans := h.Answer(context.Background(), &edge.Call{Method: "POST", Path: "/models/m/score", Body: []byte(`{"s":"b"}`)})
		if got := strings.Join(ans.Header, " "); !strings.Contains(got, want) {
			t.Errorf("%s, want %s", got, want)
		}
		for _, loaded := range l.Hashes(x) {
			if !loaded {
				t.Error("not loaded")
			}
		}
	}
	one := map[string]Model{"m": {Current: "1", Versions: map[string]string{"1": a}}}
	two := map[string]Model{"m": {Current: "1", Versions: map[string]string{"1": a, "2": b}}}
	apply(one, "m@1")
	apply(two, "m@1")
	apply(map[string]Model{"m": {Current: "2", Versions: map[string]string{"1": a, "2": b}}}, "m@2")
	if asked != 2 {
		t.Errorf("asked for %d bundles, want 2", asked)
	}
	if got := l.Hashes(&Index{Models: map[string]Model{"n": {Current: "1", Versions: map[string]string{"1": a}}}}); got[a] {
		t.Error("loaded under another name")
	}

	// What cannot be served changes nothing.
	bundles[strings.Repeat("00", 32)] = bundles[a]
	bad := Hash([]byte("no zip"))
	bundles[bad] = []byte("no zip")
	for _, c := range []struct {
		hash, want string
		is         error
	}{
		{strings.Repeat("ff", 32), "model m@3", fs.ErrNotExist},
		{strings.Repeat("00", 32), "has the hash " + a, nil},
		{bad, "model m@3", nil},
	} {
		err := l.Apply(&Index{Models: map[string]Model{"m": {Current: "3", Versions: map[string]string{"3": c.hash}}}}, get)
		if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%v, want %s", err, c.want)
		}
		if _, err := h.Catalog.Remove("m", "9"); err != nil {
			t.Error(err)
		}
		n := 0
		for s, current := range h.Catalog.All {
			n++
			if current != (s.Version == "2") {
				t.Errorf("%s current %v", s.Version, current)
			}
		}
		if n != 2 {
			t.Errorf("%d models", n)
		}
	}
}
