// Each recipe, as somebody would have it on their site, in real Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { html, launch, moduleTag, npm, site, STRICT } from './site.mjs';
import { root } from './support.mjs';

const recipe = (...path) => join(root, 'web', 'recipes', ...path);
const bundle = readFileSync(join(root, 'testdata', 'demo', 'shoppers_visit.zip'));
const require = createRequire(import.meta.url);

let dir;
let browser;
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pageleap-'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(dir, { recursive: true });
});

// The files that a site has in its folder /pageleap/.
const files = Object.fromEntries([
  ['/pageleap/visitor.zip', bundle],
  ...['pageleap.js', 'pageleap.mjs', 'worker.js', 'scorer.wasm'].map((name) => [`/pageleap/${name}`, readFileSync(join(npm, name))]),
]);

// Opens a page of a site, and resolves when its visit has a score.
async function open(t, options, { wait = '#segment', init } = {}) {
  const web = await site(options);
  const context = await browser.newContext();
  t.after(async () => {
    await context.close();
    await web.stop();
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.problems = [];
  page.on('pageerror', (e) => page.problems.push(e.message));
  page.on('console', (m) => m.type() === 'warning' && page.problems.push(m.text()));
  if (init) await page.addInitScript(init);
  await page.goto(web.url);
  if (wait) await page.locator(wait, { hasText: /buy|defer/ }).waitFor();
  return { web, page, context };
}

// A project of somebody who has installed the package.
function project(name) {
  const at = join(dir, name);
  cpSync(recipe(name), at, { recursive: true });
  mkdirSync(join(at, 'node_modules'));
  cpSync(npm, join(at, 'node_modules', 'pageleap'), { recursive: true });
  return at;
}

describe('recipes', () => {
  it('plain: one script and attributes, under the strict policy', async (t) => {
    const { page } = await open(t, { files, dirs: [recipe('plain')] }, { wait: null });
    await page.waitForFunction(() => window.pageleap?.tracker.latest?.events === 2);
    await page.click('button');
    await page.waitForFunction(() => window.pageleap.tracker.latest.events === 3);
    const { events, segment, hidden, stored } = await page.evaluate(() => ({
      events: window.pageleap.tracker.events.map((e) => `${e.event} ${e.page_type} ${e.item ?? ''}`.trim()),
      segment: window.pageleap.tracker.latest.segment,
      hidden: document.getElementById('offer').hidden,
      stored: 'pageleap' in sessionStorage,
    }));
    assert.deepEqual(events, ['page_view product', 'view_item product 12', 'add_to_cart product 12']);
    assert.deepEqual([segment, hidden, stored], ['defer', false, true]);
    assert.deepEqual(page.problems, []);
  });

  it("gtm: a custom tag, in a shop that has GA4's pushes and Consent Mode", async (t) => {
    const csp = STRICT.replace("script-src 'self'", "script-src 'self' 'nonce-gtm'"); // as Tag Manager itself wants it
    // What Tag Manager does with such a tag: its script is made anew, with the page's nonce.
    const manager = `
      const tag = new DOMParser().parseFromString(${JSON.stringify(readFileSync(recipe('gtm', 'tag.html'), 'utf8'))}, 'text/html').querySelector('script');
      const script = document.createElement('script');
      script.nonce = 'gtm';
      script.text = tag.text;
      document.head.append(script);`;
    const shop = `
      window.dataLayer = window.dataLayer || [];
      function gtag() { dataLayer.push(arguments); }
      gtag('consent', 'default', { analytics_storage: 'denied' });
      dataLayer.push({ 'gtm.start': Date.now(), event: 'gtm.js' });
      dataLayer.push({ event: 'view_item', page_type: 'product', ecommerce: { value: 10, items: [{ item_id: 'A', item_category: 'shoes' }] } });`;
    const page_ = html('', '<script src="/shop.js"></script>', '<script src="/manager.js" async></script>');
    const { page } = await open(t, { files: { ...files, '/': page_, '/shop.js': shop, '/manager.js': manager }, csp }, { wait: null });
    await page.waitForFunction(() => window.pageleap?.tracker.latest?.events === 2);
    assert.deepEqual(await page.evaluate(() => dataLayer.filter((e) => e.event === 'pageleap_segment')), [
      { event: 'pageleap_segment', pageleap_segment: 'defer' },
    ]);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
    await page.evaluate(() => gtag('consent', 'update', { analytics_storage: 'granted' }));
    await page.waitForFunction(() => sessionStorage.length === 1);
    assert.deepEqual(page.problems, []);
  });

  it('vite: built, with the worker and scorer.wasm among its assets', async (t) => {
    const at = project('vite');
    mkdirSync(join(at, 'public'));
    writeFileSync(join(at, 'public', 'visitor.zip'), bundle);
    const vite = join(dirname(require.resolve('vite/package.json')), 'bin', 'vite.js');
    execFileSync(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: at, stdio: 'pipe' });
    const assets = readdirSync(join(at, 'dist', 'assets'));
    assert.equal(assets.filter((f) => /^scorer-.*\.wasm$/.test(f)).length, 1, `${assets}`);
    const { page } = await open(t, { dirs: [join(at, 'dist')] });
    assert.equal(page.workers().length, 1);
    assert.deepEqual(page.problems, []);
  });

  it('react: rendered on a server, then scored in the page', async (t) => {
    const at = project('react');
    for (const name of ['react', 'react-dom', 'scheduler'])
      cpSync(join(root, 'web', 'node_modules', name), join(at, 'node_modules', name), { recursive: true });
    writeFileSync(
      join(at, 'server.jsx'),
      `import { renderToString } from 'react-dom/server';
       import { Segment } from './Segment.jsx';
       process.stdout.write(renderToString(<Segment />));`,
    );
    writeFileSync(
      join(at, 'page.jsx'),
      `import { StrictMode } from 'react';
       import { hydrateRoot } from 'react-dom/client';
       import { Segment } from './Segment.jsx';
       hydrateRoot(document.getElementById('root'), <StrictMode><Segment /></StrictMode>);`,
    );
    const common = { absWorkingDir: at, bundle: true, jsx: 'automatic', logLevel: 'warning' };
    await build({ ...common, entryPoints: ['server.jsx'], outfile: join(at, 'server.cjs'), platform: 'node', packages: 'external' });
    const served = execFileSync(process.execPath, ['server.cjs'], { cwd: at, encoding: 'utf8' });
    assert.equal(served, '<p id="segment">Welcome</p>');
    await build({
      ...common,
      entryPoints: ['page.jsx'],
      outfile: join(at, 'page.mjs'),
      format: 'esm',
      define: { 'process.env.NODE_ENV': '"development"' },
    });
    const page_ = html(`<div id="root">${served}</div>`, moduleTag('/page.mjs'));
    const { page } = await open(t, { files: { '/': page_, '/visitor.zip': bundle }, dirs: [at, npm] });
    assert.match(await page.textContent('#segment'), /^This visit: (buy|defer)$/);
    assert.deepEqual(page.problems, []);
  });

  it('offline: a service worker keeps the files, and a visit is scored without a network', async (t) => {
    const { web, page, context } = await open(t, { files, dirs: [recipe('offline')] });
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload(); // from here on, the service worker answers
    await page.locator('#segment', { hasText: /buy|defer/ }).waitFor();
    const asked = web.log.length;
    await context.setOffline(true);
    await page.reload();
    await page.locator('#segment', { hasText: /buy|defer/ }).waitFor();
    assert.equal(web.log.length, asked);
    assert.deepEqual(page.problems, []);
  });
});
