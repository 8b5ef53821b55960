package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// bucketizer gives the number of the bucket that a value falls in: buckets are
// [s0, s1), [s1, s2) … and the last one holds its upper end too.
//
// Spark: ml/feature/Bucketizer.scala (binarySearchForBuckets). NaN is refused,
// dropped under "skip" (and null with it), or has the bucket after the last
// under "keep". null under "error" and "keep" stays null in models that Spark
// itself saved; in those that MLeap exported it is refused. A value outside the
// splits is refused always. Among the splits
// it searches as java.util.Arrays.binarySearch does, where -0.0 comes before
// 0.0: with a split at 0.0, -0.0 is in the bucket below.
type bucketizer struct {
	splits  []float64
	invalid invalid
	nulls   bool // null stays null
}

func readBucketizer(s *Source) (Transformer, error) {
	t := &bucketizer{splits: append([]float64(nil), s.Floats("splits")...), invalid: readInvalid(s, invalidError), nulls: s.Spark() > 0}
	if s.Err() != nil {
		return nil, s.Err()
	}
	n := len(t.splits)
	if n < 2 {
		s.Fail("splits", "has "+strconv.Itoa(n)+" values; a bucket needs 2")
		return nil, s.Err()
	}
	// JSON cannot hold an Infinity at either end.
	if math.IsNaN(t.splits[0]) {
		t.splits[0] = math.Inf(-1)
	}
	if math.IsNaN(t.splits[n-1]) {
		t.splits[n-1] = math.Inf(1)
	}
	for i := 1; i < n; i++ {
		if !(t.splits[i-1] < t.splits[i]) {
			s.Fail("splits", "is not in ascending order at "+strconv.FormatFloat(t.splits[i], 'g', -1, 64))
		}
	}
	return t, s.Err()
}

func (t *bucketizer) Inputs() []Port {
	in := frame.ScalarOf(frame.Double)
	in.Nullable = t.nulls || t.invalid == invalidSkip
	return []Port{{Name: "input", Type: in}}
}

func (t *bucketizer) Outputs() []Port {
	out := frame.ScalarOf(frame.Double)
	out.Nullable = t.nulls
	return []Port{{Name: "output", Type: out}}
}

func (t *bucketizer) Holds() []Fact { return []Fact{{"buckets", len(t.splits) - 1}} }

func (t *bucketizer) Transform(in, out []*frame.Value) error {
	x := in[0].Num
	last := len(t.splits) - 1
	switch {
	case in[0].Null && t.invalid != invalidSkip:
		out[0].SetNull()
	case in[0].Null || x != x && t.invalid == invalidSkip:
		return Drop
	case x != x && t.invalid == invalidKeep:
		out[0].SetNum(float64(last))
	case x != x:
		return Bad(0, ErrRange, "NaN is in no bucket", `handle_invalid is "error"; "keep" would give it one`)
	case x == t.splits[last]:
		out[0].SetNum(float64(last - 1))
	default:
		bucket := t.below(x) - 1
		if bucket < 0 || bucket >= last {
			return Bad(0, ErrRange, strconv.FormatFloat(x, 'g', -1, 64)+" is in no bucket", "they reach from "+
				strconv.FormatFloat(t.splits[0], 'g', -1, 64)+" to "+strconv.FormatFloat(t.splits[last], 'g', -1, 64))
		}
		out[0].SetNum(float64(bucket))
	}
	return nil
}

// below is the number of splits up to and including x.
func (t *bucketizer) below(x float64) int {
	lo, hi := 0, len(t.splits)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if s := t.splits[mid]; s < x || s == x && (x != 0 || math.Signbit(s) || !math.Signbit(x)) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
