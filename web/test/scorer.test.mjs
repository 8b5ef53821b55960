import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { compile, load, PageleapError } from '../src/node.mjs';
import { caseBytes, caseFrame, records, vector, wasmPath } from './support.mjs';

let wasm;
before(async () => {
  wasm = await compile(readFileSync(wasmPath));
});

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

  it('keeps models of one module apart, and holds its memory', async () => {
    const scorer = await scorerOf('real_uci_shoppers_rf');
    const rows = records(caseFrame('real_uci_shoppers_rf', 'frame.json'));
    for (const row of rows) scorer.score(row);
    const { memory } = scorer;
    for (let i = 0; i < 20_000; i++) scorer.score(rows[i % rows.length]);
    assert.equal(scorer.memory, memory);
    scorer.close();
    assert.throws(() => scorer.score(rows[0]), fails('usage', /closed/));
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
