// The demo page in real Chromium, and the same sessions over HTTP.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import { caseFile, caseFrame, root, serve } from './support.mjs';

const NAME = 'real_uci_shoppers_rf';
const frame = caseFrame(NAME, 'frame.json');
const expected = caseFrame(NAME, 'expected.json');
const buy = (row) => row[expected.schema.fields.findIndex((f) => f.name === 'probability')].values[1];

let server;
let browser;
before(async () => {
  server = await serve('--model', `shoppers=${caseFile(NAME, 'bundle.json.zip')}`, '--web', join(root, 'dist', 'page'));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

describe('the demo page', () => {
  let page;
  const problems = [];
  const requests = [];
  before(async () => {
    page = await browser.newPage();
    page.on('pageerror', (e) => problems.push(e.message));
    page.on('console', (m) => ['error', 'warning'].includes(m.type()) && problems.push(m.text()));
    page.on('request', (r) => requests.push(r.url()));
    await page.goto(server.url);
    await page.waitForSelector('html[data-ready]');
  });

  it("gives MLeap's own answer for all 200 real sessions", async () => {
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
      assert.equal(await page.textContent('#probability'), `${(p * 100).toFixed(1)} % probability of a purchase`);
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
  });

  it('asks for nothing after it has loaded, and complains of nothing', () => {
    const files = requests.map((url) => new URL(url).pathname);
    assert.deepEqual(files.toSorted(), [
      '/',
      '/demo.css',
      '/demo.mjs',
      '/icon.svg',
      '/pageleap.mjs',
      '/scorer.wasm',
      '/sessions.json',
      '/shoppers.zip',
    ]);
    assert.deepEqual(problems, []);
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
