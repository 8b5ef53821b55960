// What the tests share.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './workerd.mjs';

export const caseFile = (name, file) => join(root, 'testdata', 'genuine', name, file);
export const caseBytes = (name, file) => readFileSync(caseFile(name, file));
export const caseFrame = (name, file) => JSON.parse(caseBytes(name, file));

export const pageleap = (...args) => execFileSync(join(root, 'dist', 'pageleap'), args, { encoding: 'utf8' });

/** A folder for a test, and how to be rid of it. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'pageleap-worker-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Makes a Worker in folder of dist/worker's scripts, some program and some models (NAME=BUNDLE). */
export function assemble(folder, { program = 'worker', models = [], experiments } = {}) {
  mkdirSync(folder, { recursive: true });
  for (const file of ['worker.mjs', 'stores.mjs', 'wasm_exec.js']) cpSync(join(root, 'dist', 'worker', file), join(folder, file));
  cpSync(join(root, 'dist', program, 'worker.wasm'), join(folder, 'worker.wasm'));
  pageleap('publish', join(folder, 'models'), ...models, ...(experiments ? ['--experiments', experiments] : []));
  execFileSync(process.execPath, [join(root, 'edge', 'worker', 'embed.mjs'), join(folder, 'models')]);
  return folder;
}

const wrangler = join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin', 'wrangler.js');

/** Lets wrangler, called in a folder, write what it would deploy to out. */
export function pack(folder, out) {
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', NO_COLOR: '1' };
  execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', out], { cwd: folder, env, stdio: 'pipe' });
  return out;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });

/** A request; resolves to {status, headers, text}. It is lighter than fetch, of which thousands take their time. */
export function request(worker, method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { host: '127.0.0.1', port: worker.port, method, path, agent, headers: { ...length, ...headers } };
    const req = http.request(options, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const { date, connection, 'keep-alive': keepAlive, ...rest } = res.headers;
        resolve({ status: res.statusCode, headers: rest, bytes: Buffer.concat(chunks), text: Buffer.concat(chunks).toString() });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
}

export const get = (worker, path, headers) => request(worker, 'GET', path, undefined, headers);
export const post = (worker, path, body, headers) =>
  request(worker, 'POST', path, body, { 'content-type': 'application/json', ...headers });

/** A connection that is written to by hand; answer() resolves to the first answer that comes back. */
export function raw(port) {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('error', () => {});
  return {
    socket,
    write: (data) => new Promise((done) => socket.write(data, done)),
    answer: () =>
      new Promise((done) => {
        socket.once('close', () => done(text));
        socket.on('data', (chunk) => {
          text += chunk;
          const head = text.indexOf('\r\n\r\n') + 4;
          const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head));
          if (length && text.length >= head + Number(length[1])) socket.destroy();
        });
      }),
  };
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));
