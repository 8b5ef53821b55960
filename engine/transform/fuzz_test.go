package transform

import (
	le "encoding/binary"
	"math"
	"math/big"
	"strconv"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// floats takes numbers off data, eight bytes each.
func floats(data []byte, n int) ([]float64, []byte, bool) {
	if len(data) < 8*n {
		return nil, data, false
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = math.Float64frombits(le.LittleEndian.Uint64(data[8*i:]))
	}
	return x, data[8*n:], true
}

// exact is the sum of the products without rounding, and the sum of their sizes;
// ok is false where a number is none or the sum is out of range.
func exact(x, y []float64, more float64) (sum, size float64, ok bool) {
	total, all := new(big.Float).SetPrec(4000), new(big.Float).SetPrec(4000)
	add := func(a, b float64) {
		p := new(big.Float).SetPrec(200).Mul(big.NewFloat(a), big.NewFloat(b))
		total.Add(total, p)
		all.Add(all, p.Abs(p))
	}
	for _, v := range append(append([]float64{more}, x...), y...) {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e100 || v != 0 && math.Abs(v) < 1e-100 {
			return 0, 0, false
		}
	}
	for i := range x {
		add(x[i], y[i])
	}
	add(more, 1)
	sum, _ = total.Float64()
	size, _ = all.Float64()
	return sum, size, true
}

// FuzzLinear holds the linear models against sums without rounding: dense and
// sparse, the margin is right to the last bits and the rest follows from it.
func FuzzLinear(f *testing.F) {
	seed := func(x ...float64) (b []byte) {
		for _, v := range x {
			b = le.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		return b
	}
	f.Add(uint8(1), seed(0.5, 2, -3))
	f.Add(uint8(3), seed(-1, 1, 2, 3, 0, 5, -6))
	f.Add(uint8(5), seed(0, 1e10, -1e10, 1e-10, 4, 5, 1, 1, 0, 0, 2))
	f.Fuzz(func(t *testing.T, size uint8, data []byte) {
		n := 1 + int(size)%9
		head, data, ok := floats(data, 1)
		if !ok {
			return
		}
		w, data, ok := floats(data, n)
		if !ok {
			return
		}
		x, _, ok := floats(data, n)
		if !ok {
			return
		}
		want, scale, ok := exact(x, w, head[0])
		if !ok {
			return
		}
		near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-14*scale }
		pairs := []float64{}
		for i, v := range x {
			if v != 0 {
				pairs = append(pairs, float64(i), v)
			}
		}
		for _, in := range []*frame.Value{dense(x...), sparse(n, pairs...)} {
			one := func(op string) []*frame.Value {
				out, err := apply(readNode(t, nodeOf(op, "features:f > prediction:p raw_prediction:r probability:q",
					attrInt("num_classes", 2), attrVector("coefficients", w...), attrFloat("intercept", head[0]))), in)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
			margin := one("linear_regression")[0].Num
			if !near(margin, want) {
				t.Fatalf("%v · %v + %v is %v, not %v", x, w, head[0], margin, want)
			}
			svc := one("linear_svc")
			if m := svc[0].Nums[1]; m != margin || svc[0].Nums[0] != -m || (svc[1].Num == 1) != (m > 0) {
				t.Fatalf("linear_svc: raw %v, prediction %v, margin %v", svc[0].Nums, svc[1].Num, margin)
			}
			lr := one("logistic_regression")
			p := lr[1].Nums
			naive := 1 / (1 + math.Exp(-margin))
			if lr[0].Nums[1] != margin || math.Abs(p[1]-naive) > 1e-15+1e-12*naive || math.Abs(p[0]+p[1]-1) > 1e-15 || (lr[2].Num == 1) != (margin > 0) {
				t.Fatalf("logistic_regression: raw %v, probability %v, prediction %v; naively %v", lr[0].Nums, p, lr[2].Num, naive)
			}
		}
	})
}

// FuzzEncoders holds indexers and encoders against searching a list.
func FuzzEncoders(f *testing.F) {
	f.Add("a", "b", "c", "b", 1.0, uint8(0))
	f.Add("a", "b", "a", "z", -1.0, uint8(1))
	f.Add("", "é", "\xff", "", 2.5, uint8(5))
	f.Fuzz(func(t *testing.T, a, b, c, s string, x float64, how uint8) {
		labels := []string{a, b, c}
		invalid := []string{"error", "skip", "keep"}[how%3]
		at := -1
		for i, l := range labels { // the last of equals, as a map has it
			if l == s {
				at = i
			}
		}
		want := strconv.Itoa(at)
		if at < 0 {
			want = []string{"unseen category at 0", "dropped", "3"}[how%3]
		}
		ix := readNode(t, nodeOf("string_indexer", "input:s > output:i", attrInt("labels_length", 1), attrStrings("labels_array_0", labels...), attrString("handle_invalid", invalid)))
		if got := row(ix, str(s)); got != want {
			t.Fatalf("%q in %q (%s): %s, naively %s", s, labels, invalid, got, want)
		}
		if at >= 0 {
			back := readNode(t, nodeOf("reverse_string_indexer", "input:i > output:s", attrStrings("labels", labels...)))
			if got := row(back, num(float64(at))); got != strconv.Quote(s) {
				t.Fatalf("%d of %q: %s", at, labels, got)
			}
		}

		sizes, drop := 1+int(how>>4), how&8 != 0
		if how%3 == 1 {
			invalid = "error" // it has no skip
		}
		n := sizes
		if invalid == "keep" {
			n++
		}
		k := -1 // the category; Spark cuts the fraction off
		if x >= 0 && x < float64(sizes) {
			k = int(x)
		} else if invalid == "keep" {
			k = sizes
		}
		if drop {
			n--
		}
		want = strconv.Itoa(n) + ":[]"
		if k < 0 {
			want = "value out of range at 0"
		} else if k < n {
			want = strconv.Itoa(n) + ":[" + strconv.Itoa(k) + "=1]"
		}
		oh := readNode(t, nodeOf("one_hot_encoder", "input:i > output:v", attrInts("category_sizes", int64(sizes)), attrBool("drop_last", drop), attrString("handle_invalid", invalid)))
		if got := row(oh, num(x)); got != want {
			t.Fatalf("%v of %d (%s, drop_last %v): %s, naively %s", x, sizes, invalid, drop, got, want)
		}
	})
}
