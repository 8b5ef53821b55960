package transform

import "testing"

// Probabilities are the raw scores, and thresholds divide them, as in MLeap.
func TestSupportVectorMachine(t *testing.T) {
	machine := func(thresholds ...float64) Transformer {
		return readNode(t, nodeOf("support_vector_machine", "features:f > raw_prediction:r probability:p prediction:c", attrInt("num_classes", 2),
			attrVector("coefficients", 0.5, -1), attrFloat("intercept", 0.25), attrFloats("thresholds", thresholds...)))
	}
	tr := machine(0.5, 0.5)
	wantNear(t, tr, dense(1, 2), 1.25, -1.25, 1.25, -1.25, 0)
	wantNear(t, tr, dense(-0.5, 0), 0, 0, 0, 0, 0)
	wantNear(t, tr, sparse(2, 0, 2), -1.25, 1.25, -1.25, 1.25, 1)
	wantNear(t, machine(0.9, 0.1), dense(1, 2), 1.25, -1.25, 1.25, -1.25, 0)
	wantNoAllocs(t, tr, dense(1, 2))
}
