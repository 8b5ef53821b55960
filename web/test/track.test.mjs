// The tracker in real Chromium, on small pages that each test makes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { html, launch, moduleTag, scriptTag, site, STRICT } from './site.mjs';
import { caseBytes, root } from './support.mjs';

let web;
let browser;
let context; // of a visitor: its storage and its tabs
const problems = [];

// A page that tracks, with the options of /options….js. Most of these tests are
// about the events, and score with a sum; { real } takes a forest.
const START = `
import { assign, load, track } from '/pageleap.mjs';
const { real, ...options } = window.options;
const told = (window.told = []);
window.errors = [];
const lists = ['event', 'ts', 'page', 'page_type', 'item', 'category', 'price', 'quantity'];
window.sum = {
  inputs: lists.map((name) => ({ name, kind: 'list' })),
  score: (row) => ({ probability: row.event.length / 1000, prediction: 0 }),
  close() {},
};
// The forest takes columns of a session, which these make of its events.
const count = (events, name) => events.filter((e) => e.event === name).length;
const inputs = ({ events }) => ({
  Administrative: count(events, 'login'), Administrative_Duration: 0, Informational: 0, Informational_Duration: 0,
  ProductRelated: count(events, 'view_item'), ProductRelated_Duration: 100 * count(events, 'view_item'),
  Month: 'Nov', VisitorType: 'New_Visitor', Weekend: 'FALSE',
});
window.tracker = track({
  ...(real ? { scorer: load({ bundle: '/shoppers.zip', ...real }), inputs } : { scorer: window.sum }),
  onError: (e) => window.errors.push({ kind: e.kind, message: e.message }),
  ...options,
});
window.pageleap = { assign, load, track };
document.addEventListener('pageleap:score', ({ detail }) => told.push(detail));
`;

before(async () => {
  web = await site({
    files: {
      '/shoppers.zip': caseBytes('real_uci_shoppers_rf', 'bundle.json.zip'),
      '/damaged.zip': Buffer.from(caseBytes('real_uci_shoppers_rf', 'bundle.json.zip')).fill(7, 30_000, 31_000),
      '/visit.zip': readFileSync(join(root, 'testdata', 'demo', 'shoppers_visit.zip')),
      '/chain.zip': readFileSync(join(root, 'testdata', 'cases', 'markov_buy_synthetic', 'bundle.json.zip')),
      '/start.mjs': START,
    },
  });
  // Playwright would turn off the cache that brings pages back.
  browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
});
after(async () => {
  await browser?.close();
  await web?.stop();
});

// Opens a page in this visitor's browser (a new one's, where fresh). options go to track.
async function open(body, { options = {}, path = '/', head = '', fresh = true, init, wait = true, headers } = {}) {
  if (fresh) {
    await context?.close();
    context = await browser.newContext();
  }
  web.files[path] = { body: html(body, scriptTag(`/options${path.replaceAll('/', '_')}.js`), head, moduleTag('/start.mjs')), headers };
  web.files[`/options${path.replaceAll('/', '_')}.js`] = `window.options = ${JSON.stringify(options)};`;
  const page = await context.newPage();
  page.setDefaultTimeout(5000);
  page.warnings = [];
  page.on('pageerror', (e) => problems.push(e.message));
  page.on('console', (m) => m.type() === 'warning' && page.warnings.push(m.text()));
  if (init) await page.addInitScript(init);
  await page.goto(web.url + path);
  if (wait) await page.waitForFunction(() => window.told?.length > 0);
  return page;
}

const events = (page) => page.evaluate(() => window.tracker.events.map(({ ts, ...e }) => e));
const names = async (page) => (await events(page)).map((e) => e.event);
// Waits until every event has its score.
const settled = (page) => page.waitForFunction(() => window.tracker.latest?.events === window.tracker.events.length);
const stored = (page) => page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));

