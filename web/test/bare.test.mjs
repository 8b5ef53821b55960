// Modules that pageleap compile makes, through the same package as scorer.wasm.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Instance } from '../src/instance.mjs';
import { compile, load, PageleapError } from '../src/node.mjs';
import { html, launch, moduleTag, site } from './site.mjs';
import { caseBytes, caseFrame, compiled, compiledBundle, records, root, wasmPath } from './support.mjs';

const fails = (kind, message) => (e) => e instanceof PageleapError && e.kind === kind && message.test(e.message);
const dir = mkdtempSync(join(tmpdir(), 'pageleap-'));
after(() => rmSync(dir, { recursive: true }));

let wasm;
before(async () => {
  wasm = await compile(readFileSync(wasmPath));
});

function bare(name) {
  const out = join(dir, `${name}.wasm`);
  writeFileSync(out, compiled(name));
  return out;
}

/** What a call gives, or its error. */
function outcome(call) {
  try {
    return call();
  } catch (e) {
    return { kind: e.kind, message: e.message };
  }
}

describe('load({module})', () => {
  for (const name of [
    'random_forest_classifier_3class',
    'decision_tree_classifier_3class',
    'string_indexer_error_nullable',
    'vector_assembler_sparse',
  ]) {
    it(`answers as scorer.wasm does: ${name}`, async () => {
      const [own, big] = await Promise.all([load({ module: bare(name) }), load({ wasm, bundle: caseBytes(name, 'bundle.json.zip') })]);
      assert.deepEqual(own.inputs, big.inputs);
      assert.deepEqual(own.outputs, big.outputs);
      assert.deepEqual([own.name, own.uid, own.version], [big.name, big.uid, big.version]);
      const frame = caseFrame(name, 'frame.json');
      const names = own.inputs.map((c) => c.name);
      const dense = (v) => (v?.dimensions ? { dimensions: v.dimensions, values: undefined, v: expand(v) } : v);
      const comparable = (f) => f.rows.map((row) => row.map(dense));
      const got = own.transform(frame);
      const want = big.transform(frame);
      assert.deepEqual(got.schema, want.schema);
      assert.deepEqual(comparable(got), comparable(want));
      for (const row of records(frame)) {
        const inputs = Object.fromEntries(names.map((n) => [n, row[n]?.dimensions ? expand(row[n]) : row[n]]));
        assert.deepEqual(
          outcome(() => own.score(inputs)),
          outcome(() => big.score(inputs)),
        );
      }
      assert.ok(own.memory <= 2 ** 20, `${own.memory} bytes of memory`);
      own.close();
      big.close();
    });
  }

  it('takes bytes and compiled modules, and a part of the outputs', async () => {
    const path = bare('random_forest_classifier_3class');
    const module = await WebAssembly.compile(readFileSync(path));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    const [frame] = [caseFrame('random_forest_classifier_3class', 'frame.json')];
    const column = frame.schema.fields.findIndex((f) => f.name === 'features');
    const features = expand(frame.rows[0][column]);
    const answers = [];
    for (const source of [module, readFileSync(path), path]) {
      const scorer = await load({ module: source, outputs: ['prediction'] });
      answers.push(scorer.score({ features }));
      assert.equal(scorer.visit, undefined);
    }
    assert.deepEqual(Object.keys(answers[0]), ['prediction']);
    assert.deepEqual(answers[1], answers[0]);
    assert.deepEqual(answers[2], answers[0]);
  });

  it('does not grow while it scores', async () => {
    const scorer = await load({ module: bare('string_indexer_error_nullable') });
    const [row] = records(caseFrame('string_indexer_error_nullable', 'frame.json'));
    const inputs = Object.fromEntries(scorer.inputs.map((c) => [c.name, row[c.name]]));
    scorer.score(inputs);
    const { memory } = scorer;
    for (let i = 0; i < 20000; i++) scorer.score({ ...inputs });
    assert.equal(scorer.memory, memory);
  });

  it('says what does not go together', async () => {
    const module = readFileSync(bare('random_forest_classifier_3class'));
    const bundle = caseBytes('random_forest_classifier_3class', 'bundle.json.zip');
    await assert.rejects(load({ module, bundle }), fails('usage', /has its bundle in it/));
    await assert.rejects(load({ module: wasm }), fails('wasm', /load\(\{ bundle, wasm \}\)/));
    await assert.rejects(load({ wasm: module, bundle }), fails('wasm', /load\(\{ module \}\)/));
    await assert.rejects(load({ module: new Uint8Array([0x50, 0x4b]) }), fails('wasm', /module does not compile/));
    await assert.rejects(load({ module, integrity: { module: '0'.repeat(64) } }), fails('integrity', /module is not the file/));
    const scorer = await load({ module });
    assert.throws(() => scorer.transform('a,b\n', { from: 'csv' }), fails('usage', /{schema, rows} only; use scorer.wasm/));
    assert.throws(() => scorer.transform({ schema: { fields: [] }, rows: [] }), fails('schema', /no column "features"/));
    assert.throws(() => scorer.score({ features: [1] }), fails('shape', /a vector of 1 in column "features"/));
    scorer.close();
    assert.throws(() => scorer.score({ features: [1] }), fails('usage', /closed/));
  });

  it('refuses a module of another version', async () => {
    const text = readFileSync(bare('random_forest_classifier_3class'));
    const at = text.indexOf('{"abi":1,');
    text[at + 7] = 0x39;
    // The export abi() says it too; both must agree with the script.
    await assert.rejects(load({ module: text }), fails('wasm', /ABI 9/));
  });
});

