// The contenders in JavaScript. Each takes {size, get, rows, names, lib}: get(file) gives bytes, lib what else its runtime has to
// offer, its scripts loaded. The clock of a cold start runs from bytes in memory to the first answer. What they give, report in
// measure.mjs takes.
import { doubles, F, N } from './measure.mjs';

const now = () => performance.now();
const perRow = (one) => {
  const out = new Float64Array(N);
  return () => {
    for (let i = 0; i < N; i++) out[i] = one(i);
    return out;
  };
};

// Starts scorer.wasm with a bundle, or a module that pageleap compile made of one; one(scorer, i) scores a row.
async function started({ get, lib }, { wasm, bundle }, one) {
  [wasm, bundle] = await Promise.all([get(wasm), bundle && get(bundle)]);
  const outputs = ['probability'];
  const start = now();
  const module = await lib.compile(wasm);
  const compiled = now();
  const scorer = await lib.load(bundle ? { bundle, wasm: module, outputs } : { module, outputs });
  const loaded = now();
  one(scorer, 0);
  const end = now();
  const split = { compile: compiled - start, load: loaded - compiled, score: end - loaded, memory: scorer.memory };
  return { scorer, cold: end - start, split };
}

// A forest.
const pageleap = (peer, files) => async (bench) => {
  const { size, get, rows } = bench;
  const expected = doubles(await get(`expected_${size}.f64`));
  const score = (scorer, i) => scorer.score({ features: rows.rows64[i] }).probability[1];
  const { scorer, cold, split } = await started(bench, files(size), score);
  const one = (i) => score(scorer, i);
  // Compiled modules take rows one at a time.
  const all = files(size).bundle
    ? () => {
        const p = scorer.scoreBatch({ features: rows.f64 }, N).probability;
        const out = new Float64Array(N);
        for (let i = 0; i < N; i++) out[i] = p[2 * i + 1];
        return out;
      }
    : perRow(one);
  return { peer, size, cold, split, one, all, expected };
};

// The demo's pipeline, from a visit's events to a probability; for cold starts.
const visit = (peer, files) => async (bench) => {
  const json = async (name) => JSON.parse(new TextDecoder().decode(await bench.get(name)));
  const [frame, answers] = await Promise.all([json('shoppers_visit_frame.json'), json('shoppers_visit_expected.json')]);
  const rows = frame.rows.map((row) => Object.fromEntries(frame.schema.fields.map((f, i) => [f.name, row[i]])));
  const at = answers.schema.fields.findIndex((f) => f.name === 'probability');
  const score = (scorer, i) => scorer.score(rows[i]).probability[1];
  const { scorer, cold, split } = await started(bench, files, score);
  const one = (i) => score(scorer, i);
  const all = () => rows.map((_, i) => one(i));
  return { peer, size: 'demo', cold, split, one, all, expected: answers.rows.map((row) => row[at].values[1]) };
};

// A forest in JavaScript of a kilobyte: what loop.mjs exports by this name makes of the file's bytes what scores a row.
const written =
  (peer, name, file) =>
  async ({ size, get, rows, lib }) => {
    const [nodes, expected] = await Promise.all([get(file(size)), get(`expected_${size}.f64`)]);
    const start = now();
    const score = lib[name](nodes);
    const one = (i) => score(rows.rows64[i]);
    one(0);
    const cold = now() - start;
    return { peer, size, cold, one, all: perRow(one), expected: doubles(expected) };
  };

export const contenders = {
  pageleap: pageleap('pageleap', (size) => ({ wasm: 'scorer.wasm', bundle: `forest_${size}.zip` })),
  compiled: pageleap('pageleap compile', (size) => ({ wasm: `compiled_${size}.wasm` })),
  visit: visit('pageleap', { wasm: 'scorer.wasm', bundle: 'shoppers_visit.zip' }),
  'visit-compiled': visit('pageleap compile', { wasm: 'compiled_demo.wasm' }),

  async onnxruntime({ size, get, rows, lib }) {
    const [model, wasm, expected] = await Promise.all([get(`rf_${size}.onnx`), get('ort.wasm'), get(`expected_${size}.f64`)]);
    const start = now();
    const { ort } = lib;
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
    return { peer: 'onnxruntime-web', size, cold, one, all, expected: doubles(expected), tolerance: 2e-6, isAsync: true };
  },

  async ydf({ size, get, rows, names, lib }) {
    const [zip, wasm, expected] = await Promise.all([get(`ydf_${size}.zip`), get('ydf.wasm'), get(`expected_ydf_${size}.f64`)]);
    const examples = rows.rows32.map((r) => Object.fromEntries(names.map((name, j) => [name, [r[j]]])));
    const every = Object.fromEntries(names.map((name, j) => [name, rows.rows32.map((r) => r[j])]));
    const start = now();
    const ydf = await lib.ydf({ wasmBinary: wasm });
    const model = await ydf.loadModelFromZipBlob(zip);
    const last = (p) => (p[0]?.length === undefined ? p : p.map((q) => q[q.length - 1]));
    const one = (i) => last(model.predict(examples[i]))[0];
    one(0);
    const cold = now() - start;
    return {
      peer: 'ydf-inference (a forest of its own)',
      size,
      cold,
      one,
      all: () => last(model.predict(every)),
      expected: doubles(expected),
      tolerance: 1e-5,
    };
  },

  async m2cgen({ size, get, rows }) {
    const [code, expected] = await Promise.all([get(`m2cgen_${size}.js`), get(`expected_${size}.f64`)]);
    const source = new TextDecoder().decode(code);
    const start = now();
    const score = new Function(`${source}\nreturn score;`)();
    const one = (i) => score(rows.arrays[i])[1];
    one(0);
    const cold = now() - start;
    return { peer: 'nested ifs as m2cgen writes them', size, cold, one, all: perRow(one), expected: doubles(expected) };
  },

  loop: written('plain loop, JavaScript', 'forest', (size) => `flat_${size}.bin`),
  walk: written('walk over JSON, JavaScript', 'walk', (size) => `walk_${size}.json`),
};
