package xgboost

import (
	"errors"
	"strconv"

	"github.com/pageleap/pageleap/engine/internal/json"
)

// Parse reads a model in any of XGBoost's formats: UBJSON, JSON, or the binary
// form that came before them.
func Parse(data []byte) (*Model, error) {
	s := &saved{}
	var err error
	switch {
	case isUBJSON(data):
		err = (&reader{saved: s, in: &ubj{data: data}}).object("")
	case len(data) > 0 && data[0] == '{':
		in := json.NewDecoder(data)
		in.NonFinite = true
		err = (&reader{saved: s, in: jsonSource{in}}).object("")
	default:
		if len(data) > 4 && string(data[:4]) == "binf" {
			data = data[4:]
		}
		if err = s.readBinary(data); err != nil {
			err = errors.New("neither UBJSON, JSON nor the old binary form of XGBoost: " + err.Error())
		}
	}
	if err != nil {
		return nil, err
	}
	switch s.booster {
	case "gbtree", "dart", "gblinear":
	default:
		return nil, errors.New("unknown booster " + strconv.Quote(s.booster))
	}
	if s.base == nil {
		return nil, errors.New("no learner_model_param with a base_score")
	}
	return s.model()
}

// isUBJSON says whether an object of UBJSON begins here: in JSON a quotation
// mark follows the brace, in UBJSON a letter, that of a length.
func isUBJSON(data []byte) bool {
	if len(data) < 2 || data[0] != '{' {
		return false
	}
	c := data[1] | 0x20
	return 'a' <= c && c <= 'z'
}
