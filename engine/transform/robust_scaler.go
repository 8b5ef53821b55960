package transform

import "strconv"

// readRobustScaler reads a standard scaler that goes by the median for the mean
// and by the range between two quantiles for the standard deviation.
//
// Spark: ml/feature/RobustScaler.scala, which MLeap does not have; it scales by
// the same function as StandardScaler. A feature whose range is 0 becomes ±0.0.
//
//	median          tensor of double, one a feature
//	range           tensor of double, one a feature
//	with_centering  boolean: the median is subtracted
//	with_scaling    boolean: the rest is divided by the range
func readRobustScaler(s *Source) (Transformer, error) {
	median, ranges := s.Vector("median"), s.Vector("range")
	if len(median) != len(ranges) {
		s.Fail("range", "has "+strconv.Itoa(len(ranges))+" elements, and the median "+strconv.Itoa(len(median)))
	}
	t := &standardScaler{dims: []int{len(ranges)}}
	if s.Bool("with_centering") {
		t.mean = median
	}
	if s.Bool("with_scaling") {
		t.factor = make([]float64, len(ranges))
		for i, x := range ranges {
			if x != 0 {
				t.factor[i] = 1 / x
			}
		}
	}
	return t, s.Err()
}
