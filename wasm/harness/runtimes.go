package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/wasm/host"
)

// Runtime is a place where bundles are scored. It answers every job; an error
// is a fault of the runtime itself.
type Runtime struct {
	Name string
	Run  func(jobs []Job) ([]Answer, error)
}

func (j *Job) frame() ([]byte, error) {
	if j.Rows != nil {
		return j.Rows, nil
	}
	return os.ReadFile(j.Frame)
}

// Native scores in this process.
func Native() Runtime {
	return Runtime{"native", func(jobs []Job) ([]Answer, error) {
		return each(jobs, func(zip, data []byte) ([]byte, error) {
			m, err := engine.Load(zip)
			if err != nil {
				return nil, err
			}
			b, _, err := m.TransformBytes(data, frame.Auto, frame.JSON, nil)
			return b, err
		}, func(err error) Answer { return Answer{Kind: engine.ErrorKind(err), Msg: err.Error()} })
	}}
}

// Wazero scores in scorer.wasm, one instance for all jobs.
func Wazero(wasm []byte) Runtime {
	return Runtime{"wazero", func(jobs []Job) ([]Answer, error) {
		ctx := context.Background()
		rt, in, err := instance(ctx, wasm)
		if err != nil {
			return nil, err
		}
		defer rt.Close(ctx)
		return each(jobs, func(zip, data []byte) ([]byte, error) {
			m, err := in.Load(ctx, zip)
			if err != nil {
				return nil, err
			}
			defer m.Close(ctx)
			return m.Transform(ctx, data, host.Format(frame.Auto), host.JSON, nil)
		}, func(err error) Answer {
			var e *host.Error
			if errors.As(err, &e) {
				return Answer{Kind: e.Kind, Msg: e.Msg}
			}
			return Answer{Kind: "trap", Msg: err.Error()}
		})
	}}
}

// instance starts a module in a runtime of its own, which the caller closes.
func instance(ctx context.Context, wasm []byte) (*host.Runtime, *host.Instance, error) {
	rt, err := host.New(ctx, wasm, nil)
	if err != nil {
		return nil, nil, err
	}
	in, err := rt.Instantiate(ctx)
	if err != nil {
		rt.Close(context.WithoutCancel(ctx))
		return nil, nil, err
	}
	return rt, in, nil
}

func each(jobs []Job, run func(zip, data []byte) ([]byte, error), fault func(error) Answer) ([]Answer, error) {
	answers := make([]Answer, len(jobs))
	for i := range jobs {
		zip, err := os.ReadFile(jobs[i].Bundle)
		if err != nil {
			return nil, err
		}
		data, err := jobs[i].frame()
		if err != nil {
			return nil, err
		}
		if b, err := run(zip, data); err != nil {
			answers[i] = fault(err)
		} else {
			answers[i] = Answer{Frame: b}
		}
	}
	return answers, nil
}

// Node scores in scorer.wasm in Node, through the npm package: script reads
// jobs as lines of JSON and writes answers likewise.
func Node(script, wasmPath string) Runtime {
	return Runtime{"node", func(jobs []Job) ([]Answer, error) {
		var in bytes.Buffer
		enc := json.NewEncoder(&in)
		for i := range jobs {
			if err := enc.Encode(&jobs[i]); err != nil {
				return nil, err
			}
		}
		cmd := exec.Command("node", script, wasmPath)
		cmd.Stdin, cmd.Stderr = &in, os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", script, err)
		}
		var answers []Answer
		s := bufio.NewScanner(bytes.NewReader(out))
		s.Buffer(nil, 1<<28)
		for s.Scan() {
			var a struct{ Frame, Kind, Msg string }
			if err := json.Unmarshal(s.Bytes(), &a); err != nil {
				return nil, fmt.Errorf("node %s: %w", script, err)
			}
			answers = append(answers, Answer{[]byte(a.Frame), a.Kind, a.Msg})
		}
		if len(answers) != len(jobs) {
			return nil, fmt.Errorf("node %s: %d answers to %d jobs", script, len(answers), len(jobs))
		}
		return answers, s.Err()
	}}
}
