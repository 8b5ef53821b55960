package transform

import "github.com/pageleap/pageleap/engine/frame"

// xgboostRegression is MLeap's op "xgboost.regression", which reads the same
// bundles whether they are run with XGBoost4j or with XGBoost-Predictor
// (XGBoostRegressionModel.scala): the prediction is the booster's first output.
type xgboostRegression struct{ booster }

func readXGBoostRegression(s *Source) (Transformer, error) {
	b, err := readBooster(s)
	if err != nil {
		return nil, err
	}
	return &xgboostRegression{b}, nil
}

func (x *xgboostRegression) Outputs() []Port {
	return append([]Port{{Name: "prediction", Type: frame.ScalarOf(frame.Double)}}, x.explained()...)
}

func (x *xgboostRegression) Transform(in, out []*frame.Value) error {
	margins, err := x.run(in[0], out[1:])
	if err != nil {
		return err
	}
	out[0].SetNum(x.m.Outputs(margins)[0])
	return nil
}
