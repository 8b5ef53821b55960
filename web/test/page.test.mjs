// The demo in real Chromium: the shop, the 200 real sessions, and the same over HTTP.
import axe from 'axe-core';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { NAMES, USUAL } from '../demo/reasons.mjs';
import { launch } from './site.mjs';
import { caseFile, caseFrame, root, serve } from './support.mjs';

const NAME = 'real_uci_shoppers_rf';
const frame = caseFrame(NAME, 'frame.json');
const expected = caseFrame(NAME, 'expected.json');
const buy = (row) => row[expected.schema.fields.findIndex((f) => f.name === 'probability')].values[1];

let server;
let browser;
before(async () => {
  server = await serve('--model', `shoppers=${caseFile(NAME, 'bundle.json.zip')}`, '--web', join(root, 'dist', 'page'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Opens a page of the demo. problems and requests fill as it goes on.
async function open(path, { init, ...options } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  if (init) await page.addInitScript(init);
  page.setDefaultTimeout(10_000);
  page.problems = [];
  page.requests = [];
  page.on('pageerror', (e) => page.problems.push(e.message));
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && page.problems.push(m.text()));
  page.on('request', (r) => page.requests.push(r.url()));
  await page.goto(server.url + path);
  await page.waitForSelector('html[data-ready]');
  return page;
}

// What axe-core finds to be serious.
async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter((v) => ['serious', 'critical'].includes(v.impact))
    .map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 90)).join(' | ')}`);
}

const settled = (page) =>
  page.waitForFunction(() => {
    const { tracker } = globalThis.pageleapDemo;
    return tracker.latest?.events === tracker.events.length;
  });
const events = (page) => page.evaluate(() => globalThis.pageleapDemo.tracker.events.map((e) => [e.event, e.page, e.page_type].join(' ')));

describe('the shop', () => {
  let page;
  before(async () => {
    page = await open('/');
  });

  it('sells: from the list to the order, by links, buttons and a form', async () => {
    await page.click('nav >> text=Skirts');
    assert.equal(await page.textContent('h1'), 'Skirts');
    assert.equal(await page.title(), 'Skirts – Hazel & Thread');
    await page.click('text=Iris dotted skirt');
    await page.click('text=Add to basket');
    assert.equal(await page.textContent('#basket-count'), '1');
    await page.fill('#q', 'stripes');
    await page.press('#q', 'Enter');
    await page.click('text=Umber striped tee');
    await page.click('text=Add to basket');
    await page.click('.bar >> text=Basket');
    assert.match(await page.textContent('.total'), /€93\.00/);
    await page.click('[aria-label="Remove Umber striped tee"]');
    assert.match(await page.textContent('.total'), /€74\.00/);
    await page.click('text=Check out');
    await page.click('text=Buy');
    assert.equal(await page.textContent('h1'), 'Thank you');
    await page.goBack();
    assert.equal(await page.textContent('h1'), 'Checkout');
  });

  it('is scored event by event, from what it pushes to dataLayer and what it is', async () => {
    await settled(page);
    const all = await events(page);
    for (const event of [
      'page_view / home',
      'view_item_list /category/skirts list',
      'view_item /product/iris product',
      'add_to_cart /product/iris product',
      'search /search search',
      'remove_from_cart /basket cart',
      'begin_checkout /checkout checkout',
      'purchase /checkout checkout',
    ])
      assert.ok(all.includes(event), `${event} is not among ${all}`);
    const { latest, features } = await page.evaluate(() => {
      const { latest } = globalThis.pageleapDemo.tracker;
      return { latest, features: latest.outputs };
    });
    assert.equal(features.Administrative, 4, 'basket, checkout, thanks, and checkout again');
    assert.equal(features.ProductRelated, 5);
    assert.equal(await page.textContent('.segment'), latest.segment);
    assert.match(await page.textContent('.probability'), new RegExp(`after ${all.length} events`));
  });

  it('shows the walk of the chain, what moves the score and what it costs', async () => {
    assert.match(await page.getAttribute('.walk', 'aria-label'), /^The visit saw Skirts, Sale\. Probably next: Sale \d+ %/);
    const shown = await page.$$eval('.why .points', (all) => all.map((e) => e.textContent));
    assert.equal(shown.length, 5);
    for (const points of shown) assert.match(points, /^[+−]?\d+\.\d$/);
    const costs = await page.textContent('.panel dl');
    assert.match(costs, /median\d+\.\d ms.*first score\d+ ms.*scorers\d+\.\d\d MB/);
  });

  it('plays a visit by itself, which ends at the checkout', async () => {
    // Its steps follow on each other faster than one could watch.
    const init = 'const own = setTimeout; window.setTimeout = (fn, ms) => own(fn, ms === 650 ? 30 : ms);';
    const played = await open('/', { init });
    await played.click('text=Play a visit');
    await played.waitForFunction(() => document.querySelector('h1').textContent === 'Checkout');
    await settled(played);
    const { ProductRelated_Duration: seconds } = await played.evaluate(() => globalThis.pageleapDemo.tracker.latest.outputs);
    assert.ok(seconds > 400, `its clock was put forward: ${seconds} s`);
    assert.equal(await played.getAttribute('.meter', 'data-quiet'), 'true');
    await played.context().close();
  });

  it('keeps the visit where the visitor agrees, and forgets it', async () => {
    const stored = () => page.evaluate(() => Object.keys({ ...sessionStorage, ...localStorage }).sort());
    assert.deepEqual(await stored(), []);
    await page.check('#consent');
    assert.deepEqual(await stored(), ['pageleap', 'pageleap:seen']);
    await page.click('text=Forget');
    assert.deepEqual(await stored(), []);
    assert.equal(await page.textContent('.probability'), 'no event yet');
    await page.uncheck('#consent');
  });

  it('says that nothing left the page, as long as it is so', async () => {
    assert.equal(await page.textContent('.meter strong'), 'Nothing');
    const files = page.requests.map((url) => new URL(url).pathname);
    const wanted = [
      '/',
      '/scorer.wasm',
      '/pageleap.mjs',
      '/shoppers_visit.zip',
      '/next_category.zip',
      '/visitor_model.zip',
      '/metrics.json',
    ];
    for (const file of wanted) assert.equal(files.filter((f) => f === file).length, 1, file);
    for (const file of files) assert.match(file, /^\/(\w+\.(css|mjs|json|zip|svg|wasm))?$/);
    assert.deepEqual(page.problems, []);
    await page.evaluate(() => fetch('/metrics.json', { method: 'POST', body: 'secret' }));
    await page.waitForSelector('.meter strong >> text="1 request, 6 bytes"');
    assert.equal(await page.getAttribute('.meter', 'data-quiet'), 'false');
  });

  it('is scored in web workers too', async () => {
    const other = await open('/?worker');
    await other.click('nav >> text=Blouses');
    await settled(other);
    assert.match(await other.textContent('.probability'), /^\d+\.\d % after 3 events$/);
    assert.equal(other.workers().length, 3);
    assert.deepEqual(other.problems, []);
    await other.context().close();
  });

  for (const [colorScheme, width, searches] of [
    ['light', 1280, ['?c=sale', '?at=checkout', '?at=privacy', '?q=shirt']],
    ['light', 390, []],
    ['dark', 1280, []],
    ['dark', 390, []],
  ])
    it(`has no serious accessibility problem, ${colorScheme}, ${width} pixels wide`, async () => {
      const page = await open('/', { colorScheme, viewport: { width, height: 844 } });
      await page.click('.card');
      await page.click('main .button');
      await page.click('.bar >> text=Basket');
      await settled(page);
      if (width < 900) await page.click('.toggle');
      await page.click('#about summary');
      const found = await violations(page);
      for (const search of searches) {
        await page.evaluate((s) => (history.pushState(null, '', s), dispatchEvent(new PopStateEvent('popstate'))), search);
        found.push(...(await violations(page)));
      }
      assert.deepEqual(found, []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.equal(wide, width, 'nothing sticks out at the side');
      await page.context().close();
    });

  it('compares with what is usual in the real sessions', () => {
    const [header, ...lines] = gunzipSync(readFileSync(join(root, 'testdata', 'data', 'uci_online_shoppers.csv.gz')))
      .toString()
      .trim()
      .split('\n')
      .map((line) => line.trim().split(','));
    const usual = header.map((_, i) => {
      const column = lines.map((line) => line[i]);
      if (!column.every((v) => v !== '' && !Number.isNaN(Number(v)))) {
        const counts = new Map();
        for (const v of column) counts.set(v, (counts.get(v) ?? 0) + 1);
        return [...counts].sort((a, b) => b[1] - a[1])[0][0];
      }
      const sorted = column.map(Number).sort((a, b) => a - b);
      return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
    });
    for (const [name, value] of Object.entries(USUAL)) assert.equal(value, usual[header.indexOf(name)], name);
    assert.deepEqual(Object.keys(NAMES), Object.keys(USUAL));
  });
});

describe('the page of real sessions', () => {
  let page;
  before(async () => {
    page = await open('/sessions.html');
  });

  it("gives MLeap's own answer for all 200 of them", async () => {
    assert.equal(await page.textContent('#equal'), '200 of 200 answers are the same here, to the last bit');
    const out = await page.evaluate((f) => globalThis.pageleapDemo.transform(f), frame);
    assert.deepEqual(out.schema, expected.schema);
    assert.deepEqual(out.rows, expected.rows);
    const names = frame.schema.fields.map((f) => f.name);
    const rows = frame.rows.map((r) => Object.fromEntries(r.map((v, i) => [names[i], v])));
    const scores = await page.evaluate((rs) => rs.map((r) => globalThis.pageleapDemo.score(r).probability[1]), rows);
    assert.deepEqual(scores, expected.rows.map(buy));
  });

  it('steps through the sessions and shows segment, probability and time', async () => {
    for (const [i, click] of [
      [0, null],
      [1, 'next'],
      [2, 'next'],
      [1, 'previous'],
    ]) {
      if (click) await page.click(`#${click}`);
      const p = buy(expected.rows[i]);
      const text = `${(p * 100).toFixed(1)} %`;
      assert.equal(await page.textContent('#probability'), `${text} probability of a purchase`);
      assert.equal(await page.textContent('#theirs'), `MLeap: ${text}, the same to the last bit`);
      assert.equal(await page.textContent('#segment'), p > 0.5 ? 'buy' : 'defer');
    }
    assert.match(await page.textContent('#time'), /^\d+\.\d µs$/);
  });

  it("scores one's own values as they are typed", async () => {
    const before = await page.textContent('#probability');
    await page.fill('[name=ProductRelated]', '120');
    await page.fill('[name=ProductRelated_Duration]', '5000');
    await page.selectOption('[name=Month]', 'Nov');
    assert.notEqual(await page.textContent('#probability'), before);
    assert.equal(await page.textContent('#theirs'), 'values of your own');
  });

  it('asks for nothing after it has loaded, and has no serious problem', async () => {
    const files = page.requests.map((url) => new URL(url).pathname);
    assert.deepEqual(files.toSorted(), [
      '/answers.json',
      '/dom.mjs',
      '/icon.svg',
      '/pageleap.mjs',
      '/scorer.wasm',
      '/sessions.css',
      '/sessions.html',
      '/sessions.json',
      '/sessions.mjs',
      '/shoppers.zip',
    ]);
    assert.deepEqual(await violations(page), []);
    assert.deepEqual(page.problems, []);
  });
});

