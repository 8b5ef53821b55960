// What the tests share: paths, genuine cases, and a pageleap server of their own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const wasmPath = join(root, 'dist', 'scorer.wasm');
export const caseFile = (name, file) => join(root, 'testdata', 'genuine', name, file);
export const caseBytes = (name, file) => readFileSync(caseFile(name, file));
export const caseFrame = (name, file) => JSON.parse(caseBytes(name, file));

/** A case's bundle, compiled into a module that answers as the engine does. */
export const compiled = (name) => compiledBundle(caseFile(name, 'bundle.json.zip'), '--verify', caseFile(name, 'frame.json'));

export function compiledBundle(bundle, ...flags) {
  const dir = mkdtempSync(join(tmpdir(), 'pageleap-'));
  try {
    const out = join(dir, 'model.wasm');
    execFileSync(join(root, 'dist', 'pageleap'), ['compile', bundle, '-o', out, ...flags]);
    return readFileSync(out);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A frame's rows as objects by column name. */
export function records({ schema, rows }) {
  const names = schema.fields.map((f) => f.name);
  return rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
}

/** A leap frame's vector as plain numbers. */
export function vector({ dimensions, indices, values }) {
  if (!indices) return values;
  const out = new Array(dimensions[0]).fill(0);
  indices.forEach(([i], k) => (out[i] = values[k]));
  return out;
}

/** Starts `pageleap serve` on a free port; resolves to its address and a stop function. */
export function serve(...args) {
  const child = spawn(join(root, 'dist', 'pageleap'), ['serve', '--addr', '127.0.0.1:0', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
      const url = text.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
      if (url) resolve({ url, stop: () => new Promise((done) => child.once('exit', done) && child.kill()) });
    });
    child.once('exit', (code) => reject(new Error(`pageleap serve ended with ${code}: ${text}`)));
  });
}

/** The visits of testdata/visits/synthetic.ndjson: made up, for tests of form and not of quality. */
export function visits() {
  const lines = readFileSync(join(root, 'testdata', 'visits', 'synthetic.ndjson'), 'utf8')
    .trim()
    .split('\n');
  const byId = new Map();
  for (const { visit, ...event } of lines.map((line) => JSON.parse(line))) byId.set(visit, [...(byId.get(visit) ?? []), event]);
  return [...byId.values()].map((events) => events.sort((a, b) => a.ts - b.ts));
}

/** A bundle that computes the features of a spec, as `pageleap features` writes it. */
export function featuresBundle(spec) {
  const dir = mkdtempSync(join(tmpdir(), 'pageleap-'));
  try {
    const file = join(dir, 'features.zip');
    const events = join(root, 'testdata', 'visits', 'synthetic.ndjson');
    execFileSync(join(root, 'dist', 'pageleap'), ['features', events, '--spec', spec, '-o', join(dir, 'table.csv'), '--bundle', file], {
      stdio: 'pipe',
    });
    return readFileSync(file);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A module whose memory may have no more than these pages of 64 KiB: it runs out of memory soon, and traps. */
export function cramped(wasm, pages) {
  const leb = (n) => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)]);
  let at = 8;
  const number = () => {
    let n = 0;
    for (let shift = 0; ; shift += 7) {
      const b = wasm[at++];
      n += (b & 0x7f) * 2 ** shift;
      if (b < 0x80) return n;
    }
  };
  for (;;) {
    const start = at;
    const id = wasm[at++];
    const end = number() + at;
    if (id === 5) {
      number(); // one memory
      number(); // and whether it has a maximum
      const limits = [1, 1, ...leb(number()), ...leb(pages)];
      return Buffer.concat([wasm.subarray(0, start), Buffer.from([5, limits.length, ...limits]), wasm.subarray(end)]);
    }
    at = end;
  }
}
