// Package document reads documents of experiments as people write them: in JSON
// or in TOML. It is not part of the Worker, whose store holds JSON.
//
//	[[experiments]]
//	name = "deeper-forest"
//	model = "visitor"
//	variants = [
//	  {name = "control", version = "3", weight = 90},
//	  {name = "deeper", version = "4", weight = 10},
//	]
//	shadow = {version = "5", share = 0.1}
//	guard = {failures = 0.02, after = 200}
package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/BurntSushi/toml"
	"github.com/pageleap/pageleap/edge/experiment"
)

// Parse reads a document and checks it. What begins with "{" is JSON, which TOML
// cannot begin with.
func Parse(text []byte) (*experiment.Document, error) {
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte{'{'}) {
		return experiment.Parse(text)
	}
	values := map[string]any{}
	if err := toml.Unmarshal(text, &values); err != nil {
		if p := (toml.ParseError{}); errors.As(err, &p) {
			return nil, fmt.Errorf("experiments: line %d: %s", p.Position.Line, p.Message)
		}
		return nil, fmt.Errorf("experiments: %w", err)
	}
	// The names and the checks are those of JSON.
	text, err := json.Marshal(values)
	if err != nil {
		return nil, fmt.Errorf("experiments: %w", err) // infinity or NaN
	}
	return experiment.Parse(text)
}
