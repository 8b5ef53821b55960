// Nothing leaves: a visit of 50 events under the strict policy, with the
// browser's own log of its network open beside it.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { html, launch, moduleTag, site } from './site.mjs';
import { root } from './support.mjs';

const START = `
import { load, track } from '/pageleap.mjs';
const worker = location.pathname === '/worker';
window.tracker = track({
  scorer: load({ bundle: '/visit.zip', worker }),
  chain: load({ bundle: '/chain.zip', worker }),
  context: { returning: true },
  consent: true,
  remember: true,
});
`;
const testdata = (...path) => readFileSync(join(root, 'testdata', ...path));

// What 50 events of a visit may come from; each is told what nobody else should know.
async function visit(page) {
  for (let i = 0; i < 10; i++) {
    await page.evaluate((i) => history.pushState(null, '', `${location.pathname}?email=ada@example.com&p=${i}`), i); // a page view
    await page.click('#cart');
    await page.evaluate((i) => {
      const items = [{ item_id: `secret-${i}`, item_category: 'shoes', price: 10 }];
      window.dataLayer.push({ event: 'view_item', user_id: 'ada', ecommerce: { items } });
      window.tracker.event('view_item', { item: `own-${i}` });
      window.tracker.event('search', { page_type: 'search' });
    }, i);
  }
  await page.waitForFunction(() => window.tracker.latest?.events === window.tracker.events.length && window.tracker.events.length >= 50);
  return page.evaluate(() => ({ events: window.tracker.events.length, ...window.tracker.latest }));
}

describe('a visit of 50 events', () => {
  let dir;
  let web;
  const seen = {}; // by page: {score, from, to, asked}, the time of the visit and what the server was asked meanwhile
  let requests; // {url, at} of all that Chromium's network asked for

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pageleap-'));
    const body = '<button id="cart" data-pageleap-event="add_to_cart" data-pageleap-item="12">add</button>';
    web = await site({
      files: {
        '/page': html(body, moduleTag('/start.mjs')),
        '/worker': html(body, moduleTag('/start.mjs')),
        '/start.mjs': START,
        '/visit.zip': testdata('demo', 'shoppers_visit.zip'),
        '/chain.zip': testdata('cases', 'markov_buy_synthetic', 'bundle.json.zip'),
      },
    });
    const log = join(dir, 'net.json');
    const browser = await launch({ args: [`--log-net-log=${log}`, '--net-log-capture-mode=IncludeSensitive'] });
    for (const name of ['page', 'worker']) {
      const page = await browser.newPage();
      await page.goto(`${web.url}/${name}`);
      await page.waitForFunction(() => window.tracker?.latest);
      const [asked, from] = [web.log.length, Date.now()];
      const score = await visit(page);
      await page.waitForTimeout(200); // for what would be sent later
      seen[name] = { score, from, to: Date.now(), asked: web.log.slice(asked) };
      // A page that does send something: what is asked below would find it.
      await page.evaluate((name) => navigator.sendBeacon(`/leak/${name}`, 'ada'), name);
      while (!web.log.includes(`POST /leak/${name}`)) await new Promise((done) => setTimeout(done, 5));
      await page.close();
    }
    await browser.close();
    const { constants, events } = JSON.parse(readFileSync(log, 'utf8'));
    // What has no initiator and goes elsewhere is Chromium's own, such as its search for updates.
    const ours = ({ url, initiator }) => initiator !== 'not an origin' || url.startsWith(web.url);
    requests = events
      .filter((e) => e.type === constants.logEventTypes.URL_REQUEST_START_JOB && e.params?.url && ours(e.params))
      .map((e) => ({ url: e.params.url, at: Number(constants.timeTickOffset) + Number(e.time) }));
  });
  after(async () => {
    await web?.stop();
    rmSync(dir, { recursive: true });
  });

  for (const name of ['page', 'worker']) {
    it(`is scored in the ${name}, and the browser asks for nothing`, () => {
      const { score, from, to, asked } = seen[name];
      assert.ok(score.events >= 50 && score.probability > 0 && score.probability < 1 && score.next.length > 0 && score.path.length > 0);
      assert.deepEqual(asked, [], 'as the server saw it');
      const during = requests.filter((r) => r.at >= from && r.at <= to);
      assert.deepEqual(during, [], 'as the browser saw it');
      const files = requests.filter((r) => r.at < from).map((r) => new URL(r.url).pathname);
      for (const file of ['/pageleap.mjs', '/scorer.wasm', '/visit.zip', '/chain.zip'])
        assert.ok(files.includes(file), `${file} of ${files}`);
      const leak = requests.find((r) => r.url === `${web.url}/leak/${name}`);
      assert.ok(leak?.at >= to, 'a request that is made is found');
    });
  }
});
