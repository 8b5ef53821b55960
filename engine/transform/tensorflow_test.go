package transform

import (
	"errors"
	"strings"
	"testing"
)

func TestTensorflow(t *testing.T) {
	_, err := NewSource(nodeOf("tensorflow", ""), Table).Read()
	if !errors.Is(err, ErrUnknownOp) || !strings.Contains(err.Error(), `root/tensorflow.node: unsupported op "tensorflow"`) {
		t.Error(err)
	}
}
