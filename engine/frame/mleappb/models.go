package mleappb

import (
	"strconv"

	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/engine/internal/json"
	"github.com/pageleap/pageleap/engine/internal/wire"
)

// LoadModelRequest asks for a model to be loaded from where its bundle is.
type LoadModelRequest struct {
	ModelName string
	URI       string
	Config    *ModelConfig
	Force     bool
}

// ModelConfig is how long MLeap's executor keeps a model and its files, in
// milliseconds; nil: not said.
type ModelConfig struct {
	MemoryTimeout, DiskTimeout *uint64
}

// Model is a loaded model.
type Model struct {
	Name   string
	URI    string
	Config *ModelConfig
}

// BundleMeta is what a model's bundle says of itself, and its columns.
type BundleMeta struct {
	UID, Name, Version, Timestamp string
	Protobuf                      bool // the bundle's format; else JSON
	Inputs, Outputs               frame.Schema
}

// ReadLoadModelRequest reads the message in data.
func ReadLoadModelRequest(data []byte) (*LoadModelRequest, error) {
	q := new(LoadModelRequest)
	r := wire.NewReader(data)
	for r.Next() {
		switch r.Num {
		case 1:
			q.ModelName = string(r.Bytes())
		case 2:
			q.URI = string(r.Bytes())
		case 3:
			m := r.Message()
			q.Config = readConfig(&m)
			r.Join(&m)
		case 4:
			q.Force = r.Bool()
		}
	}
	return q, malformed(r.Err())
}

// Append appends q as a message.
func (q *LoadModelRequest) Append(b []byte) []byte {
	b = appendString(b, 1, q.ModelName)
	b = appendString(b, 2, q.URI)
	b = appendConfig(b, q.Config)
	if q.Force {
		b = appendNumber(b, 4, 1)
	}
	return b
}

