import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { compile, load, PageleapError } from '../src/node.mjs';
import { FlatRow } from '../src/row.mjs';
import { caseBytes, caseFrame, featuresBundle, records, root, vector, visits, wasmPath } from './support.mjs';

let wasm;
before(async () => {
  wasm = await compile(readFileSync(wasmPath));
});

// Go's collector may take a page more when it runs late; a leak of a few bytes a score would take a hundred.
const flat = (now, before) => assert.ok(now <= before + 16 * 65536, `memory grew from ${before} to ${now}`);
const scorerOf = (name, form = 'json') => load({ wasm, bundle: caseBytes(name, `bundle.${form}.zip`) });
const fails = (kind, message) => (e) => e instanceof PageleapError && e.kind === kind && message.test(e.message);

describe('scorer.wasm', () => {
  it('imports WASI functions only, so that it cannot send anything', () => {
    const modules = new Set(WebAssembly.Module.imports(wasm).map((i) => `${i.kind} ${i.module}`));
    assert.deepEqual([...modules], ['function wasi_snapshot_preview1']);
    const networked = WebAssembly.Module.imports(wasm).filter((i) => /sock|path_open/.test(i.name));
    assert.deepEqual(networked, []);
  });
});

describe('score', () => {
  for (const name of ['real_uci_shoppers_rf', 'pipeline_visitor_rf', 'pipeline_visitor_gbt']) {
    for (const form of ['json', 'proto']) {
      it(`gives MLeap's own answer, row by row: ${name}, ${form}`, async () => {
        const scorer = await scorerOf(name, form);
        const expected = records(caseFrame(name, 'expected.json'));
        records(caseFrame(name, 'frame.json')).forEach((row, i) => {
          const inputs = Object.fromEntries(scorer.inputs.map((c) => [c.name, row[c.name]]));
          const answer = scorer.score(inputs);
          for (const { name: column, kind } of scorer.outputs) {
            const want = expected[i][column];
            const got = kind === 'tensor' ? Array.from(answer[column]) : answer[column];
            if (name.endsWith('gbt') && column === 'probability') {
              vector(want).forEach((w, k) => assert.ok(Math.abs(got[k] - w) <= 1e-12 * w, `row ${i}: ${got[k]}, want ${w}`));
            } else {
              assert.deepEqual(got, kind === 'tensor' ? vector(want) : want, `row ${i}, ${column}`);
            }
          }
        });
        scorer.close();
      });
    }
  }

  it('names the columns that there are when one is misspelt', async () => {
    const scorer = await scorerOf('pipeline_visitor_rf');
    assert.throws(() => scorer.score({ chanel: 'email' }), fails('schema', /no input "chanel"; there are: .*"channel"/));
  });

  it('says what is wrong with a value, and goes on', async () => {
    const scorer = await scorerOf('pipeline_visitor_rf_error');
    const [row] = records(caseFrame('pipeline_visitor_rf_error', 'frame.json'));
    const score = (changes) => scorer.score({ ...row, ...changes });
    assert.throws(() => score({ channel: 'podcast' }), fails('unseen', /"podcast" in column "channel".*keep/));
    assert.throws(() => score({ channel: 7 }), fails('schema', /"channel" is a string; it cannot be 7/));
    assert.throws(() => score({ pages: 'many' }), fails('schema', /"pages" is a double; it cannot be "many"/));
    assert.throws(() => score({ pages: null }), fails('null', /"pages"/));
    assert.throws(() => score({ pages: [1] }), fails('schema', /"pages"/));
    assert.equal(typeof score({}).prediction, 'number');
    assert.equal(typeof score({ pages: NaN }).prediction, 'number', 'a tree takes NaN');
  });

  it('takes strings of any length and script', async () => {
    const scorer = await scorerOf('pipeline_visitor_rf');
    const [row] = records(caseFrame('pipeline_visitor_rf', 'frame.json'));
    const unseen = scorer.score({ ...row, channel: 'no such channel' });
    for (const channel of ['x'.repeat(100_000), 'ééé', '中文', '😀', '\ud800']) {
      assert.deepEqual(scorer.score({ ...row, channel }), unseen);
    }
    assert.notDeepEqual(scorer.score(row), unseen);
  });

  it('takes the columns in any order, from classes too', async () => {
    const scorer = await scorerOf('pipeline_visitor_rf');
    const rows = records(caseFrame('pipeline_visitor_rf', 'frame.json'));
    const backwards = (row) => Object.fromEntries(Object.entries(row).toReversed());
    const asClass = (row) => {
      class Visit {}
      for (const name in row) Object.defineProperty(Visit.prototype, name, { get: () => row[name] });
      return new Visit();
    };
    for (const row of rows) {
      const want = scorer.score(row);
      assert.deepEqual(scorer.score(backwards(row)), want);
      assert.deepEqual(scorer.score(asClass(row)), want);
      const { channel, ...rest } = row;
      assert.deepEqual(scorer.score(rest), scorer.score({ ...row, channel: null }));
      assert.deepEqual(scorer.score({ ...rest, channel }), want);
    }
  });

  it('gives the outputs that are asked for', async () => {
    const bundle = caseBytes('pipeline_visitor_rf', 'bundle.json.zip');
    const rows = records(caseFrame('pipeline_visitor_rf', 'frame.json'));
    const all = await scorerOf('pipeline_visitor_rf');
    const some = await load({ wasm, bundle, outputs: ['prediction', 'channel_idx'] });
    assert.deepEqual(
      some.outputs.map((c) => c.name),
      ['prediction', 'channel_idx'],
    );
    for (const row of rows) {
      const { prediction, channel_idx } = all.score(row);
      assert.deepEqual(some.score(row), { prediction, channel_idx });
    }
    await assert.rejects(load({ wasm, bundle, outputs: ['buy'] }), fails('schema', /no output "buy"; there are: .*"prediction"/));
  });

  it('keeps models of one module apart, and holds its memory', async () => {
    const scorer = await scorerOf('real_uci_shoppers_rf');
    const rows = records(caseFrame('real_uci_shoppers_rf', 'frame.json'));
    for (const row of rows) scorer.score(row);
    const { memory } = scorer;
    for (let i = 0; i < 20_000; i++) scorer.score(rows[i % rows.length]);
    flat(scorer.memory, memory);
    scorer.close();
    assert.throws(() => scorer.score(rows[0]), fails('usage', /closed/));
  });
});

