package events

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pageleap/pageleap/engine/visit"
)

// FuzzEvents reads whatever comes as events of each format. What a report counts
// adds up, visits are within their limits and in order, and it is all the same
// from temporary files.
func FuzzEvents(f *testing.F) {
	f.Add(uint8(NDJSON), []byte(`{"visit":"a","ts":1700000000000,"event":"page_view","page":"/","price":3.5}`+"\n"+`{"visit":"a","ts":"2023-11-14T22:13:21Z","event":"purchase"}`))
	f.Add(uint8(GA4), []byte(`[{"event_timestamp":"1700000000000000","event_name":"page_view","user_pseudo_id":"u","event_params":[{"key":"ga_session_id","value":{"int_value":"7"}},{"key":"page_location","value":{"string_value":"https://shop/"}}],"items":[{"item_id":"i","price":2}]}]`))
	f.Add(uint8(OTTO), []byte(`{"session":1,"events":[{"aid":2,"ts":1700000000000,"type":"clicks"},{"aid":2,"ts":1700000001000,"type":"orders"}]}`))
	f.Add(uint8(CSV), []byte("visit,ts,event,page\na,1700000000000,page_view,/\n\"b\"\"c\",x,\"y\nz\",\n"))
	for format, name := range map[Format]string{NDJSON: "visits/synthetic.ndjson", CSV: "data/e-shop_clothing_2008_first500.csv", OTTO: "data/otto_first10_last10.jsonl"} {
		data, err := os.ReadFile("../../../testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		data = data[:min(len(data), 3000)]
		f.Add(uint8(format), data)
		f.Add(uint8(Auto), data)
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(data)
		w.Close()
		f.Add(uint8(Auto), packed.Bytes())
	}
	path := filepath.Join(f.TempDir(), "events")
	f.Fuzz(func(t *testing.T, format uint8, data []byte) {
		if len(data) > 1<<15 {
			return
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		o := Options{Format: Format(format % 5), Workers: 1}
		visits, r, err := readFiles(t, o, path)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error that says nothing")
			}
			return
		}
		events := int64(0)
		for _, v := range visits {
			if len(v.Events) == 0 || len(v.ID) > visit.MaxText+16 {
				t.Fatalf("visit %q of %d events", v.ID, len(v.Events))
			}
			events += int64(len(v.Events))
			for i, e := range v.Events {
				if e.TS < visit.MinTS || e.TS > visit.MaxTS || len(e.Page) > visit.MaxPage || len(e.Item) > visit.MaxText {
					t.Fatalf("%+v", e)
				}
				if i > 0 && (e.TS < v.Events[i-1].TS || e.TS-v.Events[i-1].TS > int64(30*time.Minute/time.Millisecond)) {
					t.Fatalf("visit %q: %d comes after %d", v.ID, e.TS, v.Events[i-1].TS)
				}
			}
		}
		if r.Bad > r.Rows || r.Events != events+r.Surplus || r.Visits != int64(len(visits)) {
			t.Fatalf("%+v, with %d events in %d visits", *r, events, len(visits))
		}
		if len(data)%8 == 0 { // opens 128 files
			o.Held = 1
			if spilled, _, err := readFiles(t, o, path); err != nil || show(spilled) != show(visits) {
				t.Fatalf("from temporary files: %v\n%s\n%s", err, show(spilled), show(visits))
			}
		}
	})
}

func FuzzLabels(f *testing.F) {
	f.Add([]byte("visit,label\na,1\nb,0\n"))
	f.Add([]byte("label;visit\ntrue;\"a;b\"\n"))
	path := filepath.Join(f.TempDir(), "labels")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if m, err := ReadLabels(path); err == nil && m == nil {
			t.Fatal("neither labels nor an error")
		}
	})
}
