package experiment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
)

// Document is what is tried out at present. In JSON:
//
//	{
//	  "experiments": [{
//	    "name": "deeper-forest",
//	    "model": "visitor",
//	    "salt": "2026-11",
//	    "variants": [
//	      {"name": "control", "version": "3", "weight": 90},
//	      {"name": "deeper", "version": "4", "weight": 10}
//	    ],
//	    "shadow": {"version": "5", "share": 0.1, "tolerance": 1e-9},
//	    "guard": {"failures": 0.02, "after": 200, "slow_ms": 50}
//	  }]
//	}
type Document struct {
	Experiments []Experiment `json:"experiments"`
}

// Experiment shares a model's requests out among several versions of it.
type Experiment struct {
	Name  string `json:"name"`
	Model string `json:"model"`
	// Salt makes this experiment's assignment unlike others'. It is the name
	// where it is left out. A new one shuffles everybody.
	Salt string `json:"salt,omitempty"`
	// Variants are the shares. The first one is the control: it answers
	// requests that come without a key, and those of a variant that the guard
	// has turned off.
	Variants []Variant `json:"variants"`
	Shadow   *Shadow   `json:"shadow,omitempty"`
	Guard    *Guard    `json:"guard,omitempty"`
}

// Variant is one version's share.
type Variant struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Weight  float64 `json:"weight"`
}

// Shadow is a version that scores some of the requests after they are answered,
// to be compared with the answer and thrown away.
type Shadow struct {
	Version   string  `json:"version"`
	Share     float64 `json:"share"`               // of the requests; 1: all
	Tolerance float64 `json:"tolerance,omitempty"` // the relative difference that counts as none
}

// Guard turns a variant off that fails where the control does not.
//
// A request that a variant cannot score is scored by the control; if that can,
// the variant has failed, and if neither can, the request is to blame. An
// answer that takes longer than SlowMS is a failure too, where the platform
// lets programs measure time (Workers don't).
type Guard struct {
	Failures float64 `json:"failures"`          // the share of failures that a variant may have
	After    int     `json:"after"`             // judged from so many requests on, and over about twice as many
	SlowMS   float64 `json:"slow_ms,omitempty"` // 0: any time will do
}

// Parse reads a document and checks it.
func Parse(data []byte) (*Document, error) {
	d := new(Document)
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(d); err != nil {
		return nil, fmt.Errorf("experiments: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("experiments: more follows after the document")
	}
	if err := d.Check(); err != nil {
		return nil, err
	}
	return d, nil
}

// Check says what is wrong with a document, and fills in what it leaves out.
func (d *Document) Check() error {
	models := map[string]string{}
	for i := range d.Experiments {
		e := &d.Experiments[i]
		if e.Name == "" {
			return fmt.Errorf("experiments[%d]: has no name", i)
		}
		if err := e.check(); err != nil {
			return fmt.Errorf("experiment %q: %w", e.Name, err)
		}
		if other, ok := models[e.Model]; ok {
			return fmt.Errorf("experiment %q: model %q is in experiment %q already; a model is in one at a time", e.Name, e.Model, other)
		}
		models[e.Model] = e.Name
	}
	return nil
}

func (e *Experiment) check() error {
	if e.Model == "" {
		return errors.New("names no model")
	}
	if e.Salt == "" {
		e.Salt = e.Name
	}
	total := 0.0
	names := map[string]bool{}
	for _, v := range e.Variants {
		switch {
		case v.Name == "" || v.Version == "":
			return errors.New("each variant has a name and a version")
		case names[v.Name]:
			return fmt.Errorf("variant %q is there twice", v.Name)
		case !(v.Weight >= 0) || math.IsInf(v.Weight, 0):
			return fmt.Errorf("variant %q: weight %v is not a number from 0 up", v.Name, v.Weight)
		}
		names[v.Name] = true
		total += v.Weight
	}
	switch {
	case len(e.Variants) == 0:
		return errors.New("has no variants")
	case total == 0 || math.IsInf(total, 0):
		return fmt.Errorf("the weights add up to %v", total)
	case e.Shadow != nil && e.Shadow.Version == "":
		return errors.New("the shadow has no version")
	case e.Shadow != nil && !(e.Shadow.Share >= 0 && e.Shadow.Share <= 1):
		return fmt.Errorf("the shadow's share %v is not from 0 to 1", e.Shadow.Share)
	case e.Shadow != nil && !(e.Shadow.Tolerance >= 0):
		return fmt.Errorf("the shadow's tolerance %v is below 0", e.Shadow.Tolerance)
	case e.Guard != nil && !(e.Guard.Failures >= 0 && e.Guard.Failures < 1):
		return fmt.Errorf("the guard's failures %v are not a share from 0 to below 1", e.Guard.Failures)
	case e.Guard != nil && e.Guard.After < 1:
		return fmt.Errorf("the guard judges after %d requests; let it see 1 at least", e.Guard.After)
	case e.Guard != nil && !(e.Guard.SlowMS >= 0):
		return fmt.Errorf("the guard's slow_ms %v is below 0", e.Guard.SlowMS)
	}
	return nil
}

// Versions are all versions that the experiment uses.
func (e *Experiment) Versions() []string {
	var list []string
	for _, v := range e.Variants {
		list = append(list, v.Version)
	}
	if e.Shadow != nil {
		list = append(list, e.Shadow.Version)
	}
	return list
}

// Assign is the index of the variant that a key gets. No key is the control's.
func (e *Experiment) Assign(key string) int {
	if key == "" {
		return 0
	}
	weights := make([]float64, 0, 8)
	for _, v := range e.Variants {
		weights = append(weights, v.Weight)
	}
	return Pick(weights, Unit(e.Salt, key))
}