describe('what becomes an event', () => {
  it('a page view, with what the page says of itself', async () => {
    const page = await open(
      '<main data-pageleap-page-type="product" data-pageleap-view="view_item" data-pageleap-item="12" data-pageleap-price="59.9"><p data-pageleap-category="shoes"></p></main>',
      { path: '/p/12' },
    );
    assert.deepEqual(await events(page), [
      { event: 'page_view', page: '/p/12', page_type: 'product' },
      { event: 'view_item', page: '/p/12', page_type: 'product', item: '12', price: 59.9 },
    ]);
    await settled(page);
    assert.deepEqual(
      await page.evaluate(() => window.told.map((d) => [d.event.event, d.events])),
      [
        ['page_view', 1],
        ['view_item', 2],
      ],
      'each event has a score of its own',
    );
  });

  it('navigation through the History API, there and back, but not its query in the name', async () => {
    const page = await open('');
    await page.evaluate(() => history.pushState(null, '', '/shoes?email=someone@example.com'));
    await page.evaluate(() => history.replaceState({ scroll: 3 }, '')); // the same page
    await page.evaluate(() => history.pushState(null, '', '/shoes?page=2#top'));
    await page.evaluate(() => history.pushState(null, '', '/shoes?page=2#end')); // and again
    await page.goBack();
    await page.goBack();
    await page.goBack();
    await settled(page);
    assert.deepEqual(
      (await events(page)).map((e) => e.page),
      ['/', '/shoes', '/shoes', '/shoes', '/'],
    );
  });

  it('the same where the browser has no Navigation API; and history is as it was after close()', async () => {
    const page = await open('', { init: () => delete window.navigation });
    assert.equal(await page.evaluate(() => window.navigation), undefined);
    await page.evaluate(() => history.pushState(null, '', '/a'));
    await page.evaluate(() => history.replaceState(null, '', '/b'));
    await page.goBack();
    await page.waitForFunction(() => location.pathname === '/');
    assert.deepEqual(
      (await events(page)).map((e) => e.page),
      ['/', '/a', '/b', '/'],
    );
    assert.equal(
      await page.evaluate(() => (window.tracker.close(), Object.hasOwn(history, 'pushState') || Object.hasOwn(history, 'replaceState'))),
      false,
    );
  });

  it('clicks and forms that say so, links to items and to other sites', async () => {
    const page = await open(`
      <article data-pageleap-item="7" data-pageleap-category="hats"><a id="item" href="#x"><b>Hat</b></a>
        <button id="cart" data-pageleap-event="add_to_cart" data-pageleap-price="9.5" data-pageleap-quantity="2"><i id="icon">+</i></button></article>
      <form data-pageleap-event="search"><input id="q"><button id="go">go</button></form>
      <a id="away" href="https://elsewhere.example/">away</a> <button id="other">other</button>`);
    await page.evaluate(() => document.addEventListener('click', (e) => e.target.id === 'away' && e.preventDefault()));
    await page.evaluate(() => document.addEventListener('submit', (e) => e.preventDefault()));
    for (const id of ['item', 'icon', 'go', 'away', 'other']) await page.click(`#${id}`);
    assert.deepEqual((await events(page)).slice(1), [
      { event: 'select_item', page: '/', item: '7', category: 'hats' },
      { event: 'add_to_cart', page: '/', item: '7', category: 'hats', price: 9.5, quantity: 2 },
      { event: 'search', page: '/' },
      { event: 'click', page: '/' },
    ]);
  });

  it("the shop's own calls, changed by its own rules", async () => {
    const page = await open('', { head: scriptTag('/map.js') });
    web.files['/map.js'] =
      "window.options.map = (e) => (e.event === 'noise' ? null : { ...e, category: 'c' }); window.options.page = (l) => 'x' + l.pathname;";
    await page.reload();
    await page.waitForFunction(() => window.told?.length > 0);
    await page.evaluate(() => {
      window.tracker.event('noise');
      window.tracker.event('add_to_cart', { item: 5, price: '12.5' });
      window.tracker.pageView({ page: '/virtual', page_type: 'step' });
    });
    assert.deepEqual(await events(page), [
      { event: 'page_view', page: 'x/', category: 'c' },
      { event: 'add_to_cart', page: 'x/', item: '5', price: 12.5, category: 'c' },
      { event: 'page_view', page: '/virtual', page_type: 'step', category: 'c' },
    ]);
  });

  it('a page that was seen and then left, and its dwell', async () => {
    const page = await open('');
    const other = await context.newPage();
    await page.waitForTimeout(1100);
    const cdp = await context.newCDPSession(page);
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { configurable: true, value: true });
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.waitForFunction(() => window.tracker.latest.event.event === 'user_engagement');
    const dwell = await page.evaluate(() => window.tracker.latest.dwell);
    await page.waitForTimeout(300);
    assert.ok(dwell >= 1000 && dwell < 10_000, `${dwell}`);
    await page.evaluate(() => window.tracker.event('later'));
    await settled(page);
    assert.equal(await page.evaluate(() => window.tracker.latest.dwell), dwell, 'time that the page is hidden does not count');
    await cdp.detach();
    await other.close();
  });
});

