// The tracker: what happens in the page becomes the events of a visit, and each
// event a score. Nothing that it collects leaves the browser.
import { assign } from './experiment.mjs';
import { PageleapError } from './error.mjs';
import { fromGA4, listen } from './ga4.mjs';
import { Visit } from './visit.mjs';

const MINUTE = 60_000;
const ENGAGED = 1000; // ms that a page must be seen to be worth an event
const SAME = 1000; // ms in which two sources that tell the same mean the same

// The columns that a visit can fill: what an event holds, or null where it says nothing.
const NUMBERS = ['price', 'quantity'];
const FIELDS = ['page', 'page_type', 'item', 'category', ...NUMBERS];
const COLUMNS = ['event', 'ts', ...FIELDS];

/** Starts to track this page. See the type declarations for the options. */
export function track(options) {
  return new Tracker(options);
}

class Tracker {
  #options;
  #visit;
  #stop = new AbortController(); // removes every listener
  #undo = []; // what listeners do not cover
  #scorers = []; // those that score: [scorer], or [scorer, chain]
  #own = []; // those that close with the tracker
  #page; // the page that is shown: {key, page, type, pending, unread, dwell, since}
  #told = new Map(); // of each scorer: how many events it knows, as of which revision
  #traps = 0; // since the last score
  #due = 0; // events at the end of the visit that wait for their score
  #scheduled = false;
  #running = false;
  #granted = false;
  #answered = false; // the page itself has said what the visitor answered
  #warned = new Set();
  #variant;

  /** The last score, as pageleap:score carries it. */
  latest = null;

  /** @hidden: made by track */
  constructor(options = {}) {
    if (typeof document === 'undefined') throw new PageleapError('usage', 'track: there is no page here; call it in the browser');
    if (!options.scorer) throw new PageleapError('usage', 'track: give a scorer: track({ scorer: load({ bundle }) })');
    this.#options = {
      threshold: 0.5,
      hysteresis: 0.05,
      limit: 500,
      gap: 30 * MINUTE,
      key: 'pageleap',
      now: Date.now,
      engagement: true,
      withoutConsent: 'memory',
      dataLayer: 'dataLayer',
      ...options,
    };
    this.#visit = new Visit({ ...this.#options, changed: () => this.#want(1), failed: (error) => this.#fail(error) });
    this.#ask();
    this.#navigated();
    if (this.#options.dataLayer) this.#hookDataLayer();
    this.#hookPage();
    /** Resolves to the tracker when the scorer is there; fails with a PageleapError where it cannot be. */
    this.ready = this.#start();
    this.ready.catch((error) => {
      this.#fail(error);
      this.close(); // events that nothing will score are not collected
    });
  }

