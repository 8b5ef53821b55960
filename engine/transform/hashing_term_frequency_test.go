package transform

import (
	"math"
	"testing"

	"github.com/pageleap/pageleap/engine/bundle"
	"github.com/pageleap/pageleap/engine/frame"
)

func TestHashingTF(t *testing.T) {
	attrs := []bundle.Attribute{attrInt("num_features", 1000003), attrInt("hashUnsafeBytesVersion", 2)}
	tr := readNode(t, nodeOf("hashing_term_frequency", "input:a > output:b", attrs...))
	wantRows(t, tr, map[*frame.Value]string{
		{Strs: []string{""}}: "1000003:[592946=1]",
		terms("a"):           "1000003:[430349=1]",
		terms("ab"):          "1000003:[88974=1]",
		terms("abc"):         "1000003:[804037=1]",
		terms("abcd"):        "1000003:[698291=1]",
		terms("é"):           "1000003:[964834=1]",
		terms("日本"):          "1000003:[736030=1]",
		terms("😀"):           "1000003:[929748=1]",
		terms("naïve café"):  "1000003:[419054=1]",
		terms("abc|a|abc"):   "1000003:[430349=1 804037=2]",
		terms(""):            "1000003:[]",
	})
	wantNoAllocs(t, tr, terms("the|quick|brown|fox|the"))
	binary := readNode(t, nodeOf("hashing_term_frequency", "input:a > output:b", append(attrs, attrBool("binary", true))...))
	wantRows(t, binary, map[*frame.Value]string{terms("abc|a|abc"): "1000003:[430349=1 804037=1]"})

	// Numbers are hashed as numbers.
	for _, c := range []struct {
		base frame.Basic
		in   *frame.Value
		want string
	}{
		{frame.Int, numList(0), "208992"}, {frame.Int, numList(1), "420723"}, {frame.Int, numList(-1), "228428"},
		{frame.Int, numList(math.MaxInt32), "916248"}, {frame.Int, numList(math.MinInt32), "453773"},
		{frame.Long, longs(0), "80818"}, {frame.Long, longs(-1), "512813"}, {frame.Long, longs(42), "947820"},
		{frame.Long, longs(math.MaxInt64), "379786"}, {frame.Long, longs(math.MinInt64), "356477"},
		{frame.Double, numList(0), "80818"}, {frame.Double, numList(math.Copysign(0, -1)), "356477"},
		{frame.Double, numList(1.5), "759879"}, {frame.Double, numList(-math.NaN()), "645461"},
		{frame.Double, numList(math.Inf(1)), "677983"}, {frame.Double, numList(1e300), "521489"},
		{frame.Float, numList(0), "208992"}, {frame.Float, numList(math.Copysign(0, -1)), "453773"},
		{frame.Float, numList(1.5), "749138"}, {frame.Float, numList(math.NaN()), "739620"}, {frame.Float, numList(math.Inf(-1)), "439485"},
		{frame.Boolean, numList(1), "420723"}, {frame.Boolean, numList(0), "208992"},
		{frame.Short, numList(3), "923523"}, {frame.Byte, numList(-3), "675308"},
	} {
		bound, err := tr.(Resolver).Resolve(frame.Schema{{Name: "a", Type: frame.ListOf(c.base)}})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := row(bound, c.in), "1000003:["+c.want+"=1]"; got != want {
			t.Errorf("%v %+v: got %s, want %s", c.base, *c.in, got, want)
		}
	}
}

// Bundles of Spark before 3.0 hash by bytes at the end; MLeap's answers.
func TestHashingTFOld(t *testing.T) {
	tr := readNode(t, nodeOf("hashing_term_frequency", "input:a > output:b", attrInt("num_features", 1000003)))
	wantRows(t, tr, map[*frame.Value]string{
		{Strs: []string{""}}: "1000003:[592946=1]",
		terms("a"):           "1000003:[268715=1]",
		terms("ab"):          "1000003:[946977=1]",
		terms("abc"):         "1000003:[433590=1]",
		terms("abcd"):        "1000003:[698291=1]",
		terms("é"):           "1000003:[100449=1]",
		terms("日本"):          "1000003:[17802=1]",
		terms("😀"):           "1000003:[929748=1]",
		terms("naïve café"):  "1000003:[419054=1]",
	})
	wantFaults(t, map[string]*bundle.Node{
		"num_features":   nodeOf("hashing_term_frequency", "", attrInt("num_features", 0)),
		"num_features 2": nodeOf("hashing_term_frequency", "", attrInt("num_features", 1<<31)),
	})
}
