// The events of a visit: in memory, and where the visitor agrees in the tab's
// sessionStorage and shared with other tabs of the site.
import { PageleapError } from './error.mjs';

const VERSION = 1;
const DAY = 86_400_000;
const REMEMBERED = 180 * DAY;

/** 128 random bits as text. */
export function random() {
  const bits = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bits, (b) => b.toString(16).padStart(2, '0')).join('');
}

// Tabs that share a visit each hold all of it. Each event has a key of its own,
// so that any of them may tell the others in any order, and as often as it
// likes: what they hold is the union.
export class Visit {
  #page = random().slice(0, 12); // names this page's events
  #count = 0;
  #unsaved = []; // events that neither the storage nor the other tabs know
  #channel;
  #stored = false;
  #alone; // a promise: whether no other tab was there before; undefined where the browser cannot tell
  #known = false; // the storage or another tab has told a visit
  #met = () => {};
  #unlock = () => {};

  /** Counts what was other than another event at the end. */
  revision = 0;

  constructor({ key, limit, gap, remember, now, changed, failed }) {
    Object.assign(this, { key, limit, gap, remember, now, changed, failed });
    this.#reset();
  }

  #reset() {
    this.revision++;
    this.id = random(); // names the visit, not the visitor: the next one has another
    this.started = 0;
    this.events = [];
    this.dropped = 0; // events that were too old to be kept
    this.segment = undefined;
    this.returning = undefined; // whether the visitor was here before, where that may be remembered
  }

  get last() {
    return this.events.at(-1)?.ts ?? 0;
  }

  /** Whether what comes now is of this visit. */
  get live() {
    return this.events.length > 0 && this.now() - this.last <= this.gap;
  }

  /** Adds an event, at the end of what is there; a long pause makes it the first of another visit. */
  add(event) {
    const now = this.now();
    if (this.events.length > 0 && !this.live) {
      this.#reset();
      if (this.#stored) this.returning = this.#seen();
    }
    const one = { key: `${this.#page}.${this.#count++}`, ...event, ts: Math.max(Math.trunc(now), this.last) };
    if (this.events.length === 0) this.started = one.ts;
    this.#insert(one);
    if (this.#stored) this.#unsaved.push(one);
    return one;
  }

  #insert(event) {
    let i = this.events.length;
    while (i > 0 && this.events[i - 1].ts > event.ts) i--;
    if (i < this.events.length) this.revision++;
    this.events.splice(i, 0, event);
    if (this.events.length > this.limit) {
      this.events.shift();
      this.dropped++;
    }
  }

  /** Takes in what another tab, or the storage, holds. True where that was news. */
  #merge(other) {
    if (!sound(other)) return false;
    const ours = this.events.length > 0;
    const [older, newer] =
      ours && (this.started < other.started || (this.started === other.started && this.id <= other.id)) ? [this, other] : [other, this];
    if (ours && newer.started - older.events.at(-1).ts > this.gap) {
      if (newer === this) return false; // theirs was over before ours began
      this.#reset();
    }
    const known = new Set(this.events.map((e) => e.key));
    this.#known = true;
    const news = other.events.filter((e) => !known.has(e.key) && !(this.dropped > 0 && e.ts < this.events[0]?.ts));
    news.forEach((e) => this.#insert(e));
    ({ id: this.id, started: this.started } = older);
    this.dropped = Math.max(this.dropped, other.dropped);
    this.segment ??= other.segment;
    this.returning = older.returning;
    return news.length > 0;
  }

  #state(events = this.events) {
    return {
      version: VERSION,
      id: this.id,
      started: this.started,
      dropped: this.dropped,
      segment: this.segment,
      returning: this.returning,
      events,
    };
  }

  /** From here on the visit is stored and shared. */
  keep() {
    if (this.#stored) return;
    this.#stored = true;
    this.returning = this.#seen();
    this.#load();
    this.#unsaved = this.events.slice();
    this.open();
    this.save();
  }

  /** Nothing is stored and shared any more, and what was is forgotten. */
  release() {
    if (this.#stored) this.forget();
    else this.#erase(true);
    this.#stored = false;
    this.leave();
  }

  #load() {
    try {
      const text = sessionStorage.getItem(this.key);
      if (!text) return;
      const state = JSON.parse(text);
      if (sound(state) && this.now() - state.events.at(-1).ts <= this.gap) this.#merge(state);
      else this.#erase();
    } catch (cause) {
      // Not ours, damaged or forbidden: this visit starts here.
      if (!(cause instanceof SyntaxError)) this.failed(unstored(cause));
    }
  }

  // Whether the visitor was here before this visit; and from now on, they were.
  // What is kept is the day, for half a year.
  #seen() {
    if (!this.remember) return undefined;
    try {
      const name = `${this.key}:seen`;
      const day = Date.parse(localStorage.getItem(name) ?? '');
      localStorage.setItem(name, new Date().toISOString().slice(0, 10));
      return Date.now() - day < REMEMBERED;
    } catch {
      return undefined; // a storage that is forbidden or full
    }
  }

  #erase(all = false) {
    try {
      sessionStorage.removeItem(this.key);
      if (all) localStorage.removeItem(`${this.key}:seen`);
    } catch {
      // Nothing can be in a storage that is forbidden.
    }
  }

  /** Writes down and tells what is new. Cheap where there is nothing. */
  save(force = false) {
    if (!this.#stored || (this.#unsaved.length === 0 && !force)) return;
    const news = this.#unsaved;
    this.#unsaved = [];
    if (news.length > 0) this.#channel?.postMessage({ type: 'add', visit: this.#state(news) });
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.#state()));
    } catch (cause) {
      this.failed(unstored(cause));
    }
  }

  /** Meets the other tabs. */
  open() {
    if (!this.#stored || this.#channel || typeof BroadcastChannel === 'undefined') return;
    const name = `pageleap:${this.key}`;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.postMessage({ type: 'hello', visit: this.#state() });
    // A shared lock shows those who come later that there is somebody to wait for.
    const { locks } = navigator;
    this.#alone = locks?.query().then(({ held }) => !held.some((lock) => lock.name === name));
    locks?.request(name, { mode: 'shared' }, () => this.#channel && new Promise((done) => (this.#unlock = done))).catch(() => {});
  }

  /** Leaves them; a page that may come back from the cache must hold no channel and no lock. */
  leave() {
    this.#channel?.close();
    this.#channel = undefined;
    this.#unlock();
  }

  /** Resolves when another tab, if there is one, has told its visit. */
  async meet() {
    if (!this.#channel || (await this.#alone) || this.#known) return;
    await new Promise((resolve) => {
      this.#met = resolve;
      setTimeout(resolve, this.#alone ? 2000 : 100);
    });
  }

  /** The page comes back from the browser's cache: others have gone on meanwhile. */
  resume() {
    if (!this.#stored) return;
    this.#load();
    this.open();
  }

  #hear({ type, visit } = {}) {
    if (type === 'forget') {
      this.#forget();
      return this.changed();
    }
    const news = this.#merge(visit);
    if (type === 'hello' && this.events.length > (visit?.events?.length ?? 0))
      this.#channel.postMessage({ type: 'state', visit: this.#state() });
    if (this.#known) this.#met();
    if (news) {
      this.save(true);
      this.changed();
    }
  }

  /** Forgets the visit, here, in the storage and in the other tabs. */
  forget() {
    this.#channel?.postMessage({ type: 'forget' });
    this.#forget();
  }

  #forget() {
    this.#erase(true);
    this.#reset();
    this.#unsaved = [];
  }
}

// Whether this is a visit that another page wrote down.
function sound(v) {
  return (
    v?.version === VERSION &&
    typeof v.id === 'string' &&
    v.started > 0 &&
    Array.isArray(v.events) &&
    v.events.length > 0 &&
    v.events.every((e) => typeof e?.key === 'string' && typeof e.event === 'string' && e.ts >= 0)
  );
}

function unstored(cause) {
  return new PageleapError('storage', `the visit cannot be kept in sessionStorage, so it ends with this page: ${cause.message}`, { cause });
}
