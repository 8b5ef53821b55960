// Measures, side by side: the Worker here by both of its ways, thin Workers around
// scorer.wasm and around a compiled module, the same handler in the stock glue,
// `pageleap serve`, and what workerd and net/http can do at most. `make bench-edge`
// builds what it takes and runs it; it writes RESULTS.md. All of it stays on
// loopback.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { root, start } from '../worker/test/workerd.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(root, 'dist', 'bench');
const SECONDS = Number(process.env.SECONDS ?? 3); // of each run
const ROUNDS = Number(process.env.ROUNDS ?? 3); // of all, one after another
const STARTS = Number(process.env.STARTS ?? 7); // of each Worker
const MANY = Number(process.env.MANY ?? 100_000); // requests of the long run
const CONNECTIONS = 10;

// ------------------------------------------------------------- what is asked

const model = join(root, 'testdata', 'genuine', 'real_uci_shoppers_rf');
const frame = JSON.parse(readFileSync(join(model, 'frame.json'), 'utf8'));
const path = '/models/shoppers/transform';
const payloads = [1, 100].map((rows) => {
  const file = join(out, `rows${rows}.json`);
  writeFileSync(file, JSON.stringify({ schema: frame.schema, rows: frame.rows.slice(0, rows) }));
  return { rows, file };
});

const run = promisify(execFile);
async function load(url, body, ...limit) {
  const { stdout } = await run(join(out, 'load'), ['-url', url, '-body', body, '-connections', CONNECTIONS, ...limit.map(String)]);
  return JSON.parse(stdout);
}

// ------------------------------------------------------------ who is asked

function folder(name, files) {
  const dir = join(out, name);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  for (const [to, from] of Object.entries(files)) cpSync(from, join(dir, to));
  return dir;
}

const npm = join(root, 'dist', 'npm');
const pageleap = join(root, 'dist', 'pageleap');
const bundle = join(model, 'bundle.proto.zip');
const worker = join(root, 'dist', 'worker');
const thin = folder('thin', {
  'bundle.zip': bundle,
  'scorer.wasm': join(npm, 'scorer.wasm'),
  'workerd.mjs': join(npm, 'workerd.mjs'),
  'worker.mjs': join(here, 'thin.mjs'),
});
const compiled = folder('compiled', { 'bare.mjs': join(npm, 'bare.mjs'), 'worker.mjs': join(here, 'compiled.mjs') });
execFileSync(pageleap, ['compile', bundle, '-o', join(compiled, 'model.wasm')]);
const bare = folder('bare', { 'worker.mjs': join(here, 'bare.mjs') });
const [stock, idle] = ['stock', 'idle'].map((name) => join(out, name));

/** A program that prints where it listens, or says so in its log. */
async function program(file, args) {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = () => new Promise((done) => (child.once('exit', done), child.kill('SIGKILL')));
  const url = await new Promise((resolve, reject) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        const found = /127\.0\.0\.1:\d+/.exec((text += chunk));
        if (found) resolve(`http://${found[0]}`);
      });
    }
    child.once('exit', () => reject(new Error(`${file} ended: ${text}`)));
  });
  return { child, url, stop };
}

const contenders = [
  { name: 'Worker', note: 'exports', start: () => start(worker), dir: worker },
  { name: 'Worker', note: 'http.Handler', start: () => start(worker, { vars: { SCORING: 'handler' } }), dir: worker },
  { name: 'thin Worker around scorer.wasm', start: () => start(thin), dir: thin },
  { name: 'thin Worker around a compiled module', start: () => start(compiled), dir: compiled },
  { name: 'stock glue', note: 'the same http.Handler', start: () => start(stock), dir: stock },
  { name: 'stock glue', note: 'answers {}', start: () => start(idle), dir: idle, rows: [1] },
  { name: 'workerd', note: 'does nothing', start: (size) => start(bare, { vars: { SIZE: size } }), dir: bare, bare: true },
  {
    name: 'pageleap serve',
    start: () => program(pageleap, ['serve', '--addr', '127.0.0.1:0', '--model', `shoppers=${bundle}`]),
  },
  { name: 'net/http', note: 'does nothing', start: (size) => program(join(out, 'bare-http'), ['-size', String(size)]), bare: true },
];

// ------------------------------------------------------------------ measures