describe('dataLayer', () => {
  const LAYER = `window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }
    gtag('js', new Date()); gtag('set', { content_group: 'product' }); gtag('config', 'G-123');
    dataLayer.push({ 'gtm.start': 1, event: 'gtm.js' });
    gtag('event', 'view_item', { currency: 'EUR', value: 59.9, items: [{ item_id: 'SKU1', item_name: 'Shoe', item_category: 'shoes', quantity: 1 }] });`;

  it('is read from its beginning: gtag and Tag Manager pushes become the events that GA4 would export', async () => {
    web.files['/layer.js'] = LAYER;
    const page = await open('', { head: scriptTag('/layer.js') });
    await page.evaluate(() => {
      dataLayer.push({ ecommerce: null });
      dataLayer.push({
        event: 'add_to_cart',
        ecommerce: {
          value: 30,
          items: [
            { item_id: 'A', price: 10, quantity: 2 },
            { item_name: 'B', price: 10 },
          ],
        },
      });
      dataLayer.push({ event: 'view_cart', ecommerce: { value: 30, items: [{ item_id: 'A' }, { item_id: 'B' }] } });
      dataLayer.push(
        { event: 'gtm.click' },
        () => {},
        null,
        7,
        { event: 'pageleap_segment' },
        { event: 'begin_checkout', page_type: 'checkout', value: 30 },
      );
      dataLayer.push({ event: 'page_view', page_location: 'https://shop.example/thanks?order=1' });
    });
    const product = { page: '/', page_type: 'product' };
    assert.deepEqual(await events(page), [
      { event: 'page_view', ...product },
      { event: 'view_item', ...product, item: 'SKU1', category: 'shoes', price: 59.9, quantity: 1 },
      { event: 'add_to_cart', ...product, item: 'A', price: 10, quantity: 2 },
      { event: 'add_to_cart', ...product, item: 'B', price: 10 },
      { event: 'view_cart', ...product, price: 30 },
      { event: 'begin_checkout', page: '/', page_type: 'checkout', price: 30 },
      { event: 'page_view', ...product, page: '/thanks' },
    ]);
  });

  it('works as before for others, whoever wraps push first, and after close()', async () => {
    web.files['/layer.js'] =
      'window.dataLayer = [1]; const own = dataLayer.push; dataLayer.push = function (...a) { window.first = (window.first ?? 0) + a.length; return own.apply(this, a); };';
    const page = await open('', { head: scriptTag('/layer.js') });
    const result = await page.evaluate(() => {
      // Tag Manager wraps push when it loads.
      const before = dataLayer.push;
      let seen = 0;
      dataLayer.push = function (...a) {
        seen += a.length;
        return before.apply(dataLayer, a);
      };
      const hostile = new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
        },
      );
      const lengths = [dataLayer.push({ event: 'a' }), dataLayer.push({ event: 'b' }, hostile)];
      window.tracker.close();
      lengths.push(dataLayer.push({ event: 'c' }));
      return { lengths, seen, first: window.first, length: dataLayer.length };
    });
    assert.deepEqual(result, { lengths: [2, 4, 5], seen: 4, first: 4, length: 5 });
    assert.deepEqual(await names(page), ['page_view', 'a', 'b']);
  });

  it('is restored by close(), and not told twice to the next tracker', async () => {
    web.files['/layer.js'] = LAYER;
    const page = await open('', { head: scriptTag('/layer.js') });
    const again = await page.evaluate(() => {
      window.tracker.close();
      const own = Object.hasOwn(dataLayer, 'push');
      const tracker = window.pageleap.track({ scorer: window.sum });
      dataLayer.push({ event: 'new' });
      const events = tracker.events.map((e) => e.event);
      tracker.close();
      return { own, events };
    });
    assert.deepEqual(again, { own: false, events: ['page_view', 'new'] });
  });

  it('is told to two trackers of a page, each with a visit of its own', async () => {
    web.files['/layer.js'] = LAYER;
    const page = await open('', { head: scriptTag('/layer.js') });
    const both = await page.evaluate(() => {
      const other = window.pageleap.track({ scorer: window.sum, key: 'other' });
      dataLayer.push({ event: 'new' });
      const all = [window.tracker, other].map((tracker) => tracker.events.map((e) => e.event));
      other.close();
      dataLayer.push({ event: 'after' });
      return [...all, window.tracker.events.map((e) => e.event)];
    });
    const heard = ['page_view', 'view_item', 'new'];
    assert.deepEqual(both, [heard, heard, [...heard, 'after']]);
  });

  it('and attributes that say the same give one event', async () => {
    web.files['/layer.js'] = LAYER;
    const page = await open('<main data-pageleap-view="view_item" data-pageleap-item="SKU1" data-pageleap-price="49"></main>', {
      head: scriptTag('/layer.js'),
    });
    assert.deepEqual(await names(page), ['page_view', 'view_item']);
    assert.equal((await events(page))[1].price, 49, 'what was told first');
  });
});

