// Runs a folder of modules in workerd, the runtime of Cloudflare Workers.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
export const compatibilityDate = '2026-04-01';

// wrangler brings workerd; what its package names is the program itself.
const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
const program = wrangler('workerd').default;

const kinds = { '.mjs': 'esModule', '.js': 'esModule', '.wasm': 'wasm', '.zip': 'data' };

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((f) => f.isFile() && kinds[extname(f.name)])
    .map((f) => join(f.parentPath ?? f.path, f.name));
}

/** The configuration, for a file in the folder from, of a Worker whose main module is worker.mjs; vars are its variables, v8Flags the engine's. */
export function config(folder, from, { vars = {}, main = 'worker.mjs', address = '127.0.0.1:0', v8Flags = [] } = {}) {
  const text = JSON.stringify; // a string of capnp is one of JSON
  const modules = files(folder)
    .map((path) => ({ name: relative(folder, path), path }))
    .sort((a, b) => (b.name === main) - (a.name === main)) // the first one is the main module
    .map(({ name, path }) => `(name = ${text(name)}, ${kinds[extname(name)]} = embed ${text(relative(from, path))})`);
  const bindings = Object.entries(vars).map(([name, value]) => `(name = ${text(name)}, text = ${text(String(value))})`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = ${text(address)}, http = (), service = "main")],
  v8Flags = [${v8Flags.map(text).join(', ')}],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  bindings = [${bindings.join(', ')}],
  compatibilityDate = ${text(compatibilityDate)},
);
`;
}

/** Starts workerd; resolves to its address, its process, what it printed, and a stop function. */
export async function start(folder, options) {
  const temp = mkdtempSync(join(tmpdir(), 'pageleap-workerd-'));
  const file = join(temp, 'config.capnp');
  writeFileSync(file, config(folder, temp, options));
  const child = spawn(program, ['serve', file, '--control-fd=3'], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const worker = {
    child,
    log: '',
    stop: () =>
      new Promise((done) => {
        rmSync(temp, { recursive: true, force: true });
        if (child.exitCode !== null || child.signalCode !== null) return done();
        child.once('exit', done);
        child.kill('SIGKILL');
      }),
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (worker.log += chunk));
  const port = await new Promise((resolve, reject) => {
    let text = '';
    child.stdio[3].on('data', (chunk) => {
      text += chunk;
      const listening = text
        .split('\n')
        .filter(Boolean)
        .map((l) => JSON.parse(l))
        .find((e) => e.event === 'listen');
      if (listening) resolve(listening.port);
    });
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}: ${worker.log}`)));
  });
  return Object.assign(worker, { port, url: `http://127.0.0.1:${port}` });
}
