// Loading in real Chromium, under the strict policy: what works, and what
// happens when something does not.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { html, launch, moduleTag, npm, scriptTag, site, STRICT } from './site.mjs';
import { caseBytes, compiled, wasmPath } from './support.mjs';

const bundle = caseBytes('real_uci_shoppers_rf', 'bundle.json.zip');
const wasm = readFileSync(wasmPath);
const sha256 = (data, form) => createHash('sha256').update(data).digest(form);
const ROW = {
  Administrative: 1,
  Administrative_Duration: 20,
  Informational: 0,
  Informational_Duration: 0,
  ProductRelated: 12,
  ProductRelated_Duration: 310,
  Month: 'Nov',
  VisitorType: 'New_Visitor',
  Weekend: 'FALSE',
};

let web;
let browser;
before(async () => {
  web = await site({
    files: {
      '/': html('', moduleTag('/esm.mjs')),
      '/esm.mjs': "import * as pageleap from '/pageleap.mjs'; window.pageleap = pageleap;",
      '/classic': html('', scriptTag('/pageleap.js')),
      '/forbidden': {
        body: html('', moduleTag('/esm.mjs')),
        headers: { 'Content-Security-Policy': STRICT.replace(" 'wasm-unsafe-eval'", '') },
      },
      '/workless': {
        body: html('', moduleTag('/esm.mjs')),
        headers: { 'Content-Security-Policy': STRICT.replace("worker-src 'self'", "worker-src 'none'") },
      },
      '/tight.js': { body: readFileSync(join(npm, 'worker.js')), headers: { 'Content-Security-Policy': "default-src 'self'" } },
      '/shoppers.zip': bundle,
      '/model.wasm': { body: compiled('real_uci_shoppers_rf'), type: 'application/wasm' },
      '/plain': { body: wasm, type: 'text/plain' },
      '/untyped': { body: wasm, type: '' },
      '/page': { body: '<!doctype html><title>shop</title>', type: 'text/html' },
      '/cut.zip': bundle.subarray(0, 20_000),
      '/damaged.zip': Buffer.from(bundle).fill(7, 30_000, 31_000),
      '/down': { body: 'no', status: 503 },
    },
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await web?.stop();
});

const pages = new Map();
const problems = [];

// The page at a path, which has pageleap.
async function at(path) {
  if (!pages.has(path)) {
    const page = await browser.newPage();
    page.on('pageerror', (e) => problems.push(e.message));
    await page.goto(web.url + path);
    await page.waitForFunction(() => window.pageleap);
    pages.set(path, page);
  }
  return pages.get(path);
}

// Loads and scores a row there; resolves to what comes, or to {kind, message}.
async function run(path, options) {
  const page = await at(path);
  const result = await page.evaluate(
    async ([options, row]) => {
      const { load, PageleapError } = window.pageleap;
      try {
        if (options.response) options.bundle = await fetch(options.response);
        const scorer = await load(options);
        const answer = await scorer.score(row);
        const { memory } = scorer;
        scorer.close();
        return { probability: answer.probability[1], memory, inputs: scorer.inputs.length };
      } catch (e) {
        return { kind: e instanceof PageleapError ? e.kind : `${e}`, message: e.message };
      }
    },
    [options, ROW],
  );
  assert.equal(await page.evaluate(() => 1 + 1), 2);
  assert.deepEqual(problems, [], 'nothing goes uncaught');
  return result;
}

describe('load in a page', () => {
  let want;
  for (const [what, path, options] of [
    ['as a module, with scorer.wasm beside it', '/', { bundle: 'shoppers.zip' }],
    ['as a plain script', '/classic', { bundle: 'shoppers.zip' }],
    ['in a worker', '/', { bundle: 'shoppers.zip', worker: true }],
    ['in a worker, as a plain script', '/classic', { bundle: 'shoppers.zip', worker: true }],
    ["in a worker file of one's own", '/', { bundle: 'shoppers.zip', worker: '/worker.js' }],
    ['as a compiled module', '/', { module: '/model.wasm' }],
    ['as a compiled module, as a plain script', '/classic', { module: 'model.wasm' }],
    ['as a compiled module, in a worker', '/', { module: 'model.wasm', worker: true }],
    ['from a response', '/', { response: 'shoppers.zip' }],
    ['from a response, in a worker', '/', { response: 'shoppers.zip', worker: true }],
    ['where scorer.wasm has another type', '/', { bundle: 'shoppers.zip', wasm: '/plain' }],
    ['where scorer.wasm has no type', '/', { bundle: 'shoppers.zip', wasm: '/untyped' }],
    [
      'with integrity',
      '/',
      { bundle: 'shoppers.zip', integrity: { wasm: `sha256-${sha256(wasm, 'base64')}`, bundle: sha256(bundle, 'hex') } },
    ],
    [
      'with integrity, in a worker',
      '/',
      { bundle: 'shoppers.zip', worker: true, integrity: { wasm: sha256(wasm, 'hex'), bundle: sha256(bundle, 'hex') } },
    ],
  ]) {
    it(`works ${what}`, async () => {
      const got = await run(path, options);
      assert.equal(got.inputs, 9, JSON.stringify(got));
      assert.equal(got.probability, (want ??= got.probability));
      assert.ok(options.module ? got.memory < 1e6 : got.memory > 1e6, `${got.memory} bytes`);
    });
  }

  it('compiles while it downloads, and once for several bundles', async () => {
    const page = await browser.newPage();
    const before = web.log.length;
    await page.goto(web.url);
    await page.waitForFunction(() => window.pageleap);
    const streamed = await page.evaluate(async () => {
      let n = 0;
      const { compileStreaming } = WebAssembly;
      WebAssembly.compileStreaming = (...args) => (n++, compileStreaming.apply(WebAssembly, args));
      await Promise.all([1, 2, 3].map(() => window.pageleap.load({ bundle: '/shoppers.zip' })));
      return n;
    });
    assert.equal(streamed, 1);
    assert.equal(web.log.slice(before).filter((l) => l === 'GET /scorer.wasm').length, 1);
    await page.close();
  });
});

describe('a failure', () => {
  for (const [what, path, options, kind, message] of [
    ['a bundle that is not there', '/', { bundle: '/no.zip' }, 'network', /bundle: .*\/no\.zip answered 404 Not Found/],
    ['a server that is down', '/', { bundle: '/down' }, 'network', /answered 503/],
    [
      'a page in place of the bundle',
      '/',
      { bundle: '/page' },
      'bundle',
      /\/page is not a bundle: the server answers with a page \(text\/html\)/,
    ],
    [
      'a page in place of scorer.wasm',
      '/',
      { bundle: '/shoppers.zip', wasm: '/page' },
      'wasm',
      /not WebAssembly: the server answers with a page/,
    ],
    ['a host that does not answer', '/', { bundle: 'http://127.0.0.1:1/x.zip' }, 'network', /could not be fetched/],
    ['a bundle that was cut', '/', { bundle: '/cut.zip' }, 'bundle', /zip/],
    ['a damaged bundle', '/', { bundle: '/damaged.zip' }, 'bundle', /./],
    [
      'a bundle that integrity does not name',
      '/',
      { bundle: '/shoppers.zip', integrity: { bundle: '0'.repeat(64) } },
      'integrity',
      /bundle: .*is not the file that integrity names/,
    ],
    [
      'a wasm that integrity does not name',
      '/',
      { bundle: '/shoppers.zip', integrity: { wasm: `sha256-${'A'.repeat(43)}=` } },
      'integrity',
      /wasm: .*sha256-.* was expected/,
    ],
    [
      'an integrity of another form',
      '/',
      { bundle: '/shoppers.zip', integrity: { wasm: 'md5-abc' } },
      'usage',
      /neither "sha256-…" in base64 nor 64 hex digits/,
    ],
    ["a policy without 'wasm-unsafe-eval'", '/forbidden', { bundle: '/shoppers.zip' }, 'csp', /add 'wasm-unsafe-eval' to its script-src/],
    [
      "a worker file's policy without 'wasm-unsafe-eval'",
      '/',
      { bundle: '/shoppers.zip', worker: '/tight.js' },
      'csp',
      /add 'wasm-unsafe-eval' to its script-src/,
    ],
    ['a policy without worker-src', '/workless', { bundle: '/shoppers.zip', worker: true }, 'worker', /the worker cannot start/],
    ['a worker file that is not there', '/', { bundle: '/shoppers.zip', worker: '/no.js' }, 'worker', /the worker cannot start/],
    [
      'a worker file of another site',
      '/',
      { bundle: '/shoppers.zip', worker: 'http://127.0.0.1:1/worker.js' },
      'worker',
      /the worker cannot start/,
    ],
    ['a bundle that is not there, in a worker', '/', { bundle: '/no.zip', worker: true }, 'network', /answered 404/],
    ['no bundle', '/', {}, 'usage', /bundle: give an address/],
  ]) {
    it(`says what is wrong: ${what}`, async () => {
      const got = await run(path, options);
      assert.equal(got.kind, kind, JSON.stringify(got));
      assert.match(got.message, message);
    });
  }

  it('may be followed by success', async () => {
    web.files['/later.wasm'] = { status: 404 };
    const page = await at('/');
    const attempt = () =>
      page.evaluate(() =>
        window.pageleap.load({ bundle: '/shoppers.zip', wasm: '/later.wasm' }).then(
          () => 'loaded',
          (e) => e.kind,
        ),
      );
    assert.equal(await attempt(), 'network');
    web.files['/later.wasm'] = wasm;
    assert.equal(await attempt(), 'loaded');
  });

  it('of a row in a worker is the same as without one', async () => {
    const page = await at('/');
    const errors = await page.evaluate(async (row) => {
      const { load } = window.pageleap;
      const scorers = [await load({ bundle: '/shoppers.zip' }), await load({ bundle: '/shoppers.zip', worker: true })];
      const wrong = [{ ...row, Mnth: 1 }, { ...row, Month: 7 }, { ...row, Administrative: null }, { Administrative: () => 0 }];
      const says = (scorer, w) =>
        Promise.resolve()
          .then(() => scorer.score(w))
          .then(
            () => 'no error',
            (e) => `${e.name} ${e.kind}: ${e.message}`,
          );
      const both = await Promise.all(scorers.map((s) => Promise.all(wrong.map((w) => says(s, w)))));
      scorers.forEach((s) => s.close());
      const closed = await Promise.all(scorers.map((s) => says(s, row)));
      return [...both, closed];
    }, ROW);
    assert.deepEqual(errors[0].slice(0, 3), errors[1].slice(0, 3));
    assert.match(errors[0][0], /^PageleapError schema: no input "Mnth"/);
    assert.match(errors[1][3], /^PageleapError usage: score: .*could not be cloned/);
    assert.deepEqual(errors[2], Array(2).fill('PageleapError usage: this scorer is closed'));
  });

  it('leaves loading when it is told to', async () => {
    const page = await at('/');
    const kinds = await page.evaluate(() =>
      Promise.all(
        [false, true].map((worker) =>
          window.pageleap.load({ bundle: '/shoppers.zip', worker, signal: AbortSignal.abort() }).then(
            () => 'loaded',
            (e) => e.kind,
          ),
        ),
      ),
    );
    assert.deepEqual(kinds, ['aborted', 'aborted']);
  });
});