describe('the score', () => {
  it('has a segment, which holds between the thresholds', async () => {
    const page = await open('', { options: { threshold: 0.4, hysteresis: 0.1 } });
    const segments = await page.evaluate(async () => {
      const scores = [0.1, 0.45, 0.5, 0.45, 0.31, 0.29, 0.39, 0.49, 0.9];
      const scorer = { inputs: [], score: () => ({ probability: scores.shift(), prediction: 0 }) };
      window.tracker.close();
      const got = [];
      const tracker = window.pageleap.track({
        scorer,
        threshold: 0.4,
        hysteresis: 0.1,
        inputs: () => ({}),
        onScore: (s) => got.push([s.probability, s.segment, s.previous, s.changed]),
      });
      for (let i = 0; i < 8; i++) tracker.event('e');
      while (scores.length > 0) await new Promise((done) => setTimeout(done, 5));
      tracker.close();
      return got;
    });
    assert.deepEqual(segments, [
      [0.1, 'defer', undefined, true],
      [0.45, 'defer', 'defer', false],
      [0.5, 'buy', 'defer', true],
      [0.45, 'buy', 'buy', false],
      [0.31, 'buy', 'buy', false],
      [0.29, 'defer', 'buy', true],
      [0.39, 'defer', 'defer', false],
      [0.49, 'defer', 'defer', false],
      [0.9, 'buy', 'defer', true],
    ]);
  });

  it('has the walk of a chain beside the forest, and where it goes next', async () => {
    const page = await open('');
    const { latest, alone } = await page.evaluate(async () => {
      window.tracker.close();
      const { load, track } = window.pageleap;
      const types = ['home', 'list', 'product', 'product', 'cart'];
      const tracker = track({ scorer: load({ bundle: '/visit.zip' }), chain: load({ bundle: '/chain.zip' }), pageViews: false });
      types.forEach((page_type, i) => tracker.event('page_view', { page: `/${i}`, page_type }));
      while (tracker.latest?.events !== types.length) await new Promise((done) => setTimeout(done, 5));
      const chain = await load({ bundle: '/chain.zip' });
      const column = (name) => tracker.events.map((e) => e[name] ?? '');
      const row = Object.fromEntries(chain.inputs.map((c) => [c.name, column(c.name)]));
      const forest = await load({ bundle: '/visit.zip' });
      const p = forest.score(Object.fromEntries(forest.inputs.filter((c) => c.kind === 'list').map((c) => [c.name, column(c.name)])));
      tracker.close();
      return { latest: tracker.latest, alone: { ...chain.score(row), forest: p.probability[1] } };
    });
    assert.deepEqual(latest.path, ['home', 'list', 'product', 'cart']);
    assert.ok(latest.next.length > 1);
    assert.deepEqual(
      latest.next.map((n) => [n.page, n.probability]),
      alone.next_pages.map((page, i) => [page, alone.next_probabilities[i]]),
    );
    assert.equal(latest.absorption, alone.absorption);
    assert.equal(latest.probability, alone.forest, "the segment is by the first bundle's probability");
  });

  it('is the same in a worker', async () => {
    const scores = [];
    for (const worker of [false, true]) {
      const page = await open('', { options: { real: { worker } } });
      await page.evaluate(() => ['view_item', 'login', 'view_item'].forEach((name) => window.tracker.event(name)));
      await settled(page);
      scores.push(await page.evaluate(() => window.told.map((d) => d.probability)));
    }
    assert.equal(scores[0].length, 4);
    assert.deepEqual(scores[1], scores[0]);
  });

  it('of an experiment names its variant, the same one on every page of a visit', async () => {
    const experiment = {
      name: 'deeper',
      variants: [
        { name: 'a', weight: 1, threshold: 0 },
        { name: 'b', weight: 1, threshold: 1 },
      ],
    };
    const seen = new Set();
    for (let i = 0; i < 40 && seen.size < 2; i++) {
      const page = await open('', { options: { experiment, consent: true } });
      const { variant, segment, experiment: name } = await page.evaluate(() => window.tracker.latest);
      seen.add(variant);
      assert.equal(name, 'deeper');
      assert.equal(segment, variant === 'a' ? 'buy' : 'defer');
      await page.reload();
      await page.waitForFunction(() => window.told?.length > 0);
      assert.equal(await page.evaluate(() => window.tracker.latest.variant), variant);
      const tab = await open('', { options: { experiment, consent: true }, fresh: false });
      assert.equal(await tab.evaluate(() => window.tracker.latest.variant), variant, 'in another tab too');
    }
    assert.equal(seen.size, 2);
  });
});

