package mleappb

import (
	"bytes"
	"testing"
)

// reread holds a message that is read against what is
// read of what it writes.
func reread[M any](t *testing.T, data []byte, read func([]byte) (*M, error), write func(*M) []byte) {
	m, err := read(data)
	if err != nil {
		return
	}
	text := write(m)
	again, err := read(text)
	if err != nil || !bytes.Equal(write(again), text) {
		t.Fatalf("%+v read back: %+v, %v", m, again, err)
	}
}

func FuzzMessages(f *testing.F) {
	for _, s := range []string{request, response, failure} {
		f.Add(unhex(f, s))
	}
	f.Add([]byte(`{"modelName":"visitor","frame":"AAH/","options":{"select":["a"],"selectMode":"SELECT_RELAXED"},"tag":"3"}`))
	f.Add([]byte(`{"modelName":"visitor","uri":"file:/m.zip","config":{"memoryTimeout":900000},"force":true}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		reread(t, data, ReadTransformFrameRequest, func(m *TransformFrameRequest) []byte { return m.Append(nil) })
		reread(t, data, ReadTransformFrameResponse, func(m *TransformFrameResponse) []byte { return m.Append(nil) })
		reread(t, data, ReadErrorTransformResponse, func(m *ErrorTransformResponse) []byte { return m.Append(nil) })
		reread(t, data, ReadLoadModelRequest, func(m *LoadModelRequest) []byte { return m.Append(nil) })
		reread(t, data, ReadModel, func(m *Model) []byte { return m.Append(nil) })
		reread(t, data, ReadTransformFrameRequestJSON, func(m *TransformFrameRequest) []byte { return m.AppendJSON(nil) })
		ReadLoadModelRequestJSON(data)
	})
}
