// The panel beside the shop: what pageleap makes of the visit, and what it costs.
import { CATEGORIES } from './catalogue.mjs';
import { chart } from './chart.mjs';
import { $, h, percent } from './dom.mjs';
import { NAMES, reasons } from './reasons.mjs';
import { play } from './sample.mjs';
import { walk } from './walk.mjs';

const kB = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB` : `${(n / 1000).toFixed(1)} kB`);
const many = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;
const section = (title, ...children) => h('section', null, h('h3', null, title), ...children);

/** Draws the panel. Its methods tell it what happened. */
export function panel({ threshold, hysteresis, worker, network }) {
  let points = [];
  let times = [];
  let scorers = [];
  let first; // ms from the navigation to the first score
  let latest; // the score that is shown

  const segment = h('strong', { class: 'segment' }, '…');
  const probability = h('span', { class: 'probability' }, 'loading');
  const body = h('div', { class: 'body', id: 'panel-body' });
  const toggle = h('button', { type: 'button', class: 'toggle', 'aria-expanded': 'false', 'aria-controls': 'panel-body' }, 'Show');
  toggle.addEventListener('click', () => {
    const shown = $('panel').classList.toggle('open');
    toggle.setAttribute('aria-expanded', shown);
    toggle.textContent = shown ? 'Hide' : 'Show';
  });

  const sample = h('button', { type: 'button', class: 'small' }, 'Play a visit');
  const forget = h('button', { type: 'button', class: 'small' }, 'Forget');
  const consent = h('input', { type: 'checkbox', id: 'consent' });
  const line = h('div');
  const explained = h('p', { class: 'note' });
  const meter = h('div', { class: 'meter' });
  const picture = h('div');
  const nextList = h('p', { class: 'note' });
  const why = h('ol', { class: 'why' });
  const costs = h('dl');
  const about = h('div');

  body.append(
    section('Probability of a purchase', line, explained),
    section('What left this page', meter),
    section('Where the visit goes', picture, nextList),
    section('What moves the score', why),
    section('What it costs', costs),
    section(
      'The visitor decides',
      h('p', { class: 'row' }, consent, h('label', { for: 'consent' }, 'Keep this visit in this tab (sessionStorage)')),
      h('p', { class: 'note' }, 'Unticked, the visit is in this page’s memory only. Global Privacy Control is honoured.'),
    ),
    h('details', { id: 'about' }, h('summary', null, 'What the models were trained on'), about),
  );
  $('panel').append(
    h(
      'header',
      null,
      h('h2', null, 'This visit'),
      h('p', { class: 'verdict' }, segment, probability),
      h('div', { class: 'buttons' }, sample, forget, toggle),
    ),
    body,
  );

  function draw() {
    line.replaceChildren(chart(points, { threshold, hysteresis }));
    explained.textContent = `A visit is in the segment “buy” from ${percent(threshold + hysteresis)} on and leaves it below ${percent(threshold - hysteresis)}; ${percent(threshold)} of the real sessions bought.`;
  }

  network.watch(() => {
    const { before, after, icons, sent } = network.traffic();
    const quiet = after.length === 0 && sent === 0;
    const name = (r) => new URL(r.name).pathname.split('/').pop() || r.name;
    const open = meter.querySelector('details')?.open;
    meter.dataset.quiet = quiet;
    meter.replaceChildren(
      h('p', null, h('strong', null, quiet ? 'Nothing' : `${many(after.length, 'request')}, ${many(sent, 'byte')}`)),
      h(
        'p',
        { class: 'note' },
        `${many(after.length, 'request')} and ${many(sent, 'byte')} sent since the page was ready.`,
        after.length > 0 && ` Last: ${after.at(-1).name}.`,
        icons.length > 0 && ` (This browser asks for the page’s icon again when the address changes: ${many(icons.length, 'time')}.)`,
        worker && ' What workers ask for is not in a page’s list; the developer tools show it.',
      ),
      h(
        'details',
        { open },
        h('summary', null, `To load: ${many(before.length, 'file')}, ${kB(before.reduce((sum, r) => sum + r.bytes, 0))} as sent here`),
        h(
          'ul',
          null,
          before.map((r) => h('li', null, name(r), ' ', h('span', null, kB(r.bytes)))),
        ),
      ),
    );
  });

  function cost() {
    const sorted = times.toSorted((a, b) => a - b);
    const memory = scorers.reduce((sum, s) => sum + s.memory, 0);
    const ms = (x) => (x === undefined ? '–' : `${x.toFixed(1)} ms`);
    costs.replaceChildren(
      ...Object.entries({
        'Time per score, median': ms(sorted[sorted.length >> 1]),
        'The slowest of this visit': ms(sorted.at(-1)),
        'Page opened to first score': first ? `${Math.round(first)} ms` : '–',
        'Memory of three scorers': memory ? kB(memory) : '–',
        'Runs in': worker ? 'web workers' : 'the page',
      }).flatMap(([name, value]) => [h('dt', null, name), h('dd', null, value)]),
      h(
        'dt',
        { class: 'wide' },
        h('a', { href: worker ? location.pathname : `${location.pathname}?worker` }, worker ? 'Run in the page' : 'Run in web workers'),
      ),
    );
  }

  function walked(seen, next) {
    const state = (code) => CATEGORIES.findIndex((c) => c.code === code);
    picture.replaceChildren(
      walk(
        CATEGORIES.map((c) => c.name),
        seen.map(state).filter((i) => i >= 0),
        next.map((n) => ({ state: state(n.code), probability: n.probability })),
      ),
    );
    const names = next.map((n) => `${CATEGORIES[state(n.code)].name} ${percent(n.probability, 0)}`);
    nextList.textContent = `If another product is opened, it is probably one of: ${names.join(', ')}.`;
  }

  function explain(list) {
    const largest = Math.max(0.01, ...list.map((r) => Math.abs(r.effect)));
    why.replaceChildren(
      ...list.slice(0, 5).map(({ name, value, effect }) => {
        const [label, shown] = NAMES[name];
        const bar = h('span', { class: `effect ${effect < 0 ? 'down' : 'up'}` });
        bar.style.setProperty('--size', Math.abs(effect) / largest);
        const points = (effect * 100).toFixed(1).replace('-', '−');
        return h(
          'li',
          null,
          h('span', { class: 'what' }, label, ' ', h('b', null, shown(value))),
          bar,
          h('span', { class: 'points' }, effect > 0 ? `+${points}` : points),
        );
      }),
      h(
        'li',
        { class: 'note' },
        'In points of probability: this visit’s value in place of the usual one, the median of the real sessions.',
      ),
    );
  }

  draw();
  cost();

  return {
    async score(score, { seen, next, forest }) {
      const { events, event } = score;
      if (points.length > 0 && events <= points.at(-1).n) points = []; // another visit
      points.push({ n: events, probability: score.probability, segment: score.segment, label: `${event.event} ${event.page}` });
      points = points.slice(-60);
      times = [...times, score.ms].slice(-1000);
      first ??= performance.now();
      latest = score;
      segment.textContent = score.segment;
      segment.dataset.segment = score.segment;
      probability.textContent = `${percent(score.probability)} after ${many(events, 'event')}`;
      draw();
      walked(seen, next);
      cost();
      const list = await reasons(forest, score.outputs);
      if (latest === score) explain(list);
    },

    failed(error) {
      segment.textContent = 'no score';
      segment.dataset.segment = 'error';
      probability.textContent = error.message;
    },

    loaded(all, metrics) {
      scorers = all;
      cost();
      const { sessions, bought, held_out: held, columns } = metrics;
      about.replaceChildren(
        h(
          'p',
          null,
          `The forest: 50 trees that Spark ${metrics.spark} trained on real shop sessions of 2017/18, with only what a page can know itself. Of ${sessions.toLocaleString('en')} sessions, ${bought.toLocaleString('en')} bought; ${held.toLocaleString('en')} were held out, where its ROC AUC is ${columns.page.held_out.forest['ROC AUC'].toFixed(3)}. What it sees of this shop are counts and times of page types: it was not trained on this shop, which is made up.`,
        ),
        h(
          'p',
          { class: 'source' },
          'Sakar, C. & Kastro, Y. (2018). Online Shoppers Purchasing Intention Dataset. UCI. ',
          doi('10.24432/C5F88Q'),
          ', CC BY 4.0.',
        ),
        h(
          'p',
          null,
          'The Markov chain: product views of 19,256 sessions of a real clothes shop in 2008, with these four categories; it foretells the next one, not a purchase, which those data do not tell. In other sessions its likeliest category was right for 81 % of the views, and so is “the same again”.',
        ),
        h(
          'p',
          { class: 'source' },
          'Łapczyński, M. & Białowąs, S. (2013). Clickstream Data for Online Shopping. UCI. ',
          doi('10.24432/C5QK7X'),
          ', CC BY 4.0.',
        ),
      );
    },

    /** Connects the buttons. */
    control({ tracker, consent: answer }) {
      consent.addEventListener('change', () => answer(consent.checked));
      forget.addEventListener('click', () => {
        tracker.forget();
        points = [];
        draw();
        segment.textContent = '…';
        delete segment.dataset.segment;
        probability.textContent = 'no event yet';
        picture.replaceChildren();
        nextList.textContent = '';
        why.replaceChildren();
      });
      let playing;
      sample.addEventListener('click', async () => {
        if (playing) return playing.abort();
        playing = new AbortController();
        sample.textContent = 'Stop';
        await play(playing.signal);
        playing = undefined;
        sample.textContent = 'Play a visit';
      });
    },
  };
}

const doi = (id) => h('a', { href: `https://doi.org/${id}` }, `doi.org/${id}`);