// ReadLoadModelRequestJSON reads the message as JSON, in which fields go by
// their name in either spelling (modelName, model_name).
func ReadLoadModelRequestJSON(data []byte) (*LoadModelRequest, error) {
	q := new(LoadModelRequest)
	d := json.NewDecoder(data)
	err := d.Object(func(key string) (err error) {
		if d.Kind() == json.Null {
			return d.Null()
		}
		switch key {
		case "modelName", "model_name":
			q.ModelName, err = d.String()
		case "uri":
			q.URI, err = d.String()
		case "force":
			q.Force, err = d.Bool()
		case "config":
			q.Config, err = readConfigJSON(d)
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	return q, malformed(err)
}

// ReadModel reads the message in data.
func ReadModel(data []byte) (*Model, error) {
	a := new(Model)
	r := wire.NewReader(data)
	for r.Next() {
		switch r.Num {
		case 1:
			a.Name = string(r.Bytes())
		case 2:
			a.URI = string(r.Bytes())
		case 3:
			m := r.Message()
			a.Config = readConfig(&m)
			r.Join(&m)
		}
	}
	return a, malformed(r.Err())
}

// Append appends a as a message.
func (a *Model) Append(b []byte) []byte {
	b = appendString(b, 1, a.Name)
	b = appendString(b, 2, a.URI)
	return appendConfig(b, a.Config)
}

// AppendJSON appends a as MLeap's server writes it.
func (a *Model) AppendJSON(b []byte) []byte {
	b = append(b, `{"name":`...)
	b = json.AppendString(b, a.Name)
	b = append(b, `,"uri":`...)
	b = json.AppendString(b, a.URI)
	if a.Config != nil {
		b = append(b, `,"config":{`...)
		sep := ""
		for _, f := range []struct {
			name string
			ms   *uint64
		}{{"memoryTimeout", a.Config.MemoryTimeout}, {"diskTimeout", a.Config.DiskTimeout}} {
			if f.ms != nil {
				b = append(b, sep+`"`+f.name+`":`...)
				b = strconv.AppendUint(b, *f.ms, 10)
				sep = ","
			}
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

// A time is a message of its own (google.protobuf.UInt64Value), so that one
// that is not said can be told from 0.

func readConfig(r *wire.Reader) *ModelConfig {
	c := new(ModelConfig)
	for r.Next() {
		if r.Num != 1 && r.Num != 2 {
			continue
		}
		ms := new(uint64)
		m := r.Message()
		for m.Next() {
			if m.Num == 1 {
				*ms = uint64(m.Int64())
			}
		}
		r.Join(&m)
		if r.Num == 1 {
			c.MemoryTimeout = ms
		} else {
			c.DiskTimeout = ms
		}
	}
	return c
}

func appendConfig(b []byte, c *ModelConfig) []byte {
	if c == nil {
		return b
	}
	var m []byte
	for i, ms := range []*uint64{c.MemoryTimeout, c.DiskTimeout} {
		if ms != nil {
			m = wire.AppendBytes(m, i+1, appendNumber(nil, 1, *ms))
		}
	}
	return wire.AppendBytes(b, 3, m)
}

func readConfigJSON(d *json.Decoder) (*ModelConfig, error) {
	c := new(ModelConfig)
	err := d.Object(func(key string) error {
		var ms **uint64
		switch key {
		case "memoryTimeout", "memory_timeout":
			ms = &c.MemoryTimeout
		case "diskTimeout", "disk_timeout":
			ms = &c.DiskTimeout
		default:
			return d.Skip()
		}
		if d.Kind() == json.Null {
			return d.Null()
		}
		n, err := number(d)
		*ms = &n
		return err
	})
	return c, err
}

// Append appends a as a message.
func (a *BundleMeta) Append(b []byte) []byte {
	var m []byte
	m = appendString(m, 1, a.UID)
	m = appendString(m, 2, a.Name)
	if a.Protobuf {
		m = appendNumber(m, 3, 1)
	}
	m = appendString(m, 4, a.Version)
	m = appendString(m, 5, a.Timestamp)
	b = wire.AppendBytes(b, 1, m)
	b = wire.AppendBytes(b, 2, appendSchema(nil, a.Inputs))
	return wire.AppendBytes(b, 3, appendSchema(nil, a.Outputs))
}

// AppendJSON appends a as MLeap's server writes it.
func (a *BundleMeta) AppendJSON(b []byte) []byte {
	format := "JSON"
	if a.Protobuf {
		format = "PROTOBUF"
	}
	b = append(b, `{"bundle":`...)
	for i, kv := range [...][2]string{{"uid", a.UID}, {"name", a.Name}, {"format", format}, {"version", a.Version}, {"timestamp", a.Timestamp}} {
		b = append(b, "{,,,,"[i], '"')
		b = append(b, kv[0]+`":`...)
		b = json.AppendString(b, kv[1])
	}
	b = append(b, `},"inputSchema":`...)
	b = appendSchemaJSON(b, a.Inputs)
	b = append(b, `,"outputSchema":`...)
	b = appendSchemaJSON(b, a.Outputs)
	return append(b, '}')
}

// mapShape stands for a map. bundle.proto's DataShapeType has no word for one:
// MLeap itself cannot say such a schema.
const mapShape = 3

var shapes = [...]string{frame.Scalar: "SCALAR", frame.List: "LIST", frame.Tensor: "TENSOR", frame.Map: "MAP"}

func shapeNumber(k frame.Kind) uint64 {
	switch k {
	case frame.List:
		return 1
	case frame.Tensor:
		return 2
	case frame.Map:
		return mapShape
	}
	return 0
}

// basicNumber is a type's number in bundle.proto, where the types of variable
// width stand apart.
func basicNumber(b frame.Basic) uint64 {
	switch b {
	case frame.String:
		return 100
	case frame.ByteString:
		return 101
	}
	return uint64(b)
}

func basicName(b frame.Basic) string {
	s := []byte(b.String())
	for i, c := range s {
		if 'a' <= c && c <= 'z' {
			s[i] = c - 'a' + 'A'
		}
	}
	return string(s)
}

func appendSchema(b []byte, s frame.Schema) []byte {
	for _, f := range s {
		var shape []byte
		shape = appendNumber(shape, 1, shapeNumber(f.Type.Kind))
		if f.Type.Nullable {
			shape = appendNumber(shape, 2, 1)
		}
		if f.Type.Kind == frame.Tensor && f.Type.Dims != nil {
			var dims []byte
			for _, n := range f.Type.Dims {
				dims = wire.AppendBytes(dims, 1, appendNumber(nil, 1, uint64(n)))
			}
			shape = wire.AppendBytes(shape, 3, dims)
		}
		var t []byte
		t = appendNumber(t, 1, basicNumber(f.Type.Base))
		t = wire.AppendBytes(t, 2, shape)
		b = wire.AppendBytes(b, 1, wire.AppendBytes(appendString(nil, 1, f.Name), 2, t))
	}
	return b
}

func appendSchemaJSON(b []byte, s frame.Schema) []byte {
	b = append(b, `{"fields":[`...)
	for i, f := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = json.AppendString(b, f.Name)
		b = append(b, `,"dataType":{"base":"`+basicName(f.Type.Base)+`","shape":{"base":"`+shapes[f.Type.Kind]+`","isNullable":`...)
		b = strconv.AppendBool(b, f.Type.Nullable)
		if f.Type.Kind == frame.Tensor && f.Type.Dims != nil {
			b = append(b, `,"tensorShape":{"dimensions":[`...)
			for k, n := range f.Type.Dims {
				if k > 0 {
					b = append(b, ',')
				}
				b = append(b, `{"size":`...)
				b = strconv.AppendInt(b, int64(n), 10)
				b = append(b, `,"name":""}`...)
			}
			b = append(b, ']', '}')
		}
		b = append(b, '}', '}', '}')
	}
	return append(b, ']', '}')
}
