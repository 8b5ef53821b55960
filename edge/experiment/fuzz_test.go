package experiment

import (
	"encoding/json"
	"reflect"
	"testing"
)

func FuzzDocument(f *testing.F) {
	f.Add([]byte(`{"experiments":[{"name":"e","model":"m","salt":"s","variants":[{"name":"a","version":"1","weight":1},{"name":"b","version":"2","weight":3.5}],"shadow":{"version":"3","share":0.5},"guard":{"failures":0.1,"after":10}}]}`))
	f.Add([]byte(`{"experiments":[{"name":"e","model":"m","variants":[{"name":"a","version":"1"},{"name":"b","version":"2","weight":1}]}]}`))
	f.Add([]byte(`{"experiments":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse(data)
		if err != nil {
			return
		}
		for i := range d.Experiments {
			e := &d.Experiments[i]
			if v := e.Assign(""); v != 0 {
				t.Fatalf("no key is assigned to variant %d of %+v, not to the control", v, *e)
			}
			for _, key := range []string{"visitor", "\xff"} {
				if v := e.Assign(key); v < 0 || v >= len(e.Variants) || e.Variants[v].Weight == 0 {
					t.Fatalf("%q is assigned to variant %d of %+v", key, v, *e)
				}
			}
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Parse(text); err != nil || !reflect.DeepEqual(again, d) {
			t.Fatalf("%s: %v", text, err)
		}
	})
}
