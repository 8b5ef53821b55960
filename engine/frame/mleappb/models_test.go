package mleappb

import (
	"encoding/hex"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// Encoded by protoc --encode from MLeap's mleap.proto.
const (
	loadRequest = "0a0776697369746f72121866696c653a2f6d6f64656c732f76697369746f722e7a69701a080a0408a0f73612002001"
	loadedModel = "0a0776697369746f72120b66696c653a2f6d2e7a69701a06120408a0f736"
	bundleMeta  = "0a130a017512016e18012206302e32352e322a0174122d0a0b0a016112060864120210010a1e0a016212190807121508021a110a0208030a0b08ffffffffffffffffff011a0d0a0b0a01631206080412020801"
)

func ms(n uint64) *uint64 { return &n }

var (
	wantLoad  = &LoadModelRequest{ModelName: "visitor", URI: "file:/models/visitor.zip", Config: &ModelConfig{MemoryTimeout: ms(900000), DiskTimeout: ms(0)}, Force: true}
	wantModel = &Model{Name: "visitor", URI: "file:/m.zip", Config: &ModelConfig{DiskTimeout: ms(900000)}}
	wantMeta  = &BundleMeta{UID: "u", Name: "n", Protobuf: true, Version: "0.25.2", Timestamp: "t",
		Inputs: frame.Schema{
			{Name: "a", Type: frame.ScalarOf(frame.String).OrNull()},
			{Name: "b", Type: frame.TensorOf(frame.Double, 3, -1)},
		},
		Outputs: frame.Schema{{Name: "c", Type: frame.ListOf(frame.Int)}},
	}
)

func TestGenuineModels(t *testing.T) {
	q, err := ReadLoadModelRequest(unhex(t, loadRequest))
	if err != nil || !reflect.DeepEqual(q, wantLoad) {
		t.Errorf("got %+v, %v", q, err)
	}
	if got := hex.EncodeToString(wantLoad.Append(nil)); got != loadRequest {
		t.Errorf("got %s", got)
	}
	m, err := ReadModel(unhex(t, loadedModel))
	if err != nil || !reflect.DeepEqual(m, wantModel) {
		t.Errorf("got %+v, %v", m, err)
	}
	if got := hex.EncodeToString(wantModel.Append(nil)); got != loadedModel {
		t.Errorf("got %s", got)
	}
	if got := hex.EncodeToString(wantMeta.Append(nil)); got != bundleMeta {
		t.Errorf("got %s", got)
	}
}

func TestModelsJSON(t *testing.T) {
	for _, text := range []string{
		// The body in MLeap's own documentation, but for its names.
		`{"modelName":"visitor","uri":"file:/models/visitor.zip","config":{"memoryTimeout":900000,"diskTimeout":0},"force":true}`,
		`{"model_name": "visitor", "uri": "file:/models/visitor.zip", "config": {"memory_timeout": "900000", "disk_timeout": 0, "x": [1]}, "force": true, "y": null}`,
	} {
		if q, err := ReadLoadModelRequestJSON([]byte(text)); err != nil || !reflect.DeepEqual(q, wantLoad) {
			t.Errorf("%s: %+v, %v", text, q, err)
		}
	}
	for _, text := range []string{"", "{invalid json}", "[]", `{"modelName": 1}`, `{"config": {"memoryTimeout": -1}}`, `{} {}`} {
		if q, err := ReadLoadModelRequestJSON([]byte(text)); err == nil {
			t.Errorf("%s: %+v", text, q)
		}
	}
	for got, want := range map[string]string{
		string(wantModel.AppendJSON(nil)): `{"name":"visitor","uri":"file:/m.zip","config":{"diskTimeout":900000}}`,
		string(wantMeta.AppendJSON(nil)): `{"bundle":{"uid":"u","name":"n","format":"PROTOBUF","version":"0.25.2","timestamp":"t"},` +
			`"inputSchema":{"fields":[{"name":"a","dataType":{"base":"STRING","shape":{"base":"SCALAR","isNullable":true}}},` +
			`{"name":"b","dataType":{"base":"DOUBLE","shape":{"base":"TENSOR","isNullable":false,"tensorShape":{"dimensions":[{"size":3,"name":""},{"size":-1,"name":""}]}}}}]},` +
			`"outputSchema":{"fields":[{"name":"c","dataType":{"base":"INT","shape":{"base":"LIST","isNullable":false}}}]}}`,
	} {
		if got != want || !json.Valid([]byte(got)) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