describe('the visit', () => {
  it('goes on over pages and reloads where the visitor agrees', async () => {
    const page = await open('', { options: { consent: true }, path: '/a' });
    await page.evaluate(() => window.tracker.event('view_item', { item: '1' }));
    await open('', { options: { consent: true }, path: '/b', fresh: false }).then((p) => p.close());
    await page.goto(`${web.url}/b`);
    await page.waitForFunction(() => window.told?.length > 0);
    await settled(page);
    const all = await events(page);
    assert.deepEqual(
      all.filter((e) => e.event !== 'user_engagement').map((e) => `${e.event} ${e.page}`),
      ['page_view /a', 'view_item /a', 'page_view /b', 'page_view /b'],
    );
    assert.equal(await page.evaluate(() => window.tracker.latest.events), all.length);
  });

  for (const [what, options, init] of [
    ['without consent', {}],
    ['when consent is refused', { consent: false }],
    [
      'with Global Privacy Control, whatever was agreed',
      { consent: true, remember: true },
      () => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
    ],
  ]) {
    it(`is the page's own memory ${what}: nothing is stored, and no other tab hears of it`, async () => {
      const spy = () => {
        window.channels = 0;
        const Own = BroadcastChannel;
        window.BroadcastChannel = class extends Own {
          constructor(...a) {
            super(...a);
            window.channels++;
          }
        };
      };
      const page = await open('', { options, init: init && `(${init})();` });
      await page.addInitScript(spy);
      await page.reload();
      await page.waitForFunction(() => window.told?.length > 0);
      await page.evaluate(() => window.tracker.event('view_item'));
      await settled(page);
      assert.equal(await stored(page), '{}');
      assert.equal(await page.evaluate(() => window.channels), 0);
      assert.equal(await page.evaluate(() => document.cookie), '');
      await page.reload();
      await page.waitForFunction(() => window.told?.length > 0);
      assert.deepEqual(await names(page), ['page_view']);
    });
  }

  it('is not even collected without consent where the shop wants it so', async () => {
    const page = await open('', { options: { withoutConsent: 'off' }, wait: false });
    await page.waitForFunction(() => window.tracker);
    await page.evaluate(() => (window.tracker.event('view_item'), window.tracker.ready));
    await page.waitForTimeout(100);
    assert.deepEqual([await names(page), await page.evaluate(() => window.told.length)], [[], 0]);
    await page.evaluate(() => window.tracker.consent(true));
    await page.waitForFunction(() => window.told.length > 0);
    assert.deepEqual(await names(page), ['page_view']);
  });

  it('is stored from the moment of consent, and forgotten when it is taken back', async () => {
    const page = await open('', { options: { remember: true } });
    await page.evaluate(() => window.tracker.event('view_item'));
    assert.equal(await stored(page), '{}');
    await page.evaluate(() => window.tracker.consent(true));
    const { pageleap, 'pageleap:seen': seen } = JSON.parse(await stored(page));
    assert.deepEqual(
      JSON.parse(pageleap).events.map((e) => e.event),
      ['page_view', 'view_item'],
    );
    assert.match(seen, /^\d{4}-\d\d-\d\d$/);
    await page.evaluate(() => window.tracker.consent(false));
    assert.equal(await stored(page), '{}');
    assert.deepEqual(await names(page), []);
    await page.evaluate(() => window.tracker.event('view_item'));
    await settled(page);
    assert.equal(await stored(page), '{}');
  });

  it("asks the shop's consent function again, and takes a promise", async () => {
    const page = await open('', { head: scriptTag('/consent.js') });
    web.files['/consent.js'] = 'window.agreed = false; window.options.consent = () => window.agreed;';
    await page.reload();
    await page.waitForFunction(() => window.told?.length > 0);
    assert.equal(await stored(page), '{}');
    await page.evaluate(() => ((window.agreed = true), window.tracker.event('a')));
    await settled(page);
    assert.match(await stored(page), /"pageleap"/);
    await page.evaluate(() => ((window.agreed = false), window.tracker.event('b')));
    await page.waitForFunction(() => sessionStorage.length === 0);
    web.files['/consent.js'] = 'window.options.consent = async () => true;';
    await page.reload();
    await page.waitForFunction(() => sessionStorage.length === 1);
    web.files['/consent.js'] = "window.options.consent = () => { throw new Error('no banner') };";
    await page.evaluate(() => sessionStorage.clear());
    await page.reload();
    await page.waitForFunction(() => window.told?.length > 0);
    assert.deepEqual(await page.evaluate(() => window.errors[0]), { kind: 'usage', message: 'consent: no banner' });
  });

  it("takes Google's Consent Mode for an answer", async () => {
    web.files['/layer.js'] =
      "window.dataLayer = []; window.gtag = function () { dataLayer.push(arguments); }; gtag('consent', 'default', { analytics_storage: 'denied' });";
    const page = await open('', { options: { consent: 'dataLayer' }, head: scriptTag('/layer.js') });
    assert.equal(await stored(page), '{}');
    await page.evaluate(() => window.gtag('consent', 'update', { analytics_storage: 'granted' }));
    await page.waitForFunction(() => sessionStorage.length === 1);
    await page.reload(); // denied by default, until the banner remembers
    await page.waitForFunction(() => window.told?.length > 0);
    assert.match(await stored(page), /page_view/, 'what was agreed to is not lost meanwhile');
    await page.evaluate(() => window.gtag('consent', 'update', { analytics_storage: 'granted' }));
    assert.deepEqual((await names(page)).filter((n) => n === 'page_view').length, 2);
    await page.evaluate(() => window.gtag('consent', 'update', { analytics_storage: 'denied' }));
    assert.equal(await stored(page), '{}');
  });

  it('ends after a long pause, and is bounded', async () => {
    const page = await open('', { options: { consent: true, gap: 1000, limit: 5 } });
    await page.evaluate(() => Array.from({ length: 20 }, (_, i) => window.tracker.event('e', { item: `${i}` })));
    await page.waitForFunction(() => window.tracker.latest?.events === 21);
    assert.deepEqual(
      (await events(page)).map((e) => e.item),
      ['15', '16', '17', '18', '19'],
    );
    assert.equal(JSON.parse(JSON.parse(await stored(page)).pageleap).events.length, 5);
    await page.waitForTimeout(1050);
    await page.evaluate(() => window.tracker.event('next'));
    assert.deepEqual(await names(page), ['next']);
    await page.waitForTimeout(1050);
    await page.reload();
    await page.waitForFunction(() => window.told?.length > 0);
    assert.deepEqual(await names(page), ['page_view']);
  });

  it('goes on when the page comes back from the cache, with what happened meanwhile', async () => {
    const page = await open('', {
      options: { consent: true },
      path: '/a',
      init: () => addEventListener('pageshow', (e) => (window.back = e.persisted)),
    });
    const tab = await open('', { options: { consent: true }, path: '/b', fresh: false });
    await page.evaluate(() => (window.mark = true));
    await page.goto(`${web.url}/b`);
    await page.waitForFunction(() => window.told?.length > 0);
    await tab.evaluate(() => window.tracker.event('view_item'));
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => window.mark && window.back === true);
    await page.waitForFunction(() => window.tracker.events.some((e) => e.event === 'view_item'));
    assert.deepEqual(
      (await events(page))
        .map((e) => `${e.event} ${e.page}`)
        .filter((e) => !e.startsWith('user_engagement'))
        .sort(),
      ['page_view /a', 'page_view /a', 'page_view /b', 'page_view /b', 'view_item /b'],
    );
    await settled(page);
    await page.evaluate(() => window.tracker.event('add_to_cart'));
    await tab.waitForFunction(() => window.tracker.events.some((e) => e.event === 'add_to_cart'));
    assert.deepEqual([...page.warnings, ...tab.warnings], []);
  });

  it('is forgotten by forget(), in every tab', async () => {
    const one = await open('', { options: { consent: true, remember: true } });
    const two = await open('', { options: { consent: true, remember: true }, fresh: false });
    await two.waitForFunction(() => window.tracker.events.length === 2);
    await one.evaluate(() => window.tracker.forget());
    await two.waitForFunction(() => window.tracker.events.length === 0);
    assert.deepEqual([await stored(one), await stored(two)], ['{}', '{}']);
    await two.evaluate(() => window.tracker.event('e'));
    await one.waitForFunction(() => window.tracker.events.length === 1);
  });

  it('is one for all tabs, whichever is first and whatever they do at once', async () => {
    const tabs = [];
    for (let i = 0; i < 4; i++) tabs.push(await open('', { options: { consent: true }, path: `/tab${i}`, fresh: i === 0 }));
    await Promise.all(
      tabs.map((tab, t) => tab.evaluate((t) => Array.from({ length: 10 }, (_, i) => window.tracker.event('e', { item: `${t}-${i}` })), t)),
    );
    for (const tab of tabs) {
      await tab.waitForFunction(() => window.tracker.events.filter((e) => e.event !== 'user_engagement').length === 44);
      await settled(tab);
    }
    const all = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(() => ({
          events: window.tracker.events.map((e) => `${e.page} ${e.event} ${e.item}`).sort(),
          id: JSON.parse(sessionStorage.pageleap).id,
          p: window.tracker.latest.probability,
        })),
      ),
    );
    for (const tab of all) assert.deepEqual(tab, all[0]);
    assert.equal(new Set(all[0].events).size, 44);
  });

  it('remembers, where it may, that the visitor was here before', async () => {
    const returning = (page) => page.evaluate(() => JSON.parse(sessionStorage.pageleap).returning);
    const page = await open('', { options: { consent: true, remember: true } });
    assert.equal(await returning(page), false);
    await page.reload();
    await page.waitForFunction(() => window.told?.length > 0);
    assert.equal(await returning(page), false, 'it is still the same visit');
    await page.evaluate(() => sessionStorage.clear());
    await page.close();
    const later = await open('', { options: { consent: true, remember: true }, fresh: false });
    assert.equal(await returning(later), true);
  });
});