/** CPU time of a process so far, in ms: of all its threads, compilers too. */
function cpu({ child }) {
  const tasks = `/proc/${child.pid}/task`;
  return readdirSync(tasks).reduce((ms, id) => ms + Number(readFileSync(`${tasks}/${id}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
}

const memory = ({ child }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const ask = (url, file) => load(url, file, '-requests', 1, '-connections', 1);

/** Starts a Worker afresh, several times, and asks it twice. */
async function coldStart({ start }) {
  const seen = [];
  for (let i = 0; i < STARTS; i++) {
    const begun = performance.now();
    const server = await start(2000);
    const listening = performance.now();
    const before = cpu(server);
    const first = await ask(server.url + path, payloads[0].file);
    const answered = cpu(server);
    seen.push({ up: listening - begun, upCPU: before, first: first.max, firstCPU: answered - before });
    await server.stop();
  }
  return Object.fromEntries(Object.keys(seen[0]).map((key) => [key, median(seen.map((s) => s[key]))]));
}

/** What is uploaded, in kB: as it is, and with gzip. */
function size(dir) {
  const files = readdirSync(dir, { withFileTypes: true, recursive: true }).filter((f) => f.isFile() && /\.(mjs|js|wasm|zip)$/.test(f.name));
  const bytes = files.map((f) => readFileSync(join(f.parentPath ?? f.path, f.name)));
  const sum = (list) => list.reduce((n, b) => n + b.length, 0) / 1000;
  return { raw: sum(bytes), gzip: sum(bytes.map((b) => gzipSync(b, { level: 9 }))) };
}

const runs = contenders.flatMap((c) =>
  payloads.filter((p) => !c.rows || c.rows.includes(p.rows)).map((payload) => ({ ...c, payload, seen: [] })),
);
const find = (name, note, rows = 1) => runs.find((r) => r.name === name && (!note || r.note === note) && r.payload.rows === rows);
const log = (text) => process.stderr.write(`${text}\n`);

let sizes; // of the answers, which those that do nothing give too
process.on('exit', () => runs.forEach((r) => r.server?.child.kill('SIGKILL')));
for (const r of runs) {
  r.server = await r.start(sizes?.[r.payload.rows]);
  // Until V8 has compiled what is hot.
  const { bytes } = await load(r.server.url + path, r.payload.file, '-duration', '2s');
  (sizes ??= {})[r.payload.rows] ??= bytes;
  log(`ready: ${r.name} ${r.note ?? ''} ${r.payload.rows}`);
}
for (let round = 0; round < ROUNDS; round++) {
  for (const r of runs) {
    const before = cpu(r.server);
    const seen = await load(r.server.url + path, r.payload.file, '-duration', `${SECONDS}s`);
    r.seen.push({ ...seen, cpu: (cpu(r.server) - before) / seen.requests });
    log(`${r.name} ${r.note ?? ''} ${r.payload.rows}: ${seen.perSecond.toFixed(0)}/s ${seen.errors} errors ${seen.error ?? ''}`);
  }
}
for (const r of [find('Worker', 'exports'), find('pageleap serve')]) {
  r.many = await load(r.server.url + path, r.payload.file, '-requests', MANY);
  r.many.memory = memory(r.server);
  log(`${r.name}: ${MANY} requests, ${r.many.errors} errors`);
}
for (const r of runs) await r.server.stop();
for (const c of contenders.filter((c) => c.dir)) {
  c.cold = await coldStart(c);
  log(`${c.name} ${c.note ?? ''}: ${JSON.stringify(c.cold)}`);
}

// -------------------------------------------------------------------- report

const all = (r, key) => r.seen.map((s) => s[key]);
const of = (r, key) => median(all(r, key));
const number = (v, digits = 0) => v.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
const ms = (v) => number(v, v < 1 ? 2 : v < 100 ? 1 : 0);
const label = (c) => (c.note ? `${c.name} (${c.note})` : c.name);
const table = (head, rows) =>
  [head, head.map((_, i) => (i ? '--:' : '---')), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const latencies = ['p50', 'p75', 'p95', 'p99'];

const row = (r) => [
  label(r),
  r.payload.rows,
  number(of(r, 'perSecond')),
  ...latencies.map((p) => ms(of(r, p))),
  ms(Math.max(...all(r, 'max'))),
  all(r, 'errors').reduce((a, b) => a + b),
  number(of(r, 'cpu'), 3),
];
const long = ({ many, ...r }) => [
  label(r),
  number(many.requests),
  number(many.perSecond),
  ...latencies.map((p) => ms(many[p])),
  ms(many.max),
  many.errors,
  number(many.memory),
];
const coldRow = (c) => {
  const { raw, gzip } = size(c.dir);
  return [label(c), number(c.cold.up), number(c.cold.upCPU), number(c.cold.first), number(c.cold.firstCPU), number(raw), number(gzip)];
};

const short = find('Worker', 'exports');
const glued = find('stock glue', 'the same http.Handler');
const ceiling = find('workerd');
const slim = find('thin Worker around a compiled module');
const rate = (r) => of(r, 'perSecond');
const serve = find('pageleap serve');
const plain = find('net/http');
const old = { p50: 3, p75: 5, p95: 16, p99: 406, max: 644 };
const targets = [
  ['one row in the Worker: 5,000 requests/s or more', number(rate(short)), rate(short) >= 5000],
  ['… 100 times the same handler in the stock glue, or more', number(rate(short) / rate(glued)), rate(short) >= 100 * rate(glued)],
  ['… and where the Worker is thin, around a compiled module', number(rate(slim) / rate(glued)), rate(slim) >= 100 * rate(glued)],
  ['… 0.4 of what workerd can do at most', number(rate(short) / rate(ceiling), 2), rate(short) >= 0.4 * rate(ceiling)],
  ['… p99 below 10 ms at 10 connections', `${ms(short.many.p99)} ms`, short.many.p99 < 10],
  ['… CPU of a warm request below 1 ms', `${number(of(short, 'cpu'), 3)} ms`, of(short, 'cpu') < 1],
  ['pageleap serve: 0.4 of a server on net/http', number(rate(serve) / rate(plain), 2), rate(serve) >= 0.4 * rate(plain)],
  ['… p99 below 10 ms at 10 connections', `${ms(serve.many.p99)} ms`, serve.many.p99 < 10],
  ...[short, serve].map((r) => [
    `${label(r)} beats a Markov chain in R behind a function (459 requests/s, p50 3 ms, p75 5, p95 16, p99 406, max 644)`,
    `${number(r.many.perSecond)}, ${[...latencies, 'max'].map((k) => ms(r.many[k])).join(', ')}`,
    r.many.perSecond > 459 && Object.entries(old).every(([k, v]) => r.many[k] < v),
  ]),
  ...[short, serve].map((r) => [`${label(r)}: no error in ${number(MANY)} requests`, r.many.errors, r.many.errors === 0]),
];

const version = (file, ...args) => execFileSync(file, args, { encoding: 'utf8' }).trim();
const require = createRequire(import.meta.url);
const installed = (name, from = require) => from.resolve(`${name}/package.json`);
const wrangler = createRequire(join(root, 'edge', 'worker', 'package.json'));
const ofPackage = (file) => JSON.parse(readFileSync(file, 'utf8')).version;
const workerdVersion = ofPackage(installed('workerd', createRequire(installed('wrangler', wrangler))));

const text = `# What the edge does

\`make bench-edge\` measured this and wrote it, on ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpus()[0].model}, ${number(totalmem() / 2 ** 30)} GB,
Linux ${release()}; ${version('go', 'version').split(' ')[2]}, workerd ${workerdVersion}, wrangler ${ofPackage(installed('wrangler', wrangler))}, github.com/syumai/workers
${version('go', 'list', '-m', '-f', '{{.Version}}', 'github.com/syumai/workers')}. The load generator ran on the same cores.

The model is the demo's: a forest of 50 trees with its indexers. Leap frames in JSON go to \`${path}\`, and the whole
transformed frame comes back. ${CONNECTIONS} connections, each asks again as soon as it is answered. ${ROUNDS} × ${SECONDS} s each, all contenders in
turn; medians, and the greatest of the maxima. Each answer was compared with the first. CPU is that of the whole process, V8's
compilers and collectors and the reading of HTTP included, which Cloudflare does not count.

${table(['who', 'rows', 'requests/s', ...latencies.map((p) => `${p} ms`), 'max ms', 'errors', 'CPU ms each'], runs.map(row))}

What does nothing reads the body and gives an answer of the same size. *Stock glue* is what somebody gets who gives pageleap's
\`http.Handler\`, with the bundle embedded, to \`workers.Serve\` and deploys it with the \`worker.mjs\` that workers-assets-gen writes: that
starts Go and loads the model anew for each request. In the row below it the handler only answers \`{}\`, so that this is what
starting Go alone takes.

## ${number(MANY)} requests, one row each

${table(['who', 'requests', 'requests/s', ...latencies.map((p) => `${p} ms`), 'max ms', 'errors', 'memory MB'], [short, serve].map(long))}

Memory is that of the whole process; a workerd that does nothing takes ${number(110)} to 170 MB of it.

## A cold isolate

A new process each time, ${STARTS} of each; medians. *Up* is until it listens: workerd has started, read the modules and compiled them. The
first request starts Go, loads the model and scores a row; its CPU time holds that of the compilers in the background.

${table(['who', 'up ms', 'CPU ms', 'first request ms', 'CPU ms', 'upload kB', 'with gzip'], contenders.filter((c) => c.dir).map(coldRow))}

## What was to be reached

${table(
  ['target', 'measured', 'reached'],
  targets.map(([what, value, ok]) => [what, value, ok ? 'yes' : '**no**']),
)}
`;
writeFileSync(join(here, 'RESULTS.md'), text);
process.stdout.write(text);
