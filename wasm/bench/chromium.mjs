// One contender in Chromium, in a browser of its own: node chromium.mjs CONTENDER SIZE prints a line of JSON.
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { fileOf, here, root } from './files.mjs';

const [, , contender, size] = process.argv;
const TYPES = { '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const served = (path) => {
  if (path.startsWith('/get/')) return fileOf(path.slice(5));
  if (path.startsWith('/npm/')) return join(root, 'dist', path);
  return join(here, path);
};
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://x');
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
];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: FLAGS, timeout: 30_000 });
const late = setTimeout(() => browser.close().finally(() => process.exit(1)), 60_000);
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const result = await page.evaluate(
    async ({ contender, size }) => {
      const get = async (name) => new Uint8Array(await (await fetch(`/get/${name}`)).arrayBuffer());
      const script = (src) =>
        new Promise((resolve, reject) =>
          document.head.append(Object.assign(document.createElement('script'), { src, onload: resolve, onerror: reject })),
        );
      if (contender === 'ydf') await script('/node_modules/jszip/dist/jszip.min.js');
      const { contenders } = await import('/contenders.mjs');
      const { rowsOf } = await import('/measure.mjs');
      const lib = {
        ...(contender === 'pageleap' && (await import('/npm/pageleap.mjs'))),
        ort: () => import('/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs'),
        ydf: async () => {
          await script('/node_modules/ydf-inference/dist/inference.js');
          return YDFInference();
        },
      };
      const rows = rowsOf(await get('rows.f32'));
      const names = await (await fetch('/get/feature_names.json')).json();
      return contenders[contender]({ size, get, rows, names, lib });
    },
    { contender, size },
  );
  console.log(JSON.stringify({ ...result, peer: `${result.peer}, Chromium`.replace('JavaScript, Chromium', 'Chromium') }));
} finally {
  clearTimeout(late);
  await browser.close();
  server.close();
}
