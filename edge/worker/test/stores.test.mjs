// Models from each kind of store, in Miniflare: workerd with Cloudflare's own
// simulators of R2, KV and static assets.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { assemble, caseFile, get, pageleap, pause, post, scratch } from './support.mjs';
import { compatibilityDate } from './workerd.mjs';

const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
const { Miniflare } = wrangler('miniflare');

const types = { '.mjs': 'ESModule', '.js': 'ESModule', '.wasm': 'CompiledWasm', '.zip': 'Data' };

/** The Worker in a folder, with bindings; resolves to its port, its log and the Miniflare. */
async function start(folder, options) {
  const modules = readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((f) => f.isFile() && types[extname(f.name)])
    .map((f) => join(f.parentPath ?? f.path, f.name))
    .map((path) => ({ type: types[extname(path)], path: relative(folder, path), contents: readFileSync(path) }))
    .sort((a, b) => (b.path === 'worker.mjs') - (a.path === 'worker.mjs'))
    .map((m) => (m.type === 'ESModule' ? { ...m, contents: m.contents.toString() } : m));
  const worker = { log: '' };
  worker.miniflare = new Miniflare({
    modules,
    compatibilityDate,
    host: '127.0.0.1',
    port: 0,
    cf: false,
    handleRuntimeStdio: (stdout, stderr) => {
      for (const stream of [stdout, stderr]) stream.on('data', (chunk) => (worker.log += chunk));
    },
    ...options,
  });
  worker.port = Number((await worker.miniflare.ready).port);
  return worker;
}

// Two models that take the same and answer differently.
const first = caseFile('string_indexer_keep_nullable', 'bundle.json.zip');
const second = caseFile('string_indexer_alphabetAsc', 'bundle.json.zip');

let temp;
let folder;
before(() => {
  temp = scratch();
  folder = assemble(join(temp.folder, 'worker'), { models: [`indexer=${first}`] });
});
after(() => temp.remove());

/** A store's files, by name. */
function published(...args) {
  const dir = join(temp.folder, `store-${Math.random().toString(36).slice(2)}`);
  pageleap('publish', dir, ...args);
  return new Map(
    readdirSync(dir)
      .filter((f) => !f.startsWith('.'))
      .map((f) => [`models/${f}`, readFileSync(join(dir, f))]),
  );
}

const score = (worker) => post(worker, '/models/indexer/score', '{"s":"b"}');
const model = async (worker) => {
  const { status, headers, text } = await score(worker);
  assert.equal(status, 200, text);
  return headers['x-pageleap-model'];
};

/** Asks until the model is the wanted one. */
async function becomes(worker, want) {
  for (let i = 0; ; i++) {
    const got = await model(worker);
    if (got === want) return;
    assert.ok(i < 200, `still ${got}, not ${want}; ${worker.log}`);
    await pause(10);
  }
}

const put = {
  MODELS_R2: async (miniflare) => (await miniflare.getR2Bucket('MODELS_R2')).put.bind(await miniflare.getR2Bucket('MODELS_R2')),
  MODELS_KV: async (miniflare) => (await miniflare.getKVNamespace('MODELS_KV')).put.bind(await miniflare.getKVNamespace('MODELS_KV')),
};
const options = { MODELS_R2: { r2Buckets: ['MODELS_R2'] }, MODELS_KV: { kvNamespaces: ['MODELS_KV'] } };

for (const [binding, bound] of Object.entries(options)) {
  describe(`models from ${binding}`, () => {
    let worker;
    let write;
    /** Bundles first, the index last. */
    const upload = async (files) => {
      for (const [name, bytes] of [...files].sort(([a], [b]) => a.endsWith('index.json') - b.endsWith('index.json'))) {
        await write(name, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      }
    };
    before(async () => {
      worker = await start(folder, { ...bound, bindings: { REFRESH_SECONDS: '0' } });
      write = await put[binding](worker.miniflare);
    });
    after(() => worker?.miniflare.dispose());

    it('serves the deployment’s as long as there are none', async () => {
      assert.match(await model(worker), /^indexer@[0-9a-f]{12}$/);
    });

    it('serves what is published, and what is published next, without a failed request', async () => {
      await upload(published(`indexer@1=${first}`));
      await becomes(worker, 'indexer@1');
      let busy = true;
      let asked = 0;
      const load = Array.from({ length: 5 }, async () => {
        while (busy) {
          const { status, text } = await score(worker);
          assert.equal(status, 200, text);
          assert.match(text, /^\{"out":[12]\.0\}\n$/);
          asked++;
        }
      });
      for (const [args, want] of [
        [[`indexer@1=${first}`, `indexer@2=${second}`], 'indexer@2'],
        [[`indexer@2=${second}`, `indexer@1=${first}`], 'indexer@1'],
        [[`indexer@3=${second}`], 'indexer@3'],
      ]) {
        await upload(published(...args));
        await becomes(worker, want);
      }
      busy = false;
      await Promise.all(load);
      assert.ok(asked > 10);
      assert.equal((await get(worker, '/models/indexer@1')).status, 404);
    });

    it('keeps what it has when what is published is no good', async () => {
      const files = published(`indexer@4=${first}`);
      const [hash] = [...files.keys()].filter((f) => f.endsWith('.zip'));
      for (const bad of [
        new Map([...files, [hash, Buffer.from('not a bundle')]]), // under another's hash
        new Map([['models/index.json', Buffer.from('{"models": {"indexer": {"current": "9", "versions": {}}}}')]]),
        new Map([['models/index.json', Buffer.from('{')]]),
      ]) {
        await upload(bad);
        for (let i = 0; i < 5; i++) assert.equal(await model(worker), 'indexer@3');
      }
      await pause(50);
      assert.match(worker.log, /the current version "9" is not among its versions/);
      await upload(files);
      await becomes(worker, 'indexer@4');
    });
  });
}

it('serves models from static assets', async () => {
  const assets = join(temp.folder, 'assets');
  mkdirSync(join(assets, 'models'), { recursive: true });
  for (const [name, bytes] of published(`indexer@7=${second}`)) writeFileSync(join(assets, name), bytes);
  const worker = await start(folder, {
    assets: {
      directory: assets,
      binding: 'MODELS_ASSETS',
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
    },
    bindings: { REFRESH_SECONDS: '0' },
  });
  try {
    for (let i = 0; i < 5; i++) assert.equal(await model(worker), 'indexer@7');
    assert.equal(worker.log, '');
  } finally {
    await worker.miniflare.dispose();
  }
});

it('tells when there is no model to be had', async () => {
  const empty = assemble(join(temp.folder, 'empty'), {});
  writeFileSync(join(empty, 'models.mjs'), 'export const index = "{}x"; export const bundles = {};');
  const worker = await start(empty, {});
  try {
    const { status, headers } = await score(worker);
    assert.equal(status, 503);
    assert.equal(headers['retry-after'], '5');
  } finally {
    await worker.miniflare.dispose();
  }
});
