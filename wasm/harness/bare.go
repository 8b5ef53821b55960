package main

import (
	"context"
	"errors"

	"github.com/pageleap/pageleap/engine"
	"github.com/pageleap/pageleap/engine/compile"
	"github.com/pageleap/pageleap/engine/frame"
	"github.com/pageleap/pageleap/wasm/host"
)

// unsupported is the kind of the answer for a bundle that cannot be compiled.
const unsupported = "unsupported"

// Bare compiles each bundle into a module of its own and scores in that, in
// wazero. A bundle that does not load, or a frame that does not fit, ends as it
// does natively: the compiler sees neither.
func Bare() Runtime {
	return Runtime{"bare", func(jobs []Job) ([]Answer, error) {
		ctx := context.Background()
		var rt *host.Runtime
		var model *host.Model
		var last string
		var lastErr error
		load := func(zip []byte) error {
			m, err := engine.Load(zip)
			if err != nil {
				return err
			}
			module, err := compile.Compile(m)
			if err != nil {
				return err
			}
			if rt != nil {
				rt.Close(ctx)
			}
			rt, model, err = loadBare(ctx, module.Wasm)
			return err
		}
		defer func() {
			if rt != nil {
				rt.Close(ctx)
			}
		}()
		return each(jobs, func(zip, data []byte) ([]byte, error) {
			if key := string(zip); key != last {
				last, lastErr = key, load(zip)
			}
			if lastErr != nil {
				return nil, lastErr
			}
			return model.Transform(ctx, data, host.Format(frame.Auto), host.JSON, nil)
		}, func(err error) Answer {
			var e *host.Error
			switch {
			case errors.As(err, &e):
				return Answer{Kind: e.Kind, Msg: e.Msg}
			case errors.Is(err, compile.ErrUnsupported):
				return Answer{Kind: unsupported, Msg: err.Error()}
			}
			return Answer{Kind: engine.ErrorKind(err), Msg: err.Error()}
		})
	}}
}

// bareForms are the modules of a model: as it is by default, and without SIMD
// where it has that.
func bareForms(m *engine.Model) ([]*compile.Module, error) {
	module, err := compile.Compile(m)
	if err != nil || !module.SIMD {
		return []*compile.Module{module}, err
	}
	scalar, err := compile.Compile(m, compile.WithoutSIMD())
	return []*compile.Module{module, scalar}, err
}

// loadBare starts a compiled module in a runtime of its own, which the caller
// closes.
func loadBare(ctx context.Context, wasm []byte) (*host.Runtime, *host.Model, error) {
	rt, in, err := instance(ctx, wasm)
	if err != nil {
		return nil, nil, err
	}
	m, err := in.Load(ctx, nil)
	if err != nil {
		rt.Close(context.WithoutCancel(ctx))
		return nil, nil, err
	}
	return rt, m, nil
}