describe('the flat row', () => {
  it('carries longs of 64 bits both ways, as numbers where they are exact', () => {
    const buffer = new ArrayBuffer(1024);
    const instance = { u32: new Uint32Array(buffer), f64: new Float64Array(buffer) };
    const long = { name: 'n', base: 'long', kind: 'scalar' };
    const row = new FlatRow(instance, 64, [long], [long], [long]);
    const cells = new BigInt64Array(buffer, 64);
    const limit = 2 ** 53 - 1;
    for (const x of [0, -1, 1, -(2 ** 32), 2 ** 40 + 7, limit, -limit, 2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)]) {
      row.write({ n: x });
      assert.equal(cells[1], BigInt(x));
      row.write({ n: BigInt(x) });
      assert.equal(cells[1], BigInt(x));
      cells.copyWithin(3, 0, 3);
      assert.equal(row.read().n, x);
    }
    for (const x of [0.5, 2 ** 53, '1', [1]]) assert.throws(() => row.write({ n: x }), fails('schema', /"n" is a long/));
  });
});

describe('transform', () => {
  it('takes and gives leap frames as objects', async () => {
    const scorer = await scorerOf('real_uci_shoppers_rf');
    const out = scorer.transform(caseFrame('real_uci_shoppers_rf', 'frame.json'));
    const want = caseFrame('real_uci_shoppers_rf', 'expected.json');
    assert.deepEqual(out.schema, want.schema);
    assert.deepEqual(out.rows, want.rows);
  });

  it('takes CSV and gives NDJSON, some columns only', async () => {
    const scorer = await scorerOf('real_uci_shoppers_rf');
    const frame = caseFrame('real_uci_shoppers_rf', 'frame.json');
    const csv = [frame.schema.fields.map((f) => f.name), ...frame.rows].map((r) => r.join(',')).join('\n');
    const out = scorer.transform(csv, { from: 'csv', to: 'ndjson', select: ['prediction'] });
    const want = records(caseFrame('real_uci_shoppers_rf', 'expected.json')).map((r) => r.prediction);
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map((l) => JSON.parse(l).prediction),
      want,
    );
  });
});

