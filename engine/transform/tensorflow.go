package transform

import "github.com/pageleap/pageleap/engine/bundle"

// readTensorflow refuses MLeap's op "tensorflow", whose model is a graph for
// the TensorFlow library itself (TensorflowTransformerOp.scala).
func readTensorflow(s *Source) (Transformer, error) {
	return nil, &bundle.Error{Kind: ErrUnknownOp, Path: s.Model.Path,
		Msg: `unsupported op "tensorflow": it needs the TensorFlow library; export the pipeline without it`}
}
