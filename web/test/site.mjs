// A web site for browser tests, whose answers and headers a test decides, and
// the browser that visits it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { chromium } from 'playwright-core';
import { root } from './support.mjs';

/** Nothing but files of the site itself, and WebAssembly. */
export const STRICT =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; img-src 'self'; worker-src 'self'";

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.zip': 'application/zip',
};

export const npm = join(root, 'dist', 'npm');

/**
 * Serves `files`, {path: text | bytes | {body, type, status, headers}}, then the files of `dirs`.
 * @returns {Promise<{url: string, log: string[], files: object, stop: () => Promise<void>}>} log: what was asked for
 */
export async function site({ files = {}, dirs = [npm], csp = STRICT, headers } = {}) {
  const log = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://x');
    log.push(`${request.method} ${request.url}`);
    const given = files[pathname];
    const answer = typeof given === 'object' && !(given instanceof Uint8Array) ? given : { body: given ?? find(dirs, pathname) };
    const type = answer.type ?? TYPES[extname(pathname) || '.html'];
    response.writeHead(answer.status ?? (answer.body === undefined ? 404 : 200), {
      ...(type && { 'Content-Type': type }),
      ...(csp && { 'Content-Security-Policy': csp }),
      ...headers,
      ...answer.headers,
    });
    response.end(answer.body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const stop = () => new Promise((done) => (server.close(done), server.closeAllConnections()));
  return { url: `http://127.0.0.1:${server.address().port}`, log, files, stop };
}

function find(dirs, path) {
  for (const dir of dirs) {
    try {
      return readFileSync(join(dir, normalize(path.endsWith('/') ? `${path}index.html` : path)));
    } catch {
      // The next directory may have it.
    }
  }
  return undefined;
}

/** A page with these scripts, which are addresses: a strict policy allows no script in the page. */
export const html = (body, ...scripts) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>test</title><link rel="icon" href="data:,">${scripts.join('')}</head><body>${body}</body></html>`;
export const moduleTag = (src) => `<script type="module" src="${src}"></script>`;
export const scriptTag = (src, attributes = '') => `<script src="${src}" ${attributes}></script>`;

export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const launch = ({ args = [], ...options } = {}) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...FLAGS, ...args], ...options });