describe('visit', () => {
  let bundle;
  const LISTS = ['event', 'ts', 'page', 'page_type', 'item', 'category', 'price', 'quantity'];
  const lists = (events, { inputs }) =>
    Object.fromEntries(
      inputs
        .filter((c) => LISTS.includes(c.name))
        .map(({ name, base }) => [name, events.map((e) => e[name] ?? (base === 'string' ? '' : NaN))]),
    );
  before(() => {
    bundle = featuresBundle(join(root, 'testdata', 'visits', 'recsys15.json'));
  });

  it('takes events one by one, and answers as to their lists', async () => {
    const scorer = await load({ wasm, bundle });
    const { visit } = await load({ wasm, bundle });
    for (const events of visits().slice(0, 40)) {
      visit.reset();
      const answers = [visit.score()];
      for (const event of events) answers.push(visit.score([event]));
      answers.forEach((answer, n) => assert.deepEqual(answer, scorer.score(lists(events.slice(0, n), scorer))));
    }
  });

  it('keeps its memory however long it is, and takes texts of any length and script', async () => {
    const { visit, ...scorer } = await load({ wasm, bundle }).then((s) => ({ visit: s.visit, memory: () => s.memory }));
    const add = (i) =>
      visit.score([{ event: 'view_item', ts: i * 1000, page: `/p/${i}`, item: `i${i % 5000}`, category: 'é中😀', price: i }]);
    for (let i = 0; i < 40_000; i++) add(i);
    const memory = scorer.memory();
    for (let i = 40_000; i < 60_000; i++) add(i);
    flat(scorer.memory(), memory);
    assert.equal(visit.score([{ event: 'page_view', ts: 6e7, page: `/${'x'.repeat(1_000_000)}` }]).clicks, 60_000);
  });

  it('is not there for a bundle that takes no events, and says what is wrong with an event', async () => {
    assert.equal((await scorerOf('pipeline_visitor_rf')).visit, undefined);
    const { visit } = await load({ wasm, bundle });
    assert.throws(() => visit.score([{ event: 'view_item' }]), fails('error', /must have a name and a ts/));
    assert.throws(() => visit.score([{ event: 7, ts: 1 }]), fails('schema', /"event" is a string; it cannot be 7/));
    assert.throws(() => visit.score([{ event: 'x', ts: 1.5 }]), fails('schema', /"ts" is a long; it cannot be 1.5/));
    assert.throws(() => visit.score([{ event: 'x', ts: 1, colour: 'red' }]), fails('schema', /no input "colour"; there are: "event"/));
    assert.equal(visit.score([{ event: 'view_item', ts: 1 }]).clicks, 1);
  });
});

describe('load', () => {
  it('says what is wrong with a bundle', async () => {
    const zip = caseBytes('pipeline_visitor_rf', 'bundle.json.zip');
    await assert.rejects(load({ wasm, bundle: new Uint8Array(10) }), fails('bundle', /zip/));
    await assert.rejects(load({ wasm, bundle: zip.subarray(0, 1000) }), fails('bundle', /zip/));
    await assert.rejects(load({ wasm, bundle: 7 }), fails('usage', /bundle/));
  });

  it('says what is wrong with a module', async () => {
    const bundle = caseBytes('pipeline_visitor_rf', 'bundle.json.zip');
    await assert.rejects(load({ wasm: new Uint8Array(4), bundle }), fails('wasm', /does not compile/));
    const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    await assert.rejects(load({ wasm: empty, bundle }), fails('wasm', /not pageleap/));
  });
});

