// The contenders in JavaScript. Each takes {size, get, rows, names, lib}: get(file) gives bytes, lib what else its runtime has to
// offer. The clock of a cold start runs from bytes in memory to the first answer.
import { doubles, F, N, report } from './measure.mjs';

const now = () => performance.now();
const perRow = (one) => {
  const out = new Float64Array(N);
  return () => {
    for (let i = 0; i < N; i++) out[i] = one(i);
    return out;
  };
};

export const contenders = {
  async pageleap({ size, get, rows, lib }) {
    const [bundle, wasm, expected] = await Promise.all([get(`forest_${size}.zip`), get('scorer.wasm'), get(`expected_${size}.f64`)]);
    const start = now();
    const module = await lib.compile(wasm);
    const compiled = now();
    const scorer = await lib.load({ bundle, wasm: module, outputs: ['probability'] });
    const loaded = now();
    const one = (i) => scorer.score({ features: rows.rows64[i] }).probability[1];
    one(0);
    const end = now();
    const all = scorer.scoreBatch
      ? () => {
          const p = scorer.scoreBatch({ features: rows.f64 }, N).probability;
          const out = new Float64Array(N);
          for (let i = 0; i < N; i++) out[i] = p[2 * i + 1];
          return out;
        }
      : perRow(one);
    const split = { compile: compiled - start, load: loaded - compiled, score: end - loaded, memory: scorer.memory };
    return report({ peer: 'pageleap', size, cold: end - start, split, one, all, expected: doubles(expected) });
  },

  async onnxruntime({ size, get, rows, lib }) {
    const [model, wasm, expected] = await Promise.all([get(`rf_${size}.onnx`), get('ort.wasm'), get(`expected_${size}.f64`)]);
    const start = now();
    const ort = await lib.ort();
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmBinary = wasm.slice().buffer;
    ort.env.logLevel = 'error';
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
    const run = async (data, n) =>
      (await session.run({ X: new ort.Tensor('float32', data, [n, F]) }, ['probabilities'])).probabilities.data;
    const one = async (i) => (await run(rows.rows32[i], 1))[1];
    await one(0);
    const cold = now() - start;
    const all = async () => {
      const p = await run(rows.f32, N);
      const out = new Float64Array(N);
      for (let i = 0; i < N; i++) out[i] = p[2 * i + 1];
      return out;
    };
    return report({ peer: 'onnxruntime-web', size, cold, one, all, expected: doubles(expected), tolerance: 2e-6, isAsync: true });
  },

  async ydf({ size, get, rows, names, lib }) {
    const [zip, expected] = await Promise.all([get(`ydf_${size}.zip`), get(`expected_ydf_${size}.f64`)]);
    const start = now();
    const ydf = await lib.ydf();
    const model = await ydf.loadModelFromZipBlob(zip);
    const examples = rows.rows32.map((r) => Object.fromEntries(names.map((name, j) => [name, [r[j]]])));
    const every = Object.fromEntries(names.map((name, j) => [name, rows.rows32.map((r) => r[j])]));
    const last = (p) => (p[0]?.length === undefined ? p : p.map((q) => q[q.length - 1]));
    const one = (i) => last(model.predict(examples[i]))[0];
    one(0);
    const cold = now() - start;
    return report({
      peer: 'ydf-inference (a forest of its own)',
      size,
      cold,
      one,
      all: () => last(model.predict(every)),
      expected: doubles(expected),
      tolerance: 1e-5,
    });
  },

  async m2cgen({ size, get, rows }) {
    const [code, expected] = await Promise.all([get(`m2cgen_${size}.js`), get(`expected_${size}.f64`)]);
    const source = new TextDecoder().decode(code);
    const start = now();
    const score = new Function(`${source}\nreturn score;`)();
    const one = (i) => score(rows.arrays[i])[1];
    one(0);
    const cold = now() - start;
    return report({ peer: 'nested ifs as m2cgen writes them', size, cold, one, all: perRow(one), expected: doubles(expected) });
  },

  async loop({ size, get, rows }) {
    const [flat, expected] = await Promise.all([get(`flat_${size}.bin`), get(`expected_${size}.f64`)]);
    const start = now();
    const d = new DataView(flat.slice().buffer);
    const count = d.getUint32(0, true);
    const trees = d.getUint32(4, true);
    const feature = new Int32Array(count);
    const value = new Float64Array(count);
    const left = new Int32Array(count);
    const right = new Int32Array(count);
    for (let i = 0, at = 8; i < count; i++, at += 24) {
      feature[i] = d.getInt32(at, true);
      value[i] = d.getFloat64(at + 8, true);
      left[i] = d.getInt32(at + 16, true);
      right[i] = d.getInt32(at + 20, true);
    }
    const roots = Int32Array.from({ length: trees }, (_, t) => d.getInt32(8 + 24 * count + 4 * t, true));
    const one = (k) => {
      const x = rows.rows64[k];
      let sum = 0;
      for (let t = 0; t < trees; t++) {
        let i = roots[t];
        let f;
        while ((f = feature[i]) >= 0) i = x[f] <= value[i] ? left[i] : right[i];
        sum += value[i];
      }
      return sum / trees;
    };
    one(0);
    const cold = now() - start;
    return report({ peer: 'plain loop, JavaScript', size, cold, one, all: perRow(one), expected: doubles(expected) });
  },
};
