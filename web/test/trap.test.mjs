// WebAssembly that stops in the middle of a call: an error with the kind "trap",
// and a fresh instance for the next call, wherever pageleap runs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { load, PageleapError } from '../src/node.mjs';
import { html, launch, moduleTag, site } from './site.mjs';
import { caseBytes, caseFrame, compiled, cramped, records, root, wasmPath } from './support.mjs';

const trapped = (e) => e instanceof PageleapError && e.kind === 'trap';
const outOfMemory = (e) => trapped(e) && /stopped: .*out of memory/.test(e.message);

// Enough for the models here, and not for HUGE.
const wasm = cramped(readFileSync(wasmPath), 256);
const HUGE = `{"rows":[${'[1,2,3,4,5],'.repeat(1e6)}[]]}`;

const bundle = caseBytes('real_uci_shoppers_rf', 'bundle.json.zip');
const visitor = readFileSync(join(root, 'testdata', 'demo', 'shoppers_visit.zip'));
const [row] = records(caseFrame('real_uci_shoppers_rf', 'frame.json'));
const events = ['page_view', 'view_item', 'add_to_cart'].map((event, i) => ({
  event,
  ts: 1.7e12 + 9000 * i,
  page: '/p',
  page_type: 'product',
}));

// What a compiled module of a vector's model takes, and what it has no room for.
const forest = 'random_forest_classifier_3class';
const module = cramped(compiled(forest), 16);
const features = [1, 2, 3, 4, 5];

describe('after a trap', () => {
  it('scorer.wasm scores as before', async () => {
    const scorer = await load({ wasm, bundle });
    const want = scorer.score(row);
    for (let i = 0; i < 5; i++) {
      assert.throws(() => scorer.transform(HUGE), outOfMemory);
      assert.deepEqual(scorer.score(row), want);
      assert.deepEqual(scorer.score(row), want);
    }
    assert.throws(() => scorer.transform(HUGE), outOfMemory);
    const { rows } = scorer.transform(caseFrame('real_uci_shoppers_rf', 'frame.json'), { select: ['prediction'] });
    assert.equal(rows[0][0], want.prediction);
    assert.throws(() => scorer.score({ ...row, Mnth: 1 }), { kind: 'schema' });
    scorer.close();
    assert.throws(() => scorer.score(row), { kind: 'usage' });
  });

  it('a closed scorer stays closed', async () => {
    const scorer = await load({ wasm, bundle });
    assert.throws(() => scorer.transform(HUGE), outOfMemory);
    scorer.close();
    for (const call of [() => scorer.score(row), () => scorer.visit, () => scorer.scoreBatch({}, 1), () => scorer.transform({})])
      assert.throws(call, { kind: 'usage', message: /closed/ });
  });

  it('batches go on', async () => {
    const scorer = await load({ wasm, bundle: caseBytes('linear_regression', 'bundle.json.zip') });
    const [input] = scorer.inputs;
    const n = input.dimensions?.[0] ?? 1;
    const columns = { [input.name]: Float64Array.from({ length: 2 * n }, (_, i) => i) };
    const want = scorer.scoreBatch(columns, 2);
    assert.throws(() => scorer.scoreBatch({ [input.name]: new Float64Array(n * 4e6) }, 4e6), trapped);
    assert.deepEqual(scorer.scoreBatch(columns, 2), want);
  });

  it('a model from bytes is the one that was loaded', async () => {
    const bytes = Uint8Array.from(bundle);
    const scorer = await load({ wasm, bundle: bytes });
    const want = scorer.score(row);
    bytes.fill(0);
    assert.throws(() => scorer.transform(HUGE), outOfMemory);
    assert.deepEqual(scorer.score(row), want);
  });

  it('a visit is over until it is reset', async () => {
    const scorer = await load({ wasm, bundle: visitor });
    const { visit } = scorer;
    const want = visit.score(events);
    visit.reset();
    visit.score(events.slice(0, 2));
    assert.throws(() => scorer.transform(HUGE), outOfMemory);
    assert.throws(() => visit.score(events.slice(2)), outOfMemory);
    assert.throws(() => scorer.transform({ schema: { fields: [] }, rows: [] }), { kind: 'schema' }); // others go on
    assert.equal(scorer.visit, visit);
    assert.throws(() => visit.score([]), { kind: 'trap', message: /reset\(\) a visit/ });
    visit.reset();
    assert.deepEqual(visit.score(events), want);
    visit.reset();
    assert.deepEqual(visit.score(events), want);
  });

  it('a compiled module scores as before', async () => {
    const scorer = await load({ module });
    const want = scorer.score({ features });
    for (let i = 0; i < 5; i++) {
      assert.throws(() => scorer.score({ features: new Float64Array(1e6) }), trapped);
      assert.deepEqual(scorer.score({ features }), want);
    }
    assert.throws(() => scorer.score({ features: new Float64Array(1e6) }), trapped);
    const frame = caseFrame(forest, 'frame.json');
    assert.equal(scorer.transform(frame).rows.length, frame.rows.length);
  });

  it('an instance that cannot be had at once is had later', async () => {
    const scorer = await load({ wasm, bundle });
    const want = scorer.score(row);
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class {
      constructor() {
        throw new RangeError('WebAssembly.Instance is disallowed on the main thread, if the buffer size is larger than 4KB');
      }
    };
    try {
      assert.throws(() => scorer.transform(HUGE), outOfMemory);
      assert.throws(() => scorer.score(row), outOfMemory);
      for (let i = 0; i < 500; i++) {
        await new Promise((done) => setTimeout(done, 10));
        try {
          assert.deepEqual(scorer.score(row), want);
          return;
        } catch (e) {
          if (!trapped(e)) throw e;
        }
      }
      assert.fail('no instance came');
    } finally {
      WebAssembly.Instance = Instance;
    }
  });

  it('what no memory can hold is refused without one', async () => {
    const scorer = await load({ module });
    const want = scorer.score({ features });
    const claim = Object.assign(Object.create(Float64Array.prototype), {});
    Object.defineProperty(claim, 'length', { value: 2 ** 30 });
    assert.throws(() => scorer.score({ features: claim }), { kind: 'limit', message: /12884901888 bytes/ });
    assert.deepEqual(scorer.score({ features }), want);
  });
});