describe('scoreBatch', () => {
  const bench = (name) => readFileSync(join(root, 'testdata', 'bench', name));
  const rows = Float64Array.from(new Float32Array(bench('rows.f32').buffer.slice(0)).subarray(0, 30_000));

  // Rows of a large forest are scored many at a time.
  for (const forest of ['forest_S', 'forest_L'])
    it(`gives what score gives, row by row: ${forest}`, async () => {
      const scorer = await load({ wasm, bundle: bench(`${forest}.zip`) });
      for (const n of [1000, 0, 3, 1000]) {
        const all = scorer.scoreBatch({ features: n === 3 ? Array.from(rows.subarray(0, 90)) : rows.subarray(0, 30 * n) }, n);
        assert.deepEqual(
          Object.keys(all),
          scorer.outputs.map((c) => c.name),
        );
        assert.deepEqual([all.probability.length, all.prediction.length], [2 * n, n]);
        for (let i = 0; i < n; i++) {
          const one = scorer.score({ features: rows.subarray(30 * i, 30 * i + 30) });
          assert.deepEqual([...all.probability.subarray(2 * i, 2 * i + 2), all.prediction[i]], [...one.probability, one.prediction]);
        }
      }
      scorer.close();
      assert.throws(() => scorer.scoreBatch({ features: rows }, 1000), fails('usage', /closed/));
    });

  it('holds no memory of batches that are over', async () => {
    const scorer = await load({ wasm, bundle: bench('forest_S.zip') });
    const batch = () => scorer.scoreBatch({ features: rows }, 1000);
    for (let i = 0; i < 20; i++) batch();
    const before = scorer.memory;
    for (let i = 0; i < 500; i++) batch();
    flat(scorer.memory, before);
  });

  it('says what is wrong with the columns, and goes on', async () => {
    const scorer = await load({ wasm, bundle: bench('forest_S.zip') });
    assert.throws(() => scorer.scoreBatch({ feature: rows }, 1000), fails('schema', /no input "feature"; there are: "features"/));
    assert.throws(() => scorer.scoreBatch({ features: rows }, 999), fails('shape', /30000 numbers for 999 rows, not 29970/));
    for (const n of [1.5, -1, Infinity, NaN, '2']) assert.throws(() => scorer.scoreBatch({}, n), fails('usage', /rows/));
    assert.throws(() => scorer.scoreBatch({}, 1000), fails('null', /^row 0: .*"features"/));
    assert.equal(scorer.scoreBatch({ features: rows }, 1000).prediction.length, 1000);
    const visitor = await scorerOf('pipeline_visitor_rf');
    const text = visitor.inputs.find((c) => c.base === 'string').name;
    assert.throws(() => visitor.scoreBatch({ [text]: ['a'] }, 1), fails('schema', /which a batch cannot have/));
  });

  it('leaves NaN in rows that are dropped', async () => {
    const scorer = await scorerOf('bucketizer_skip');
    const [input] = scorer.inputs;
    const values = records(caseFrame('bucketizer_skip', 'frame.json')).map((r) => r[input.name] ?? NaN);
    const answer = scorer.scoreBatch({ [input.name]: values }, values.length);
    const [output] = scorer.outputs;
    let dropped = 0;
    values.forEach((v, i) => {
      const one = scorer.score({ [input.name]: v });
      if (one === null) dropped++;
      assert.deepEqual(answer[output.name][i], one === null ? NaN : one[output.name]);
    });
    assert.ok(dropped > 0);
  });
});