describe('a page that meets trouble', () => {
  for (const [what, real, kind, message, csp] of [
    ['the bundle is not there', { bundle: '/no.zip' }, 'network', /bundle: .*\/no\.zip answered 404 Not Found$/],
    ['the bundle is not there, in a worker', { bundle: '/no.zip', worker: true }, 'network', /\/no\.zip answered 404 Not Found$/],
    ['a page comes in place of the bundle', { bundle: '/' }, 'bundle', /is not a bundle: the server answers with a page/],
    ['the bundle is damaged', { bundle: '/damaged.zip' }, 'bundle', /./],
    ['the bundle is another one', { integrity: { bundle: '0'.repeat(64) } }, 'integrity', /is not the file that integrity names/],
    ['the policy forbids WebAssembly', {}, 'csp', /add 'wasm-unsafe-eval' to its script-src$/, STRICT.replace(" 'wasm-unsafe-eval'", '')],
  ])
    it(`goes on without a score when ${what}: one warning, one typed error, nothing left`, async () => {
      const page = await open('<button>go</button>', {
        options: { real },
        wait: false,
        headers: csp && { 'Content-Security-Policy': csp },
      });
      await page.waitForFunction(() => window.errors?.length > 0);
      await page.click('button');
      await page.evaluate(() => (history.pushState(null, '', '/x'), window.tracker.event('e')));
      assert.deepEqual(await page.evaluate(() => [window.errors.length, window.errors[0].kind]), [1, kind]);
      assert.equal(page.warnings.length, 1, `${page.warnings}`);
      assert.match(page.warnings[0], /^pageleap: /);
      assert.match(page.warnings[0], message);
      assert.equal(await page.evaluate(() => window.tracker.ready.catch((e) => e.kind)), kind);
      assert.equal(await page.evaluate(() => window.told.length), 0);
      assert.equal(await page.evaluate(() => 'dataLayer' in window), false);
      assert.equal(page.workers().length, 0);
    });

  for (const [what, init, kind] of [
    [
      'full',
      () =>
        (Storage.prototype.setItem = () => {
          throw new DOMException('full', 'QuotaExceededError');
        }),
      'storage',
    ],
    [
      'forbidden',
      () =>
        Object.defineProperty(window, 'sessionStorage', {
          get: () => {
            throw new DOMException('denied', 'SecurityError');
          },
        }),
      'storage',
    ],
  ]) {
    it(`goes on in memory when the storage is ${what}`, async () => {
      const page = await open('', { options: { consent: true }, init });
      await page.evaluate(() => Array.from({ length: 5 }, () => window.tracker.event('view_item')));
      await settled(page);
      assert.equal(await page.evaluate(() => window.told.length), 6);
      assert.equal(await page.evaluate(() => window.errors[0].kind), kind);
      assert.equal(page.warnings.length, 1, `${page.warnings}`);
      assert.match(page.warnings[0], /^pageleap: the visit cannot be kept in sessionStorage, so it ends with this page: /);
    });
  }

  it('takes no harm from what others left in its storage', async () => {
    const page = await open('', { options: { consent: true } });
    for (const left of [
      '{',
      '7',
      'null',
      '{"version":1}',
      '{"version":1,"id":"x","started":1,"events":[null]}',
      '{"version":9,"events":[]}',
      `{"version":1,"id":"x","started":${Date.now()},"dropped":0,"events":[{"key":"a","event":7,"ts":1}]}`,
    ]) {
      await page.evaluate((text) => (window.tracker.close(), sessionStorage.setItem('pageleap', text)), left);
      await page.reload();
      await page.waitForFunction(() => window.told?.length > 0);
      assert.deepEqual(await names(page), ['page_view'], left);
    }
    assert.deepEqual(page.warnings, []);
  });

  it('says once what a row lacks, and goes on with the next', async () => {
    const page = await open('');
    const got = await page.evaluate(async () => {
      window.tracker.close();
      const kinds = [];
      let n = 0;
      const scorer = await window.pageleap.load({ bundle: '/shoppers.zip' });
      const row = Object.fromEntries(scorer.inputs.map((c) => [c.name, c.base === 'string' ? 'x' : 1]));
      const tracker = window.pageleap.track({
        scorer,
        inputs: () => ({ ...row, Month: 'Nov', VisitorType: 'Other', Weekend: 'TRUE', Administrative: n++ < 2 ? null : 1 }),
        onError: (e) => kinds.push(e.kind),
      });
      tracker.event('a');
      tracker.event('b');
      while (!tracker.latest) await new Promise((done) => setTimeout(done, 5));
      tracker.close();
      return { kinds, event: tracker.latest.event.event };
    });
    assert.deepEqual(got, { kinds: ['null', 'null'], event: 'b' });
    assert.equal(page.warnings.length, 1);
  });

  it('is told at once when the bundle wants what a visit does not have', async () => {
    const page = await open('');
    const message = await page.evaluate(() =>
      window.pageleap.track({ scorer: window.pageleap.load({ bundle: '/shoppers.zip' }) }).ready.catch((e) => `${e.kind}: ${e.message}`),
    );
    assert.match(message, /^schema: track: the bundle wants ".*", which a visit does not have .*give it in context/);
  });
});

