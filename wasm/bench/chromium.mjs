// Contenders in Chromium, in a browser of their own, a line of JSON each: node chromium.mjs CONTENDER SIZE measures one;
// node chromium.mjs cold PAGES CONTENDER:SIZE… takes the cold starts of several, in turn, each in PAGES fresh pages.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { fileOf, here, root } from './files.mjs';

const [, , ...args] = process.argv;
const cold = args[0] === 'cold';
const TYPES = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const served = (path) => {
  if (path.startsWith('/get/')) return fileOf(path.slice(5));
  if (path.startsWith('/npm/')) return join(root, 'dist', path);
  return join(here, path);
};
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://x');
  // Isolated pages have clocks of 5 µs, others of 100.
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin').setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  if (pathname === '/') return response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>bench</title>');
  const file = served(pathname);
  if (pathname.includes('..') || !existsSync(file)) return response.writeHead(404).end();
  response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
  createReadStream(file).pipe(response);
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Each window would fill its address bar's popup, with as many scripts as there are here, while the page is measured.
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup',
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS, timeout: 30_000 });
const late = setTimeout(() => browser.close().finally(() => process.exit(1)), cold ? 150_000 : 60_000);

// Runs in the page.
async function inPage({ contender, size, cold }) {
  const get = async (name) => new Uint8Array(await (await fetch(`/get/${name}`)).arrayBuffer());
  const script = (src) =>
    new Promise((resolve, reject) =>
      document.head.append(Object.assign(document.createElement('script'), { src, onload: resolve, onerror: reject })),
    );
  const { contenders } = await import('/contenders.mjs');
  const { check, report, rowsOf } = await import('/measure.mjs');
  // Its script, as the page would have it.
  const start = performance.now();
  const lib = {
    ...(/^(pageleap|visit)$/.test(contender) && (await import('/npm/pageleap.mjs'))),
    ...(/compiled/.test(contender) && (await import('/npm/bare.mjs'))),
    ...(/^(loop|walk)$/.test(contender) && (await import('/loop.mjs'))),
    ort: contender === 'onnxruntime' && (await import('/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs')),
    ydf: (options) => YDFInference(options),
  };
  if (contender === 'ydf') {
    await script('/node_modules/jszip/dist/jszip.min.js');
    await script('/node_modules/ydf-inference/dist/inference.js');
  }
  const scripts = performance.now() - start;
  const rows = rowsOf(await get('rows.f32'));
  const names = await (await fetch('/get/feature_names.json')).json();
  const ready = await contenders[contender]({ size, get, rows, names, lib });
  return cold ? { peer: ready.peer, cold: ready.cold, scripts, split: ready.split, ...(await check(ready)) } : report(ready);
}

async function measured(contender, size) {
  const context = await browser.newContext(); // a renderer of its own
  try {
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const result = await page.evaluate(inPage, { contender, size, cold });
    const peer = `${result.peer}, Chromium`.replace('JavaScript, Chromium', 'Chromium');
    console.log(JSON.stringify({ contender, size, ...result, peer }));
  } finally {
    await context.close();
  }
}

try {
  const [, pages, ...list] = args;
  for (let i = 0; cold && i < +pages; i++) {
    for (const what of list) {
      await measured(...what.split(':')).catch((cause) => {
        console.error(`${what}: ${cause.message.slice(0, 300)}`);
        process.exitCode = 1;
      });
    }
  }
  if (!cold) await measured(...args);
} finally {
  clearTimeout(late);
  await browser.close();
  server.close();
}
