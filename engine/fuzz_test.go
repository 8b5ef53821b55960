package engine_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/visit"
)

// genuineCase is a bundle of the suite and its frame.
type genuineCase struct {
	files bundle.Files
	names []string
	frame []byte
}

func genuineCases(tb testing.TB) (cases []genuineCase) {
	zips, err := filepath.Glob("../testdata/genuine/*/bundle.*.zip")
	if err != nil || len(zips) == 0 {
		tb.Fatal("no bundles", err)
	}
	for _, path := range zips {
		frame, err := os.ReadFile(filepath.Dir(path) + "/frame.json")
		if err != nil {
			continue // a bundle that has no frame
		}
		zip, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		files, err := bundle.OpenZip(zip)
		if err != nil {
			tb.Fatal(err)
		}
		cases = append(cases, genuineCase{files, files.List(), frame})
	}
	return cases
}

// FuzzBundle puts whatever comes in place of a file of a genuine bundle: the
// bundle loads and its frame is scored, or either is refused.
func FuzzBundle(f *testing.F) {
	cases := slices.DeleteFunc(genuineCases(f), func(c genuineCase) bool { return len(c.frame) > 8<<10 })
	for i, c := range cases {
		for k, name := range c.names {
			if data, err := c.files.ReadFile(name); err == nil && len(data) < 1500 && strings.Contains(name, "model.") {
				f.Add(uint16(i), uint8(k), data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i uint16, k uint8, data []byte) {
		c := cases[int(i)%len(cases)]
		name := c.names[int(k)%len(c.names)]
		m, err := engine.LoadFiles(memory{c.files, name, data}, engine.Limit(bundle.Limits{Bytes: 4 << 20, Elements: 1 << 16, Parts: 1 << 12}))
		if err != nil {
			if engine.ErrorKind(err) == "" || err.Error() == "" {
				t.Fatalf("%T %q", err, err)
			}
			return
		}
		m.Stages()
		m.AppendInfo(nil)
		m.TransformBytes(c.frame, frame.JSON, frame.JSON, nil)
	})
}

// FuzzScore gives whatever comes to models of every kind of input, in every
// form. Rows that one form takes, the others take and score alike.
func FuzzScore(f *testing.F) {
	var models []*engine.Model
	for _, name := range []string{"genuine/real_uci_shoppers_rf/bundle.proto.zip", "genuine/feature_hasher/bundle.json.zip",
		"genuine/word2vec/bundle.json.zip", "demo/shoppers_visit.zip", "demo/next_category.zip", "genuine/string_indexer_skip_nullable/bundle.json.zip"} {
		zip, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		m, err := engine.Load(zip)
		if err != nil {
			f.Fatal(err)
		}
		models = append(models, m)
		frames, _ := filepath.Glob("../testdata/" + filepath.Dir(name) + "/*frame.json")
		for _, path := range frames {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			if fr, err := frame.ReadJSON(data); err == nil && len(data) < 1<<17 {
				head := fr
				f.Add(uint8(len(models)-1), uint8(frame.JSON), data)
				for _, form := range []frame.Format{frame.NDJSON, frame.CSV, frame.Binary} {
					f.Add(uint8(len(models)-1), uint8(form), frame.Append(nil, form, head))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, i, form uint8, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		m := models[int(i)%len(models)]
		out, dropped, err := m.TransformBytes(data, frame.Format(form%4), frame.JSON, nil)
		if err != nil {
			return
		}
		// Again over the same plan: nothing of a frame stays behind.
		again, droppedAgain, err := m.TransformBytes(data, frame.Format(form%4), frame.JSON, nil)
		if err != nil || !bytes.Equal(out, again) || len(dropped) != len(droppedAgain) {
			t.Fatalf("the second time: %v\n%s\n%s", err, out, again)
		}
		if _, err := frame.ReadJSON(out); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}

// FuzzVisit adds events one by one, and holds each score against the one that
// the whole list gives.
func FuzzVisit(f *testing.F) {
	zips := []string{"demo/shoppers_visit.zip", "demo/next_category.zip", "cases/markov_buy_synthetic/bundle.proto.zip"}
	var models []*engine.Model
	for _, name := range zips {
		zip, err := os.ReadFile("../testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		m, err := engine.Load(zip)
		if err != nil {
			f.Fatal(err)
		}
		models = append(models, m)
	}
	names := []string{"page_view", "view_item", "view_item_list", "add_to_cart", "search", "begin_checkout", "purchase", ""}
	f.Add(uint8(0), []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"))
	f.Add(uint8(1), []byte("visits are events, one after another, of eight bytes each......."))
	f.Fuzz(func(t *testing.T, i uint8, data []byte) {
		m := models[int(i)%len(models)]
		v, err := m.NewVisit()
		if err != nil {
			t.Fatal(err)
		}
		lists, err := m.NewRow()
		if err != nil {
			t.Fatal(err)
		}
		inputs := m.Inputs()
		for k := range inputs {
			if inputs[k].Type.Kind == frame.Scalar {
				if inputs[k].Type.Base == frame.String {
					v.Row.Input(k).SetStr("Nov")
					lists.Input(k).SetStr("Nov")
				} else {
					v.Row.Input(k).SetNum(3)
					lists.Input(k).SetNum(3)
				}
			}
		}
		var events []visit.Event
		ts := int64(1_700_000_000_000)
		for ; len(data) >= 8 && len(events) < 40; data = data[8:] {
			ts += int64(binary.LittleEndian.Uint16(data)) * 100
			events = append(events, visit.Event{
				Event: names[data[2]%8], TS: ts, Page: "/p/" + strconv.Itoa(int(data[3]%16)), PageType: names[data[4]%8],
				Item: strconv.Itoa(int(data[5] % 8)), Category: strconv.Itoa(int(data[6] % 4)), Price: float64(data[7]), Quantity: 1,
			})
			if err := v.Add(events[len(events)-1]); err != nil {
				t.Fatal(err)
			}
			fillEvents(inputs, lists, events)
			errLists, errLive := lists.Score(), v.Row.Score()
			if (errLists == nil) != (errLive == nil) {
				t.Fatalf("%d events: as lists %v, one by one %v", len(events), errLists, errLive)
			}
			if errLists != nil {
				return
			}
			for o, c := range m.Outputs() {
				if a, b := fmt.Sprint(*lists.Output(o)), fmt.Sprint(*v.Row.Output(o)); a != b {
					t.Fatalf("%d events, %s: as lists %s, one by one %s", len(events), c.Name, a, b)
				}
			}
		}
	})
}

// fillEvents writes events as the lists that a row takes.
func fillEvents(inputs frame.Schema, row *engine.Row, events []visit.Event) {
	for k, c := range inputs {
		if c.Type.Kind == frame.List {
			visit.Column(row.Input(k), c.Name, c.Type, events)
		}
	}
}