describe('a visit of 10,000 events', () => {
  for (const worker of [false, true])
    it(`takes no more memory than one of 1,000, ${worker ? 'in a worker' : 'in the page'}`, async () => {
      const page = await open('');
      const cdp = await context.newCDPSession(page);
      const heap = async () => {
        await cdp.send('HeapProfiler.collectGarbage');
        return (await cdp.send('Runtime.getHeapUsage')).usedSize;
      };
      await page.evaluate(async (worker) => {
        window.tracker.close();
        window.scorer = await window.pageleap.load({ bundle: '/visit.zip', worker });
        window.told.push = () => {}; // this page would keep them all
        window.scores = 0;
        window.tracker = window.pageleap.track({ scorer: window.scorer, onScore: () => window.scores++ });
        await window.tracker.ready;
      }, worker);
      const upTo = async (n) => {
        await page.evaluate(async (n) => {
          let { events } = window.tracker.latest ?? { events: 1 };
          while (events < n) {
            const some = Math.min(250, n - events);
            for (let i = 0; i < some; i++, events++)
              window.tracker.event('page_view', {
                page: `/p/${events % 500}`,
                page_type: ['home', 'list', 'product', 'cart', 'info'][events % 5],
              });
            while (window.tracker.latest?.events !== events) await new Promise((done) => setTimeout(done, 1));
          }
        }, n);
        return { wasm: await page.evaluate(() => window.scorer.memory), heap: await heap() };
      };
      const before = await upTo(1000);
      const after = await upTo(10_000);
      assert.equal(await page.evaluate(() => window.scores), 10_000, 'each event has a score of its own');
      // Go's heap grows by some half megabytes until its collector has found its pace, which scorer.test.mjs
      // holds it to; it must not go on.
      assert.ok(after.wasm <= before.wasm + 32 * 65536, `scorer.wasm had ${before.wasm} bytes after 1,000 and ${after.wasm} after 10,000`);
      assert.ok(after.heap <= before.heap + 500_000, `the page had ${before.heap} bytes after 1,000 and ${after.heap} after 10,000`);
      await page.evaluate(() => (window.tracker.close(), window.scorer.close()));
      for (let i = 0; i < 500 && page.workers().length > 0; i++) await page.waitForTimeout(10);
      assert.equal(page.workers().length, 0, 'close() ends the worker');
      await cdp.detach();
    });
});