  async #start() {
    const { experiment, scorer, chain } = this.#options;
    if (experiment) {
      await this.#visit.meet(); // the visit may be another tab's, and its variant with it
      this.#variant = assign(experiment, this.#visit.id);
    }
    const made = (source) => (typeof source === 'function' ? source(this.#variant) : source);
    const scorers = await Promise.all([made(scorer), made(chain)].filter(Boolean));
    if (typeof scorer === 'function') this.#own.push(scorers[0]);
    if (typeof chain === 'function') this.#own.push(scorers.at(-1));
    if (this.#stop.signal.aborted) {
      this.#own.forEach((s) => s.close());
      return this;
    }
    if (!this.#options.inputs) scorers.forEach((s) => this.#check(s));
    this.#scorers = scorers;
    this.#want(Math.max(1, this.#due));
    return this;
  }

  #check(scorer) {
    const { context = {} } = this.#options;
    for (const { name, kind, nullable } of scorer.inputs) {
      if ((kind === 'list' && COLUMNS.includes(name)) || name in context || typeof context === 'function' || nullable) continue;
      throw new PageleapError(
        'schema',
        `track: the bundle wants ${JSON.stringify(name)}, which a visit does not have (it has lists of ${COLUMNS.join(', ')}); give it in context, or the whole row by inputs`,
      );
    }
  }

  // --- what happens in the page ---

  #hookPage() {
    const { signal } = this.#stop;
    const on = (target, type, handler, options) => target.addEventListener(type, handler, { signal, ...options });
    on(document, 'click', (e) => this.#clicked(e), { capture: true, passive: true });
    on(document, 'submit', (e) => this.#submitted(e), { capture: true, passive: true });
    on(document, 'visibilitychange', () => this.#looked());
    on(window, 'pagehide', () => this.#left());
    on(window, 'pageshow', (e) => e.persisted && this.#returned());
    if (document.readyState === 'loading') on(document, 'DOMContentLoaded', () => this.#later());
    if (this.#options.pageViews === false) return;
    const moved = () => this.#navigated();
    on(window, 'popstate', moved);
    if (window.navigation?.addEventListener) {
      on(window.navigation, 'currententrychange', moved);
    } else {
      for (const name of ['pushState', 'replaceState']) this.#undo.push(wrap(history, name, moved));
    }
  }

  #hookDataLayer() {
    let layer = this.#options.dataLayer;
    if (typeof layer === 'string') {
      const name = layer;
      const made = !Array.isArray(window[name]);
      if (made) window[name] = [];
      layer = window[name];
      if (made) this.#undo.push(() => window[name] === layer && layer.length === 0 && delete window[name]);
    }
    const to = {
      event: (name, params) => fromGA4(name, params).forEach((e) => this.#record(e, 'dataLayer')),
      page: (type) => (this.#page.type = type),
      consent: (command, { analytics_storage: answer }) => {
        if (this.#options.consent !== 'dataLayer' || answer === undefined) return;
        // What is the default is no answer yet: the visitor may have agreed on the page before.
        if (answer === 'granted' || command === 'update') this.consent(answer === 'granted');
      },
    };
    this.#undo.unshift(listen(layer, to, this.#options.key));
  }

  // The page's address may have changed. Its name is the path: the query may
  // hold what is nobody's business, but a change of it is another page view.
  #navigated() {
    if (this.#options.pageViews === false) {
      this.#page ??= { page: this.#name(), ...this.#clock() };
      return;
    }
    const key = location.pathname + location.search;
    if (this.#page?.key === key) return;
    this.#view(key);
  }

  #view(key) {
    this.#viewed(); // the page before, if nothing has happened there
    this.#page = { key, page: this.#name(), pending: true, unread: [], ...this.#clock() };
    this.#later();
  }

  #name() {
    return this.#options.page ? this.#options.page(location) : location.pathname;
  }

  #clock() {
    return { dwell: 0, since: document.hidden ? undefined : performance.now() };
  }

  // Records the page view that waits, and what the page says of itself as soon as it is there.
  #viewed() {
    const page = this.#page;
    if (!this.#collecting()) return;
    if (page?.pending) {
      page.pending = false;
      this.#record({ event: 'page_view' }, 'page');
    }
    if (!page?.unread || document.readyState === 'loading') return;
    const { unread } = page;
    page.unread = undefined;
    const type = this.#type();
    for (const event of unread) if (type && !event.page_type) this.#complete(event, { page_type: type });
    for (const element of document.querySelectorAll('[data-pageleap-view]')) {
      this.#record({ event: element.dataset.pageleapView, ...attributes(element) }, 'attribute');
    }
  }

  #clicked(event) {
    const target = event.composedPath()[0];
    const element = target?.closest?.('[data-pageleap-event], a[href]');
    if (!element || this.#options.clicks === false || element.tagName === 'FORM') return;
    const name = element.dataset.pageleapEvent;
    if (name) this.#record({ event: name, ...attributes(element) }, 'attribute');
    else if (element.closest('[data-pageleap-item]')) this.#record({ event: 'select_item', ...attributes(element) }, 'attribute');
    else if (element.origin && element.origin !== location.origin) this.#record({ event: 'click' }, 'attribute');
  }

  #submitted({ target }) {
    const name = target?.dataset?.pageleapEvent;
    if (name && this.#options.clicks !== false) this.#record({ event: name, ...attributes(target) }, 'attribute');
  }

  // The page is hidden, or seen again.
  #looked() {
    const page = this.#page;
    const seen = page.since === undefined ? 0 : performance.now() - page.since;
    page.dwell += seen;
    page.since = document.hidden ? undefined : performance.now();
    if (!document.hidden) return;
    if (this.#options.engagement && seen >= ENGAGED && this.#visit.live) this.#record({ event: 'user_engagement' }, 'page');
    this.#save();
  }

  #left() {
    this.#save();
    this.#visit.leave();
  }

  // Back from the browser's cache: to the visitor it is a page view as any other.
  #returned() {
    this.#visit.resume();
    if (this.#options.pageViews !== false) this.#view(this.#page.key);
  }

  #save() {
    this.#ask();
    this.#viewed();
    this.#visit.save();
  }

  /** Records an event of the page's own: event('add_to_cart', { item: '123', price: 59.9 }). */
  event(name, fields = {}) {
    if (typeof name !== 'string' || name === '')
      throw new PageleapError('usage', 'event: give the name of an event, such as "add_to_cart"');
    this.#record({ event: name, ...fields }, 'call');
  }

  /** Records a page view, for pages whose address does not tell: pageView({ page: '/p/1', page_type: 'product' }). */
  pageView(fields = {}) {
    this.#viewed();
    this.#page = { ...this.#page, ...(fields.page && { page: fields.page }), ...this.#clock() };
    this.#record({ event: 'page_view', ...fields }, 'call');
  }

  #collecting() {
    return !this.#stop.signal.aborted && (this.#granted || this.#options.withoutConsent !== 'off');
  }

  #record(given, source) {
    if (!this.#collecting()) return;
    const isView = given.event === 'page_view';
    if (!isView)
      this.#viewed(); // first things first
    else if (source === 'dataLayer' && this.#page.pending) this.#viewed();
    let event = { event: given.event, page: this.#page.page };
    for (const name of FIELDS) {
      const value = NUMBERS.includes(name) ? Number(given[name] ?? NaN) : clip(given[name], name === 'page' ? 2048 : 256);
      if (value || value === 0) event[name] = value;
    }
    const type = event.page_type || this.#type();
    if (type) event.page_type = type;
    const { map } = this.#options;
    if (map) {
      event = map(event);
      if (!event) return;
    }
    const same = this.#same(event, source);
    const due = same ? Math.max(1, this.#due) : this.#due + 1;
    const one = same ? this.#complete(same, event) : this.#visit.add({ ...event, source });
    this.#want(due);
    this.#page.unread?.push(one);
  }

  // Adds what another source knows of an event.
  #complete(event, more) {
    for (const name in more) {
      if (name in event) continue;
      event[name] = more[name];
      this.#visit.revision++;
    }
    return event;
  }

  // What this page is, as far as it says.
  #type() {
    const type = this.#options.pageType?.(location) ?? document.querySelector('[data-pageleap-page-type]')?.dataset.pageleapPageType;
    return clip(type ?? this.#page.type, 256);
  }

  // The event that another source has told a moment ago: a shop may push to
  // dataLayer what the page's own attributes say too.
  #same({ event, item, page }, source) {
    const now = this.#options.now();
    const { events } = this.#visit;
    for (let i = events.length - 1; i >= 0 && now - events[i].ts < SAME; i--) {
      const e = events[i];
      if (e.event === event && e.item === item && e.page === page && e.source && e.source !== source) return e;
    }
    return undefined;
  }

  // --- consent ---

  /** Says what the visitor has answered, or takes it back. */
  consent(granted) {
    this.#answered = true;
    if (granted !== true && !this.#stop.signal.aborted) this.#visit.release();
    this.#agree(granted);
  }

  #agree(granted) {
    const agreed = granted === true && navigator.globalPrivacyControl !== true;
    if (this.#stop.signal.aborted || agreed === this.#granted) return;
    this.#granted = agreed;
    if (agreed) this.#visit.keep();
    else this.#visit.release();
    this.#want(Math.max(this.#due, 1));
  }

  // What the visitor has answered by now, where the page gave a function that knows.
  #ask() {
    const { consent } = this.#options;
    if (this.#answered || consent === undefined || consent === 'dataLayer') return;
    try {
      const answer = typeof consent === 'function' ? consent() : consent;
      if (typeof answer?.then !== 'function') return this.#agree(answer);
      this.#answered = true;
      answer.then(
        (granted) => this.#agree(granted),
        (cause) => this.#unasked(cause),
      );
    } catch (cause) {
      this.#unasked(cause);
    }
  }

  // No answer is no consent.
  #unasked(cause) {
    this.#agree(false);
    this.#fail(new PageleapError('usage', `consent: ${cause?.message ?? cause}`, { cause }));
  }

  /** Forgets the visit: here, in the storage, and in the other tabs. What comes next is a new one. */
  forget() {
    this.#visit.forget();
    this.#due = 0;
    this.latest = null;
  }

  // --- scores ---

  // Asks for the score of the last n events, each with those before it.
  #want(n) {
    this.#due = Math.min(n, this.#visit.events.length);
    this.#later();
  }

  #later() {
    if (this.#scheduled || this.#stop.signal.aborted) return;
    this.#scheduled = true;
    const run = () => {
      this.#scheduled = false;
      if (!this.#running && !this.#stop.signal.aborted) this.#run();
    };
    if (globalThis.scheduler?.postTask) scheduler.postTask(run, { priority: 'background' }).catch(() => {});
    else if (globalThis.requestIdleCallback) requestIdleCallback(run, { timeout: 500 });
    else setTimeout(run, 1);
  }

  async #run() {
    if (document.readyState === 'loading') return; // the page has not said yet what it is
    this.#running = true;
    const began = performance.now();
    try {
      this.#save();
      while (this.#due > 0 && this.#scorers.length > 0 && performance.now() - began < 8) {
        const n = this.#visit.events.length - this.#due + 1;
        this.#due--;
        await this.#score(this.#visit.events.slice(0, n));
        if (this.#stop.signal.aborted) return;
      }
    } catch (error) {
      this.#fail(error);
      if (error.kind === 'trap') this.#told.clear(); // the scorer's visit has ended, and is told anew
      if (error.kind === 'worker' || (error.kind === 'trap' && ++this.#traps > 2)) return this.close(); // no score will come any more
    } finally {
      this.#running = false;
    }
    if (this.#due > 0 && this.#scorers.length > 0) this.#later();
  }

  async #score(events) {
    const began = performance.now();
    const outputs = {};
    for (const scorer of this.#scorers.slice().reverse()) {
      const answer = this.#answer(scorer, events);
      Object.assign(outputs, typeof answer?.then === 'function' ? await answer : answer);
    }
    const ms = performance.now() - began;
    this.#traps = 0;
    if (this.#stop.signal.aborted || this.#visit.events.length === 0) return;
    const probability = positive(outputs.probability);
    const previous = this.#visit.segment;
    const segment = this.#segment(probability, previous);
    this.#visit.segment = segment;
    const { key, source, ...event } = events.at(-1);
    this.latest = {
      probability,
      segment,
      previous,
      changed: segment !== previous,
      prediction: outputs.prediction,
      path: this.#path(events),
      next: (outputs.next_pages ?? []).map((page, i) => ({ page, probability: outputs.next_probabilities?.[i] })),
      absorption: outputs.absorption,
      outputs,
      event,
      events: this.#visit.dropped + events.length,
      dwell: this.#dwell(),
      variant: this.#variant?.name,
      experiment: this.#variant?.experiment,
      ms,
    };
    document.dispatchEvent(new CustomEvent('pageleap:score', { detail: this.latest, bubbles: true }));
    this.#options.onScore?.(this.latest);
  }

  // Scores these events; event by event where the bundle can, so that a long visit takes no longer than a short one.
  #answer(scorer, events) {
    const { inputs, context = {} } = this.#options;
    const { dropped, revision, started, returning } = this.#visit;
    if (inputs) return scorer.score(inputs({ events, dropped, started }, scorer));
    const row = {};
    const given = typeof context === 'function' ? context() : context;
    for (const { name, kind } of scorer.inputs) {
      if (name in given) row[name] = given[name];
      else if (name === 'returning') row[name] = returning;
      else if (kind === 'list' && COLUMNS.includes(name) && !scorer.visit)
        row[name] = events.map((e) => e[name] ?? (NUMBERS.includes(name) ? NaN : ''));
    }
    if (!scorer.visit) return scorer.score(row);
    let told = this.#told.get(scorer);
    if (told?.revision !== revision) {
      scorer.visit.reset();
      told = { revision, n: dropped };
      this.#told.set(scorer, told);
    }
    const news = events.slice(Math.max(0, told.n - dropped)).map(bare);
    told.n = dropped + events.length;
    return scorer.visit.score(news, row);
  }

  // A visit stays in its segment until the probability is clearly beyond the threshold.
  #segment(probability, previous) {
    if (probability === undefined) return undefined;
    const threshold = this.#variant?.threshold ?? this.#options.threshold;
    const { hysteresis } = this.#options;
    if (previous === 'buy') return probability < threshold - hysteresis ? 'defer' : 'buy';
    if (previous === 'defer') return probability >= threshold + hysteresis ? 'buy' : 'defer';
    return probability >= threshold ? 'buy' : 'defer';
  }

  // The states that the Markov chain walked through.
  #path(events) {
    const chain = this.#scorers
      .at(-1)
      .inputs.filter((c) => c.kind === 'list')
      .map((c) => c.name);
    const column = ['page_type', 'page', 'category', 'event'].find((name) => chain.includes(name)) ?? 'page';
    return events.map((e) => e[column] ?? '').filter((state, i, all) => state !== '' && state !== all[i - 1]);
  }

  #dwell() {
    const { dwell, since } = this.#page;
    return dwell + (since === undefined ? 0 : performance.now() - since);
  }

  /** The events of the visit, as they are scored. */
  get events() {
    return this.#visit.events.map(({ key, source, ...event }) => event);
  }

  /** The variant that this visit has, where there is an experiment. */
  get variant() {
    return this.#variant;
  }

  #fail(error) {
    if (!this.#warned.has(error.kind)) {
      this.#warned.add(error.kind);
      console.warn(`pageleap: ${error.message}`);
    }
    this.#options.onError?.(error);
  }

  /** Stops: no listener and no hook stays. The visit stays in the storage, for the pages to come. */
  close() {
    if (this.#stop.signal.aborted) return;
    this.#visit.save();
    this.#stop.abort();
    this.#undo.forEach((undo) => undo());
    this.#visit.leave();
    this.#own.forEach((scorer) => scorer.close());
    this.#own = [];
    this.#scorers = [];
    this.#told.clear();
  }
}

// An event and nothing else, always of one shape.
const bare = (e) => Object.fromEntries(COLUMNS.map((name) => [name, e[name]]));

// P(buy) of what models call probability: a number, or the last of the classes.
function positive(probability) {
  return typeof probability === 'number' ? probability : probability?.at?.(-1);
}

function clip(value, length) {
  return value === undefined || value === null ? '' : String(value).slice(0, length);
}

// What an element and those around it say in data-pageleap-*.
function attributes(element) {
  const fields = {};
  for (const name of FIELDS) {
    const attribute = `data-pageleap-${name.replace('_', '-')}`;
    const value = element.closest(`[${attribute}]`)?.getAttribute(attribute);
    if (value) fields[name] = value;
  }
  return fields;
}

// Calls after, each time that object's method was called; until undone.
function wrap(object, name, after) {
  const own = Object.hasOwn(object, name);
  const before = object[name];
  let active = true;
  function wrapped(...args) {
    const result = before.apply(this, args);
    if (active) after();
    return result;
  }
  object[name] = wrapped;
  return () => {
    active = false;
    if (object[name] !== wrapped) return; // another script has wrapped it since
    if (own) object[name] = before;
    else delete object[name];
  };
}
