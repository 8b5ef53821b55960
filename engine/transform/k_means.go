package transform

import (
	"math"
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
)

// kMeans gives the number of the closest cluster centre, the first of equals.
//
// Spark: mllib/clustering/KMeansModel.scala, DistanceMeasure.scala
// (EuclideanDistanceMeasure). A vector that holds NaN is refused. Since Spark
// 3.1 centres that lie further from the best one so far than twice the point
// does are passed over; MLeap measures them all, which makes a difference only
// where rounding decides.
//
// MLeap's bundles lose the distance measure: a model that was fitted with the
// cosine distance goes by the Euclidean one, as in MLeap. Models that Spark itself
// saved have it in distance_measure; a vector of zeros is refused by the cosine
// one.
type kMeans struct {
	features int
	cosine   bool
	centers  []center
	radii    []float64 // below the diagonal two centres' bound, on it the least of these
}

// center is a vector with its Euclidean norm.
type center struct {
	vector []float64
	norm   float64
}

func readKMeans(s *Source) (Transformer, error) {
	tensors := s.Tensors("cluster_centers")
	if s.Err() == nil && len(tensors) == 0 {
		s.Fail("cluster_centers", "is empty")
	}
	if s.Err() != nil {
		return nil, s.Err()
	}
	t := &kMeans{features: len(tensors[0].Floats), cosine: readCosine(s)}
	for i := range tensors {
		v := tensors[i].Floats
		if len(v) != t.features {
			s.Fail("cluster_centers", "has centres of "+strconv.Itoa(t.features)+" and of "+strconv.Itoa(len(v))+" elements")
			return nil, s.Err()
		}
		t.centers = append(t.centers, center{v, norm2(v)})
	}
	if n := s.IntOr("num_features", t.features); n != t.features {
		s.Fail("num_features", "is "+strconv.Itoa(n)+", but the centres have "+strconv.Itoa(t.features)+" elements")
	}
	if n := len(t.centers); n > 1 && n < 1000 {
		t.measure()
	}
	return t, s.Err()
}

// readCosine says whether the model goes by the cosine distance.
func readCosine(s *Source) bool {
	measure := s.StringOr("distance_measure", "euclidean")
	if measure != "euclidean" && measure != "cosine" {
		s.Fail("distance_measure", "is "+strconv.Quote(measure)+`, not "euclidean" or "cosine"`)
	}
	return measure == "cosine"
}

// measure fills radii. The bound of two centres is a quarter of their squared
// distance, or the cosine distance of half the angle between them: what is
// nearer to one of them is not nearer to the other.
func (t *kMeans) measure() {
	n := len(t.centers)
	t.radii = make([]float64, n*(n+1)/2)
	for i := range n {
		t.radii[triangle(i, i)] = math.Inf(1)
	}
	for i := range n {
		for j := range i {
			a, b := &t.centers[i], &t.centers[j]
			d := math.Sqrt(squaredDistance(a.vector, b.vector))
			r := 0.25 * d * d
			if t.cosine {
				r = 1 - math.Sqrt(1-(1-dot(a.vector, b.vector)/a.norm/b.norm)/2)
			}
			t.radii[triangle(i, j)] = r
			for _, k := range [2]int{i, j} {
				if least := &t.radii[triangle(k, k)]; r < *least {
					*least = r
				}
			}
		}
	}
}

// triangle is where row i, column j of a lower triangle is.
func triangle(i, j int) int { return i*(i+1)/2 + j }

func (t *kMeans) Inputs() []Port {
	return []Port{{Name: "features", Type: frame.TensorOf(frame.Double, t.features)}}
}

func (t *kMeans) Outputs() []Port {
	return []Port{{Name: "prediction", Type: frame.ScalarOf(frame.Int)}}
}

func (t *kMeans) Holds() []Fact {
	return []Fact{{"clusters", len(t.centers)}, {"features", t.features}}
}

func (t *kMeans) Transform(in, out []*frame.Value) error {
	norm := norm2(in[0].Nums)
	if math.IsNaN(norm) {
		return errNaNPoint()
	}
	if !t.cosine {
		out[0].SetNum(float64(t.closest(in[0], norm)))
		return nil
	}
	if norm == 0 {
		return errZeroPoint()
	}
	out[0].SetNum(float64(t.closestByAngle(in[0], norm)))
	return nil
}

func errZeroPoint() error {
	return Bad(0, ErrRange, "the vector has no element but 0", "there is no angle, and so no cosine distance, between it and others")
}

// closestByAngle is CosineDistanceMeasure.findClosest.
func (t *kMeans) closestByAngle(v *frame.Value, norm float64) int {
	best, least := 0, t.centers[0].cosineDistance(v, norm)
	if t.radii != nil && least < t.radii[triangle(0, 0)] {
		return 0
	}
	for i := 1; i < len(t.centers); i++ {
		if t.radii != nil && !(t.radii[triangle(i, best)] < least) {
			continue
		}
		d := t.centers[i].cosineDistance(v, norm)
		if t.radii != nil && d < t.radii[triangle(i, i)] {
			return i
		}
		if d < least {
			best, least = i, d
		}
	}
	return best
}

func (c *center) cosineDistance(v *frame.Value, norm float64) float64 {
	return 1 - dotVector(v, c.vector)/c.norm/norm
}

func errNaNPoint() error {
	return Bad(0, ErrRange, "the vector holds NaN", "no cluster centre is closest to it")
}

func (t *kMeans) closest(v *frame.Value, norm float64) int {
	best, least := 0, math.Inf(1)
	for i := range t.centers {
		c := &t.centers[i]
		if i > 0 {
			gap := c.norm - norm
			if !(gap*gap < least) || t.radii != nil && !(t.radii[triangle(i, best)] < least) {
				continue
			}
		}
		d := c.squaredDistance(v, norm)
		if t.radii != nil && d < t.radii[triangle(i, i)] {
			return i
		}
		if d < least {
			best, least = i, d
		}
	}
	return best
}

// squaredDistance is that of a vector whose norm is given
// (MLUtils.fastSquaredDistance). For a sparse vector it is worked out from the
// norms and a dot product where that is precise enough.
func (c *center) squaredDistance(v *frame.Value, norm float64) float64 {
	if !v.Sparse {
		return squaredDistance(v.Nums, c.vector)
	}
	const (
		epsilon   = 0x1p-52
		precision = 1e-6
	)
	squares := float64(c.norm*c.norm) + float64(norm*norm)
	gap := c.norm - norm
	dot := dotSparse(v, c.vector)
	if 2*epsilon*squares/(float64(gap*gap)+epsilon) < precision {
		return squares - float64(2*dot)
	}
	d := max(squares-float64(2*dot), 0)
	if epsilon*(squares+float64(2*math.Abs(dot)))/(d+epsilon) > precision {
		return squaredDistanceSparse(v, c.vector)
	}
	return d
}

func squaredDistance(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		d := a[i] - b[i]
		sum += float64(d * d)
	}
	return sum
}

func squaredDistanceSparse(v *frame.Value, b []float64) float64 {
	sum, k := 0.0, 0
	for i, d := range b {
		if k < len(v.Indices) && int(v.Indices[k]) == i {
			d = v.Nums[k] - d
			k++
		}
		sum += float64(d * d)
	}
	return sum
}

func norm2(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += float64(x * x)
	}
	return math.Sqrt(sum)
}