describe('close()', () => {
  it('leaves no listener, no hook, no channel and no timer', async () => {
    const page = await open('', {
      options: { consent: true },
      init: () => {
        const open = (window.open_ = { listeners: 0, channels: 0 });
        const { addEventListener } = EventTarget.prototype;
        EventTarget.prototype.addEventListener = function (type, fn, options) {
          if (options?.signal) {
            open.listeners++;
            options.signal.addEventListener('abort', () => open.listeners--);
          }
          return addEventListener.call(this, type, fn, options);
        };
        const Own = BroadcastChannel;
        window.BroadcastChannel = class extends Own {
          constructor(...a) {
            super(...a);
            open.channels++;
          }
          close() {
            super.close();
            open.channels--;
          }
        };
      },
    });
    const cdp = await context.newCDPSession(page);
    await cdp.send('Performance.enable');
    const listeners = async () => {
      await cdp.send('HeapProfiler.collectGarbage');
      const { metrics } = await cdp.send('Performance.getMetrics');
      return metrics.find((m) => m.name === 'JSEventListeners').value;
    };
    const during = await listeners();
    const open_ = await page.evaluate(() => ({ ...window.open_ }));
    assert.ok(open_.listeners >= 6 && open_.channels === 1, JSON.stringify(open_));
    await page.evaluate(() => (window.tracker.close(), window.tracker.close()));
    assert.deepEqual(await page.evaluate(() => window.open_), { listeners: 0, channels: 0 });
    const after = await listeners();
    assert.ok(after <= during - open_.listeners, `${during} listeners before, ${after} after`);
    assert.equal(await page.evaluate(() => 'dataLayer' in window), false, 'not even the dataLayer that it made');
    const told = await page.evaluate(() => (history.pushState(null, '', '/x'), document.body.click(), window.told.length));
    await page.waitForTimeout(100);
    assert.equal(await page.evaluate(() => window.told.length), told);
  });
});

describe('the whole time', () => {
  it('nothing went uncaught, and nothing was asked for but files of the site', () => {
    assert.deepEqual(problems, []);
    const files = new Set(web.log.map((l) => l.replace(/\?.*/, '')));
    for (const file of files) assert.match(file, /^GET \/([\w.]*|p\/12|tab\d)$/);
  });
});