describe('pageleap/bare in a page', () => {
  const name = 'random_forest_classifier_3class';
  let web;
  let browser;
  before(async () => {
    web = await site({
      files: {
        '/': html('', '<link rel="preload" as="fetch" crossorigin href="/model.wasm">', moduleTag('/start.mjs')),
        '/start.mjs': "import { load } from '/bare.mjs'; window.scorer = await load({ module: '/model.wasm' });",
        '/model.wasm': readFileSync(bare(name)),
      },
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await web?.stop();
  });

  it('scores with what was preloaded, which is asked for once', async () => {
    const page = await browser.newPage();
    await page.goto(web.url);
    await page.waitForFunction(() => window.scorer);
    const frame = caseFrame(name, 'frame.json');
    const rows = records(frame).map((row) => ({ features: expand(row.features) }));
    const got = await page.evaluate((rows) => rows.map((row) => [...window.scorer.score(row).probability]), rows);
    const own = await load({ module: bare(name) });
    assert.deepEqual(
      got,
      rows.map((row) => [...own.score(row).probability]),
    );
    assert.deepEqual(
      web.log.filter((l) => l.endsWith('.wasm')),
      ['GET /model.wasm'],
    );
  });
});

describe('damaged modules', () => {
  const whole = compiled('string_indexer_error_nullable');
  const [row] = records(caseFrame('string_indexer_error_nullable', 'frame.json'));
  const start = whole.indexOf('{"abi"');
  const end = whole.indexOf('}]}}', start) + 4;

  // Loads and scores; an answer or an error of ours are both right.
  async function tried(bytes) {
    try {
      const scorer = await load({ module: bytes });
      scorer.score(Object.fromEntries(scorer.inputs.map((c) => [c.name, row[c.name] ?? null])));
      return 'answered';
    } catch (e) {
      if (!(e instanceof PageleapError)) throw e;
      return e.kind;
    }
  }

  it('are refused with what is wrong: their schema', async () => {
    const kinds = {};
    for (let at = start; at < end; at++) {
      for (const byte of [0x00, 0x22, 0x5b, 0x80, 0xff, whole[at] ^ 1]) {
        const bytes = Uint8Array.from(whole);
        bytes[at] = byte;
        const kind = await tried(bytes);
        kinds[kind] = (kinds[kind] ?? 0) + 1;
      }
    }
    assert.ok(kinds.wasm > 300, JSON.stringify(kinds));
    assert.ok(kinds.answered > 10, JSON.stringify(kinds));
  });

  it('are refused with what is wrong: their end is missing', async () => {
    for (let n = 0; n < whole.length; n += 61) assert.equal(await tried(whole.subarray(0, n)), 'wasm');
  });

  it('are refused with what is wrong: an export is missing', async () => {
    for (const name of ['abi', 'blocks', 'load', 'row', 'score', 'memory', '_initialize']) {
      const bytes = Uint8Array.from(whole);
      const at = whole.indexOf(Buffer.from([name.length, ...Buffer.from(name)]));
      bytes[at + 1] = 0x7a; // 'z'
      assert.match(await tried(bytes), /^(wasm|trap)$/, name);
    }
  });
});

describe('visits of compiled modules', () => {
  const bundle = join(root, 'testdata', 'demo', 'shoppers_visit.zip');
  const view = (ts, page) => ({ event: 'page_view', ts, page, page_type: 'product' });
  let module;
  before(async () => {
    module = await compile(compiledBundle(bundle));
  });

  it('take what an event has not as unknown, whatever the one before had', async () => {
    const [own, big] = await Promise.all([load({ module }), load({ wasm, bundle: readFileSync(bundle) })]);
    const events = [view(1e12, '/p/1'), { event: 'page_view', ts: 1e12 + 1000 }, view(1e12 + 2000, '/p/1'), view(1e12 + 3000, '/p/2')];
    for (const event of events) assert.deepEqual(own.visit.score([event]), big.visit.score([event]));
  });

  // Through the ABI: FlatRow lets nobody write a wrong tag.
  it('refuse what is no event in the words of scorer.wasm', async () => {
    const [own, big] = [await Instance.create(module, true), await Instance.create(wasm, false)];
    const answers = [own, big].map((instance) => {
      const visit = instance.call('visit', instance.load(instance === own ? null : readFileSync(bundle)));
      const cell = instance.address('event', visit) >>> 2;
      const add = (tags) => {
        for (let i = 0; i < 8; i++) instance.u32[cell + 6 * i] = tags[i] ?? 0;
        return [instance.call('add', visit), instance.error().kind, instance.error().message];
      };
      return [add([3, 2, 0, 0, 9]), add([3, 2, 0, 0, 0, 0, 4294967295]), add([0, 2]), add([3])];
    });
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(answers[0][0], [1, 'error', 'cell 4 of an event has the tag 9']);
  });
});

function expand({ dimensions, indices, values }) {
  if (!indices) return values;
  const out = new Array(dimensions[0]).fill(0);
  indices.forEach(([i], k) => (out[i] = values[k]));
  return out;
}
