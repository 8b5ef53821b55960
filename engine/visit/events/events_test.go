package events

import (
	"compress/gzip"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/pageleap/pageleap/engine/visit"
)

// read writes each text to a file of its own and reads them all.
func read(t testing.TB, o Options, texts ...string) ([]visit.Visit, *Report, error) {
	t.Helper()
	var paths []string
	for i, text := range texts {
		p := filepath.Join(t.TempDir(), fmt.Sprintf("%d", i))
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return readFiles(t, o, paths...)
}

func readFiles(t testing.TB, o Options, paths ...string) ([]visit.Visit, *Report, error) {
	var visits []visit.Visit
	r, err := Each(context.Background(), paths, o, func(v *visit.Visit) error {
		visits = append(visits, *v)
		return nil
	})
	return visits, r, err
}

// show writes visits the way the tests want them.
func show(visits []visit.Visit) string {
	var b strings.Builder
	for _, v := range visits {
		fmt.Fprintf(&b, "%s:", v.ID)
		for _, e := range v.Events {
			fmt.Fprintf(&b, " %s@%d", e.Event, e.TS)
			for _, s := range []string{e.Page, e.PageType, e.Item, e.Category} {
				fmt.Fprintf(&b, "|%s", s)
			}
			for _, x := range []float64{e.Price, e.Quantity} {
				if !math.IsNaN(x) {
					fmt.Fprintf(&b, "|%v", x)
				} else {
					b.WriteString("|")
				}
			}
		}
		b.WriteString("\n")
	}
	return strings.ReplaceAll(b.String(), "||||||", "")
}

const minutes = 60_000

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		o              Options
	}{
		{name: "ours", in: `{"visit":"v1","event":"view_item","ts":1700000000000,"page":"/p/123","page_type":"product","item":"123","category":"shoes","price":59.9,"quantity":1}
{"visit":"v1","event":"page_view","ts":1700000000001}
`, want: "v1: view_item@1700000000000|/p/123|product|123|shoes|59.9|1 page_view@1700000000001\n"},
		{name: "ours, numbers as text and text as numbers", in: `{"visit":7,"event":"view_item","ts":"2023-11-14T22:13:20Z","item":12,"price":"1.5","more":[{"x":1}],"category":null}`,
			want: "7: view_item@1700000000000|||12||1.5|\n"},
		{name: "ours as a CSV", in: "ts,visit,event,item\r\n1,a,view_item,\"x, \"\"y\"\"\r\nz\"\r\n2,a,page_view,\r\n", want: "a: view_item@1|||x, \"y\"\r\nz||| page_view@2\n"},
		{name: "an array", in: "\n [ {\"visit\":\"a\",\"event\":\"x\",\"ts\":2, \"item\":\"],{\\\"\"},\n{\"visit\":\"b\",\n\"event\":\"x\",\"ts\":1}\n]", want: "a: x@2|||],{\"|||\nb: x@1\n"},
		{name: "ga4", in: `{"event_date":"20210131","event_timestamp":"1612069510766593","event_name":"view_item","event_params":[{"key":"ga_session_id","value":{"string_value":null,"int_value":"661084800","float_value":null}},{"key":"page_location","value":{"string_value":"https://shop.example/store/apparel?email=x#top"}},{"key":"page_type","value":{"string_value":"product"}}],"user_pseudo_id":"10111055.87","items":[{"item_id":"GG1","item_name":"Tee","item_category":"Apparel","price":22.5,"quantity":null}]}
{"event_timestamp":"1612069520000000","event_name":"purchase","event_params":[{"key":"ga_session_id","value":{"int_value":"661084800"}}],"user_pseudo_id":"10111055.87","items":[{"item_id":"GG1","price":22.5,"quantity":"2"},{"item_name":"Cap","item_id":"(not set)","price":"8","quantity":"1"}]}
{"event_timestamp":1612069530000000,"event_name":"view_item_list","event_params":[{"key":"value","value":{"double_value":3.5}}],"user_pseudo_id":"10111055.87","items":[{"item_id":"GG1"},{"item_id":"GG2"}]}
`, want: "10111055.87.661084800: view_item@1612069510766|/store/apparel|product|GG1|Apparel|22.5| purchase@1612069520000|||GG1||22.5|2 purchase@1612069520000|||Cap||8|1\n10111055.87: view_item_list@1612069530000|||||3.5|\n"},
		{name: "otto", in: `{"session":0,"events":[{"aid":1517085,"ts":1659304800025,"type":"clicks"},{"aid":7,"ts":1659304904511,"type":"carts"},{"aid":7,"ts":1659304904512,"type":"orders"}]}` + "\n",
			want: "0: view_item@1659304800025|||1517085||| add_to_cart@1659304904511|||7||| purchase@1659304904512|||7|||\n"},
		{name: "e-shop 2008", in: "year;month;day;order;country;session ID;page 1 (main category);page 2 (clothing model);colour;location;model photography;price;price 2;page\n2008;4;1;1;29;1;1;A13;1;5;1;28;2;1\n2008;4;1;2;29;1;1;A16;1;6;1;33;2;1\n",
			want: "1: view_item@1207008000000|A13|product|A13|1|28| view_item@1207008001000|A16|product|A16|1|33|\n"},
		{name: "rees46", in: "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,541312140,72d7\n2019-10-01 00:00:04 UTC,cart,3900821,2053013552326770905,appliances.environment.water_heater,aqua,33.20,554748717,9333\n",
			want: "72d7: view_item@1569888000000|||44600062|2103807459595387724|35.79|\n9333: add_to_cart@1569888004000|||3900821|appliances.environment.water_heater|33.2|\n"},
		{name: "a mapping", in: "s\tt\ta\n1\t1700000000.25\tbuy\n", o: Options{Mapping: &Mapping{Visit: "s", TS: "t", Event: "a", Unit: Seconds, Names: map[string]string{"buy": "purchase"}}},
			want: "1: purchase@1700000000250\n"},
		{name: "order of time", in: "ts,visit,event\n5,a,e1\n3,b,e2\n4,a,e3\n5,a,e4\n1,b,e5\n", want: "a: e3@4 e1@5 e4@5\nb: e5@1 e2@3\n"},
		{name: "pauses", in: fmt.Sprintf("ts,visit,event\n0,a,e1\n%d,a,e2\n%d,a,e3\n1,b,e4\n", 30*minutes, 60*minutes+1), want: "a: e1@0 e2@1800000\na~2: e3@3600001\nb: e4@1\n"},
		{name: "longer pauses", o: Options{Gap: 1e9}, in: "ts,visit,event\n0,a,e1\n1000,a,e2\n2001,a,e3\n", want: "a: e1@0 e2@1000\na~2: e3@2001\n"},
		{name: "no pauses", o: Options{Gap: -1}, in: "ts,visit,event\n0,a,e1\n4000000000000,a,e2\n", want: "a: e1@0 e2@4000000000000\n"},
		{name: "grouped", o: Options{Grouped: true}, in: "ts,visit,event\n2,b,e1\n1,b,e2\n0,a,e3\n4,b,e4\n", want: "b: e2@1 e1@2\na: e3@0\nb: e4@4\n"},
		{name: "nothing", in: ""},
		{name: "nothing but blank lines", in: "\n \n"},
	} {
		visits, r, err := read(t, c.o, c.in)
		if err != nil || r.Bad > 0 {
			t.Errorf("%s: %v, %+v", c.name, err, r)
		}
		if got := show(visits); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestFaults(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct{ name, in, want string }{
		{"not JSON", "{\"visit\":\"a\",\"event\":\"x\",\"ts\":1}\n\n?\n{\"visit\":\"a\",\"event\":\"x\",\"ts\":2", `3: byte 0: found something that is not JSON where an object belongs
4: byte 31: the input ends inside an object`},
		{"missing fields", `{"visit":"a","event":"x"}
{"visit":"a","ts":1}
{"event":"x","ts":1}
{"visit":"","event":"x","ts":1}
{"visit":"a","event":null,"ts":1}`, `1: the event has no "ts"
2: the event has no name
3: the event has no visit
4: the event has no visit
5: the event has no name`},
		{"times", `{"visit":"a","event":"x","ts":-1}
{"visit":"a","event":"x","ts":1700000000000000}
{"visit":"a","event":"x","ts":1e300}
{"visit":"a","event":"x","ts":"2023-02-30"}
{"visit":"a","event":"x","ts":[1]}
{"visit":"a","event":"x","ts":null}`, `1: "ts": the time "-1" is not between 1970 and 2100; is it in another unit?
2: "ts": the time "1700000000000000" is not between 1970 and 2100; is it in another unit?
3: "ts": the time "1e300" is not between 1970 and 2100; is it in another unit?
4: "ts": "2023-02-30" is not a time
5: "ts" is an array, not a time
6: "ts" is null`},
		{"values", `{"visit":"a","event":"x","ts":1,"price":"cheap"}
{"visit":"a","event":"x","ts":1,"price":1e999}
{"visit":"` + long + `","event":"x","ts":1}
{"visit":"a","event":"x","ts":1,"item":{}}`, `1: "price" is "cheap", not a number
2: the price or the quantity is infinite
3: the visit's id is longer than 256 bytes
4: "item" is an object, not a text`},
		{"csv", "visit,ts,event\na,1\na,1,x\na,1,\"x\"y\n\"a\nb\",z,x\n\"b,1,x\na,1,x\n", `2: 2 columns, where the header has 3
4: text after a closing quote: "y"
5: "z" is not a time
7: a quote is never closed`},
		{"otto", `{"session":1,"events":[{"aid":1,"ts":1,"type":"clicks"},{"aid":1,"ts":1,"type":"wishes"}]}
{"session":1}
{"events":[]}`, `1: event 1: the unknown type "wishes"
2: the row has no "events"
3: the row has no "session"`},
		{"array", "[{\"visit\":\"a\",\"event\":\"x\",\"ts\":1},\n\n 5,\n {\n\"visit\":\"a\"}]", `3: byte 0: found a number where an object belongs
4: the event has no "ts"`},
	} {
		_, r, err := read(t, Options{}, c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got []string
		for _, f := range r.Faults {
			got = append(got, fmt.Sprintf("%d: %s", f.Line, f.Msg))
		}
		if g := strings.Join(got, "\n"); g != c.want || r.Bad != int64(len(got)) {
			t.Errorf("%s:\n got %s\nwant %s", c.name, g, c.want)
		}
		_, _, err = read(t, Options{Strict: true}, c.in)
		if first, _, _ := strings.Cut(c.want, "\n"); err == nil || !strings.HasSuffix(err.Error(), ":"+first) {
			t.Errorf("%s, strict: %v", c.name, err)
		}
	}
}

func TestUnusableFiles(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no mapping", "a,b\n1,2\n", `line 1: the header fits no preset, so that a mapping must name the columns of visit, event and ts; there are "a", "b"`},
		{"an array that does not end", `[{"visit":"a","event":"x","ts":1}`, "line 1: the file ends inside its JSON array"},
	} {
		_, _, err := read(t, Options{}, c.in)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, _, err := readFiles(t, Options{}, "/nowhere/at/all"); err == nil || err.Error() != "/nowhere/at/all: no such file or directory" {
		t.Error(err)
	}
	m := &Mapping{Visit: "a", Event: "b", TS: "t"}
	if _, _, err := read(t, Options{Mapping: m}, "a,b\n"); err == nil || !strings.HasSuffix(err.Error(), `line 1: no column "t" for ts; there are "a", "b"`) {
		t.Error(err)
	}
}

// TestLong reads many blocks, from a compressed file, on several workers.
func TestLong(t *testing.T) {
	const n = 50_000
	p := filepath.Join(t.TempDir(), "long.ndjson.gz")
	f, err := os.Create(p)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(f)
	for i := range n {
		fmt.Fprintf(z, "{\"visit\":\"v%d\",\"event\":\"page_view\",\"ts\":%d,\"page\":\"/%s\"}\n", i%1000, n-i, strings.Repeat("p", i%7*100))
	}
	fmt.Fprintln(z, "bad")
	z.Close()
	f.Close()
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	for _, o := range []Options{{Workers: 1}, {Workers: 7}, {Held: 10_000}} {
		visits, r, err := readFiles(t, o, p)
		if err != nil || len(visits) != 1000 || r.Events != n || r.Rows != n+1 || len(r.Faults) != 1 || r.Faults[0].Line != n+1 {
			t.Fatalf("%d visits, %+v, %v", len(visits), r, err)
		}
		for i, v := range visits {
			if v.ID != fmt.Sprintf("v%d", i) || len(v.Events) != n/1000 || v.Events[0].TS != int64(1000-i) {
				t.Fatalf("%d: %+v", i, v)
			}
		}
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			t.Errorf("temporary files stay: %v", left)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	// Nor is there a name that would stay if the process were killed.
	_, err = Each(context.Background(), []string{p}, Options{Held: 10_000}, func(*visit.Visit) error {
		if left, _ := os.ReadDir(temp); len(left) > 0 {
			return fmt.Errorf("temporary files have names: %v", left)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStops(t *testing.T) {
	in := "ts,visit,event\n" + strings.Repeat("1,a,x\n2,b,x\n", 200_000)
	p := filepath.Join(t.TempDir(), "x.csv")
	os.WriteFile(p, []byte(in), 0o600)
	n := 0
	_, err := Each(context.Background(), []string{p}, Options{Grouped: true}, func(*visit.Visit) error {
		n++
		return os.ErrClosed
	})
	if err != os.ErrClosed || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, err := Each(ctx, []string{p}, Options{}, func(*visit.Visit) error { return nil }); err != context.Canceled {
		t.Error(err)
	}
}

func TestLargeTexts(t *testing.T) {
	url := "/" + strings.Repeat("é", 1<<20)
	visits, r, err := read(t, Options{}, `{"visit":"a","event":"x","ts":1,"page":"`+url+`"}`)
	if err != nil || r.Cut != 1 || len(visits[0].Events[0].Page) > visit.MaxPage || len(visits[0].Events[0].Page) < visit.MaxPage-3 {
		t.Fatalf("%+v %v", r, err)
	}
	_, r, err = read(t, Options{}, `{"visit":"a","event":"x","ts":1,"page":"`+strings.Repeat("x", MaxRow)+`"}`+"\n"+`{"visit":"a","event":"x","ts":1}`)
	if err != nil || r.Bad == 0 || r.Events != 1 {
		t.Fatalf("%+v %v", r, err)
	}
}
