// Times the demo page in Chromium and prints what it finds: from the opening of
// the page to the first score, the long tasks of the main thread meanwhile, and
// the time of each score of a long visit; in the page and in web workers.
import { cpus } from 'node:os';
import { join } from 'node:path';
import { launch, site, STRICT } from '../test/site.mjs';
import { root } from '../test/support.mjs';

const LOADS = 7; // times that the page is opened, each in a browser context of its own
const EVENTS = 2000;
const KEPT = 200; // of them, the first ones, are not counted

// Only pages that are isolated get a clock of 5 µs; others one of 100.
const isolated = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
const web = await site({ dirs: [join(root, 'dist', 'page')], csp: STRICT, headers: isolated });
const browser = await launch();

const sorted = (values) => values.toSorted((a, b) => a - b);
const quantile = (values, q) => sorted(values)[Math.min(values.length - 1, Math.floor(values.length * q))];
const ms = (x, digits = 0) => `${x.toFixed(digits)} ms`;
const row = (...cells) =>
  console.log(
    `${cells[0].padEnd(44)}${cells
      .slice(1)
      .map((c) => `${c}`.padStart(14))
      .join('')}`,
  );

const results = [];
for (const query of ['', '?worker']) {
  const loads = [];
  let scores;
  for (let i = 0; i < LOADS; i++) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(() => {
      globalThis.long = [];
      new PerformanceObserver((list) => globalThis.long.push(...list.getEntries().map((e) => e.duration))).observe({
        type: 'longtask',
        buffered: true,
      });
      document.addEventListener('pageleap:score', () => (globalThis.first ??= performance.now()), { once: true });
    });
    await page.goto(`${web.url}/${query}`);
    await page.waitForSelector('html[data-ready]');
    await page.waitForFunction(() => globalThis.first);
    await page.waitForTimeout(300);
    loads.push(await page.evaluate(() => ({ first: globalThis.first, long: globalThis.long })));
    if (i === LOADS - 1) scores = await page.evaluate(visit, [EVENTS, KEPT]);
    await context.close();
  }
  results.push({ loads, scores });
}
await browser.close();
await web.stop();

// A long visit, by the tracker as shops use it.
async function visit([events, kept]) {
  const { load, track } = await import('./pageleap.mjs');
  globalThis.pageleapDemo.tracker.close();
  const worker = location.search === '?worker';
  const scorer = await load({ bundle: 'shoppers_visit.zip', worker });
  const times = [];
  const tracker = track({ scorer, key: 'bench', dataLayer: false, pageViews: false, onScore: (score) => times.push(score.ms) });
  await tracker.ready;
  const types = ['home', 'list', 'product', 'product', 'cart', 'info'];
  while (times.length < events) {
    const due = times.length + 100;
    for (let i = times.length; i < due; i++) tracker.event('page_view', { page: `/p/${i % 97}`, page_type: types[i % types.length] });
    while (times.length < due) await new Promise((done) => setTimeout(done, 1));
  }
  tracker.close();
  return times.slice(kept);
}

const [page, worker] = results;
const both = (of) => [of(page), of(worker)];
const [cpu] = cpus();
console.log(`\nChromium ${browser.version()}, ${cpu.model.trim()}, ${cpus().length} cores; files from this machine, nothing cached`);
row('', 'in the page', 'worker: true');
row(
  `opened to first score, median of ${LOADS}`,
  ...both((r) =>
    ms(
      quantile(
        r.loads.map((l) => l.first),
        0.5,
      ),
    ),
  ),
);
row('  slowest', ...both((r) => ms(Math.max(...r.loads.map((l) => l.first)))));
row(
  'long tasks (50 ms or more), median count',
  ...both((r) =>
    quantile(
      r.loads.map((l) => l.long.length),
      0.5,
    ),
  ),
);
row(
  '  their time together, median',
  ...both((r) =>
    ms(
      quantile(
        r.loads.map((l) => l.long.reduce((a, b) => a + b, 0)),
        0.5,
      ),
    ),
  ),
);
row('  the longest of all', ...both((r) => ms(Math.max(0, ...r.loads.flatMap((l) => l.long)))));
row(`score of an event, p50 of ${EVENTS - KEPT}`, ...both((r) => ms(quantile(r.scores, 0.5), 3)));
row('  p99', ...both((r) => ms(quantile(r.scores, 0.99), 3)));