describe('over HTTP', () => {
  const post = (path, body, type = 'application/json') =>
    fetch(server.url + path, { method: 'POST', headers: { 'Content-Type': type }, body });

  it("gives MLeap's own answer for all 200 real sessions", async () => {
    const response = await post('/models/shoppers/transform', JSON.stringify(frame));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('Content-Type'), 'application/json');
    const out = await response.json();
    assert.deepEqual(out.schema, expected.schema);
    assert.deepEqual(out.rows, expected.rows);
  });

  it('describes the model and its own health', async () => {
    const meta = await (await fetch(`${server.url}/models/shoppers/meta`)).json();
    assert.equal(meta.bundle.format, 'JSON');
    assert.deepEqual(meta.inputSchema.fields.map((f) => f.name).toSorted(), frame.schema.fields.map((f) => f.name).toSorted());
    assert.deepEqual(await (await fetch(`${server.url}/actuator/health`)).json(), { status: 'UP' });
  });

  it('answers mistakes with problem details', async () => {
    for (const [response, status, detail] of [
      [await post('/models/nobody/transform', '{}'), 404, /no model "nobody"; there are: "shoppers"/],
      [await post('/models/shoppers/transform', '{'), 400, /the input ends inside an object/],
      [await post('/models/shoppers/transform', '{}', 'text/html'), 415, /text\/html/],
      [await post('/models/shoppers/transform', JSON.stringify({ schema: { fields: [] }, rows: [] })), 400, /no column/],
      [await fetch(`${server.url}/models/x/y/z`), 404, /no such resource/],
    ]) {
      assert.equal(response.status, status);
      assert.equal(response.headers.get('Content-Type'), 'application/problem+json');
      const body = await response.json();
      assert.equal(body.status, status);
      assert.match(body.detail, detail);
    }
  });
});
