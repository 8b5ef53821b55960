package mleappb

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/pageleap/pageleap/engine/frame"
)

// The messages below were encoded by protoc --encode from MLeap's mleap.proto.
// The request has a flow_config and an init_timeout, which are passed over.
const (
	request  = "0a0776697369746f721a041a02080422176d6c2e636f6d627573742e6d6c6561702e62696e6172792a0408b8910250ffffffffffffffffff015a080001ff627974657362130a0a70726564696374696f6e0a0370c3a91002"
	response = "08ac021a030001ff20012a0c756e7365656e206c6162656c320461742078"
	failure  = "08011201651a0162"
)

var (
	wantRequest = &TransformFrameRequest{ModelName: "visitor", Format: "ml.combust.mleap.binary", Tag: 1<<64 - 1,
		Frame: []byte("\x00\x01\xffbytes"), Select: []string{"prediction", "pé"}, SelectMode: SelectRelaxed}
	wantResponse = &TransformFrameResponse{Tag: 300, Frame: []byte("\x00\x01\xff"), Status: Failed, Error: "unseen label", Backtrace: "at x"}
	wantFailure  = &ErrorTransformResponse{Status: Failed, Error: "e", Backtrace: "b"}
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestGenuine(t *testing.T) {
	q, err := ReadTransformFrameRequest(unhex(t, request))
	if err != nil || !reflect.DeepEqual(q, wantRequest) {
		t.Errorf("got %+v, %v", q, err)
	}
	if q, err := ReadTransformFrameRequest(q.Append(nil)); err != nil || !reflect.DeepEqual(q, wantRequest) {
		t.Errorf("read back: %+v, %v", q, err)
	}
	a, err := ReadTransformFrameResponse(unhex(t, response))
	if err != nil || !reflect.DeepEqual(a, wantResponse) {
		t.Errorf("got %+v, %v", a, err)
	}
	if got := hex.EncodeToString(a.Append(nil)); got != response {
		t.Errorf("got %s", got)
	}
	e, err := ReadErrorTransformResponse(unhex(t, failure))
	if err != nil || !reflect.DeepEqual(e, wantFailure) {
		t.Errorf("got %+v, %v", e, err)
	}
	if got := hex.EncodeToString(e.Append(nil)); got != failure {
		t.Errorf("got %s", got)
	}
}

func TestCutOff(t *testing.T) {
	whole := unhex(t, request)
	for n := range len(whole) {
		if q, err := ReadTransformFrameRequest(whole[:n]); err != nil && !errors.Is(err, frame.ErrFormat) {
			t.Errorf("%d: %+v, %v", n, q, err)
		}
	}
	if _, err := ReadTransformFrameRequest(whole[:len(whole)-1]); !errors.Is(err, frame.ErrFormat) {
		t.Error(err)
	}
	if a, _ := ReadTransformFrameResponse([]byte{4 << 3, 9}); a.Status != Failed {
		t.Error("an unknown status is a success")
	}
}

func TestJSON(t *testing.T) {
	for _, in := range []string{
		`{"modelName":"visitor","format":"ml.combust.mleap.binary","initTimeout":"35000","tag":18446744073709551615,"frame":"AAH/Ynl0ZXM=","options":{"select":["prediction","pé"],"selectMode":"SELECT_MODE_RELAXED"}}`,
		`{"model_name":"visitor","streamName":null,"format":"ml.combust.mleap.binary","tag":"18446744073709551615","frame":"AAH/Ynl0ZXM","options":{"select":["prediction","pé"],"select_mode":2}}`,
		string(wantRequest.AppendJSON(nil)),
	} {
		if q, err := ReadTransformFrameRequestJSON([]byte(in)); err != nil || !reflect.DeepEqual(q, wantRequest) {
			t.Errorf("%s: %+v, %v", in, q, err)
		}
	}
	for _, in := range []string{``, `[]`, `{"tag":-1}`, `{"tag":""}`, `{"frame":"*"}`, `{"frame":1}`, `{"options":{"selectMode":"X"}}`, `{} 1`} {
		if _, err := ReadTransformFrameRequestJSON([]byte(in)); !errors.Is(err, frame.ErrFormat) {
			t.Errorf("%s: %v", in, err)
		}
	}
	const want = `{"tag":300,"format":"","frame":"AAH/","status":"STATUS_ERROR","error":"unseen label","backtrace":"at x"}`
	if got := string(wantResponse.AppendJSON(nil)); got != want {
		t.Errorf("got %s", got)
	}
	if got := wantFailure.AppendJSON(nil); !json.Valid(got) || !bytes.Contains(got, []byte(`"status":"STATUS_ERROR"`)) {
		t.Errorf("got %s", got)
	}
}
