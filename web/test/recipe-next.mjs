// The recipe for Next.js, which is too heavy for every test run: make recipes
// installs it, builds it, serves it and looks at it in Chromium.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { launch, npm } from './site.mjs';
import { root } from './support.mjs';

it('next: rendered on the server, scored in the page', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'pageleap-'));
  t.after(() => rmSync(dir, { recursive: true }));
  cpSync(join(root, 'web', 'recipes', 'next'), dir, { recursive: true });
  mkdirSync(join(dir, 'public'));
  cpSync(join(root, 'testdata', 'demo', 'shoppers_visit.zip'), join(dir, 'public', 'visitor.zip'));

  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  const [pack] = execFileSync('npm', ['pack', '--silent', '--pack-destination', dir], { cwd: npm, encoding: 'utf8' }).trim().split('\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', `./${pack}`], { cwd: dir, env, stdio: 'inherit' });
  const next = join(dir, 'node_modules', 'next', 'dist', 'bin', 'next');
  writeFileSync(join(dir, 'next.config.mjs'), `export default { turbopack: { root: ${JSON.stringify(dir)} } };`);
  execFileSync(process.execPath, [next, 'build'], { cwd: dir, env, stdio: 'inherit' });

  const port = await free();
  const server = spawn(process.execPath, [next, 'start', '-p', port, '-H', '127.0.0.1'], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => new Promise((done) => server.once('exit', done) && server.kill()));
  await new Promise((ready) => server.stdout.on('data', (text) => `${text}`.includes('Ready') && ready()));
  const url = `http://127.0.0.1:${port}/`;
  assert.match(await (await fetch(url)).text(), /<p id="segment">Welcome<\/p>/);

  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const problems = [];
  page.on('pageerror', (e) => problems.push(e.message));
  await page.goto(url);
  await page.locator('#segment', { hasText: /^This visit: (buy|defer)$/ }).waitFor();
  assert.deepEqual(problems, []);
});

// A port that nobody has.
function free() {
  const server = createServer();
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    }),
  );
}