describe('after a trap in a page', () => {
  let web;
  let browser;
  let page;
  before(async () => {
    web = await site({
      files: {
        '/': html('', moduleTag('/start.mjs')),
        '/start.mjs': "import * as pageleap from '/pageleap.mjs'; window.pageleap = pageleap;",
        '/cramped.wasm': wasm,
        '/model.wasm': { body: module, type: 'application/wasm' },
        '/shoppers.zip': bundle,
        '/visit.zip': visitor,
      },
    });
    browser = await launch();
    page = await browser.newPage();
    await page.goto(web.url);
    await page.waitForFunction(() => window.pageleap);
  });
  after(async () => {
    await browser?.close();
    await web?.stop();
  });

  for (const worker of [false, true]) {
    it(`scorer.wasm scores as before${worker ? ', in a worker' : ''}`, async () => {
      const { before, kind, message, later, over, anew, want } = await page.evaluate(
        async ([worker, row, events, huge]) => {
          const error = (e) => ({ kind: e.kind, message: e.message });
          const attempt = async (call) => {
            try {
              return await call();
            } catch (e) {
              return error(e);
            }
          };
          const options = { wasm: '/cramped.wasm', worker };
          const scorer = await window.pageleap.load({ ...options, bundle: '/shoppers.zip' });
          const before = (await scorer.score(row)).prediction;
          const trap = await attempt(() => scorer.transform(huge));
          const later = (await scorer.score(row)).prediction;
          scorer.close();
          const visitor = await window.pageleap.load({ ...options, bundle: '/visit.zip' });
          const { visit } = visitor;
          const want = (await visit.score(events)).prediction;
          await attempt(() => visitor.transform(huge));
          const over = await attempt(() => visit.score(events));
          visit.reset();
          const anew = (await visit.score(events)).prediction;
          visitor.close();
          return { ...trap, before, later, over: over.kind, anew, want };
        },
        [worker, row, events, HUGE],
      );
      assert.equal(kind, 'trap', message);
      assert.match(message, /out of memory/);
      assert.equal(typeof before, 'number');
      assert.equal(later, before);
      assert.equal(over, 'trap');
      assert.equal(typeof want, 'number');
      assert.equal(anew, want);
    });

    it(`a compiled module scores as before${worker ? ', in a worker' : ''}`, async () => {
      const { before, kind, after } = await page.evaluate(
        async ([worker, features]) => {
          const scorer = await window.pageleap.load({ module: '/model.wasm', worker });
          const before = (await scorer.score({ features })).prediction;
          let kind;
          try {
            await scorer.score({ features: new Float64Array(1e6) });
          } catch (e) {
            kind = e.kind;
          }
          const after = (await scorer.score({ features })).prediction;
          scorer.close();
          return { before, kind, after };
        },
        [worker, features],
      );
      assert.equal(kind, 'trap');
      assert.equal(typeof before, 'number');
      assert.equal(after, before);
    });

    it(`a tracked visit goes on with all its events${worker ? ', in a worker' : ''}`, async () => {
      const { counts, errors, probabilities } = await page.evaluate(
        async ([worker, huge]) => {
          const scorer = await window.pageleap.load({ bundle: '/visit.zip', wasm: '/cramped.wasm', worker });
          const other = await window.pageleap.load({ bundle: '/visit.zip' });
          const errors = [];
          const told = [[], []];
          let now = 1.7e12;
          const trackers = [scorer, other].map((scorer, i) =>
            window.pageleap.track({
              scorer,
              key: `t${i}`,
              dataLayer: false,
              pageViews: false,
              now: () => now,
              context: { returning: false },
              onScore: (score) => told[i].push(score),
              onError: (e) => errors.push(e.kind),
            }),
          );
          await Promise.all(trackers.map((t) => t.ready));
          const event = async (name) => {
            now += 5000;
            const answered = () => told[0].length + told[1].length + errors.length;
            const before = answered();
            trackers.forEach((t) => t.event(name, { page_type: 'product', item: name, price: 5 }));
            for (let i = 0; i < 1000 && answered() < before + 2; i++) await new Promise((done) => setTimeout(done, 10));
          };
          await event('view_item');
          await event('add_to_cart');
          try {
            await scorer.transform(huge);
          } catch {
            // The visit is over with it.
          }
          await event('view_cart');
          await event('begin_checkout');
          trackers.forEach((t) => t.close());
          return { errors, counts: told.map((t) => t.map((s) => s.events)), probabilities: told.map((t) => t.at(-1).probability) };
        },
        [worker, HUGE],
      );
      assert.deepEqual(errors, ['trap']);
      assert.deepEqual(counts, [
        [1, 2, 4],
        [1, 2, 3, 4],
      ]);
      assert.equal(probabilities[0], probabilities[1]);
    });
  }

  it('a tracker whose every score traps gives up', async () => {
    const { errors, inside } = await page.evaluate(async () => {
      const errors = [];
      const { PageleapError } = window.pageleap;
      const tracker = window.pageleap.track({
        scorer: {
          inputs: [],
          close() {},
          score() {
            throw new PageleapError('trap', 'scorer.wasm stopped');
          },
        },
        dataLayer: false,
        pageViews: false,
        onError: (e) => errors.push(e.kind),
      });
      await tracker.ready;
      for (let i = 0; i < 6; i++) {
        tracker.event('view_item');
        await new Promise((done) => setTimeout(done, 50));
      }
      return { errors, inside: tracker.events.length };
    });
    assert.deepEqual(errors, ['trap', 'trap', 'trap']);
    assert.equal(inside, 3);
  });
});
