package transform

import "github.com/pageleap/pageleap/engine/frame"

// pca projects a vector on principal components.
//
// Spark: ml/feature/PCA.scala, gemv in mllib-local: ml/linalg/BLAS.scala. The
// data are not centred (scikit-learn's PCA does centre: its mean is not in the
// bundle). The answer is dense. The tensor in the bundle has the shape
// [features, components], but its values lie column by column: each component's
// loadings end to end.
type pca struct {
	features, components int
	loadings             []float64
}

func readPCA(s *Source) (Transformer, error) {
	values, rows, cols := s.Matrix("principal_components")
	return &pca{features: rows, components: cols, loadings: values}, s.Err()
}

func (t *pca) Inputs() []Port {
	return []Port{{Name: "input", Type: frame.TensorOf(frame.Double, t.features)}}
}

// Outputs has the shape [] that MLeap declares for want of a size.
func (t *pca) Outputs() []Port {
	return []Port{{Name: "output", Type: frame.Type{Kind: frame.Tensor, Base: frame.Double, Dims: []int{}, Nullable: true}}}
}

func (t *pca) Transform(in, out []*frame.Value) error {
	d := out[0].Dense(t.components)
	for j := range d {
		d[j] = dotRow(in[0], t.loadings[j*t.features:][:t.features])
	}
	return nil
}

func (t *pca) Holds() []Fact { return []Fact{{"components", t.components}} }
