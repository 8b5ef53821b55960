// A visit has one score, wherever it is scored: what the committed cases say, in Node and in Chromium. The harness asks the same of
// the same cases natively and in wazero, wasm/spark in Spark's executors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compile, load } from '../src/node.mjs';
import { html, launch, site } from './site.mjs';
import { records, root, vector, wasmPath } from './support.mjs';

const testdata = (...path) => readFileSync(join(root, 'testdata', ...path));
const json = (...path) => JSON.parse(testdata(...path));
const inCase = (name) => ({
  bundle: testdata('cases', name, 'bundle.json.zip'),
  frame: json('cases', name, 'frame.json'),
  expected: json('cases', name, 'expected.json'),
});
const CASES = {
  'a chain of buyers and others': inCase('markov_buy_synthetic'),
  'a chain of the next category': inCase('markov_next_category'),
  'a forest of Spark behind the features of a visit': {
    bundle: testdata('demo', 'shoppers_visit.zip'),
    frame: json('demo', 'shoppers_visit_frame.json'),
    expected: json('demo', 'shoppers_visit_expected.json'),
  },
};

/** Scores a frame as a whole, and each of its rows event by event. It runs here and in the browser. */
async function answers(load, options, frame, rows) {
  const scorer = await load(options);
  const whole = scorer.transform(frame);
  const own = new Set(['event', 'ts', 'page', 'page_type', 'item', 'category', 'price', 'quantity']);
  const steps = rows.map((row) => {
    scorer.visit.reset();
    const lists = Object.keys(row).filter((name) => own.has(name));
    const rest = Object.fromEntries(Object.entries(row).filter(([name]) => !own.has(name)));
    const length = Math.max(0, ...lists.map((name) => row[name]?.length ?? 0));
    // Event by event they come in the order of time.
    const order = [...Array(length).keys()].sort((a, b) => (row.ts ? row.ts[a] - row.ts[b] : 0));
    let answer = scorer.visit.score([], rest);
    for (const i of order) {
      const event = { event: 'page_view', ts: 0 };
      for (const name of lists) if (row[name]?.[i] != null) event[name] = row[name][i];
      answer = scorer.visit.score([event], rest);
    }
    return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, ArrayBuffer.isView(value) ? [...value] : value]));
  });
  scorer.close();
  return { whole, steps };
}

// The last bit counts.
function same({ whole, steps }, { expected }) {
  assert.deepEqual(whole.schema, expected.schema);
  assert.deepEqual(whole.rows, expected.rows);
  records(expected).forEach((want, i) => {
    for (const [name, got] of Object.entries(steps[i]))
      assert.deepEqual(got, want[name]?.dimensions ? vector(want[name]) : want[name], `row ${i}, ${name}`);
  });
}

describe('a visit has the same score', () => {
  let web;
  let browser;
  before(async () => {
    const files = { '/': html('') };
    Object.values(CASES).forEach((c, i) => (files[`/${i}.zip`] = c.bundle));
    web = await site({ files });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await web?.stop();
  });

  Object.entries(CASES).forEach(([name, c], i) => {
    it(`in Node: ${name}`, async () => {
      same(await answers(load, { wasm: await compile(readFileSync(wasmPath)), bundle: c.bundle }, c.frame, records(c.frame)), c);
    });

    it(`in the browser: ${name}`, async () => {
      const page = await browser.newPage();
      await page.goto(web.url);
      const run = new Function(
        'frame',
        'rows',
        `return import('/pageleap.mjs').then(({ load }) => (${answers})(load, { bundle: '/${i}.zip' }, frame, rows))`,
      );
      same(await page.evaluate(`(${run})(${JSON.stringify(c.frame)}, ${JSON.stringify(records(c.frame))})`), c);
      await page.close();
    });
  });
});
