// What a GA4 event says, in the columns of our events; the same rules by which
// `pageleap features` reads GA4's BigQuery export (engine/visit/events), so that
// a model meets in the page what it was trained on.

// Events in which the visitor does something to each item that they list,
// rather than being shown it: one event an item.
const ITEM_EVENTS = new Set(['view_item', 'select_item', 'add_to_wishlist', 'add_to_cart', 'remove_from_cart', 'purchase', 'refund']);

const text = (x) => (x === undefined || x === null || x === '(not set)' ? '' : String(x));
const number = (x) => (x === undefined || x === null || x === '' ? NaN : Number(x));

/** The events behind one GA4 event: {event, page?, page_type?, item, category, price, quantity}. */
export function fromGA4(event, params) {
  const value = number(params.value);
  const common = { event, page_type: text(params.page_type) || text(params.content_group) };
  if (params.page_location) common.page = path(String(params.page_location));
  const items = Array.isArray(params.items) ? params.items.filter((i) => i && typeof i === 'object') : [];
  if (items.length === 0 || !ITEM_EVENTS.has(event)) return [{ ...common, price: value }];
  return items.map((i) => {
    const price = number(i.price);
    return {
      ...common,
      item: text(i.item_id) || text(i.item_name),
      category: text(i.item_category),
      price: Number.isNaN(price) && items.length === 1 ? value : price,
      quantity: number(i.quantity),
    };
  });
}

// The path of an address; host and query may hold what is nobody's business.
function path(location) {
  try {
    return new URL(location, 'http://x').pathname;
  } catch {
    return '';
  }
}

/**
 * Listens to a dataLayer, which goes on as it was: entries that are there
 * already are told too, once a page and key.
 * @param {object[]} layer
 * @param {{event: (name: string, params: object) => void, consent: (command: string, params: object) => void, page: (type: string) => void}} to
 * @param {string} key of the visit: trackers of one visit, one after the other, are not told the same twice
 * @returns {() => void} stops listening
 */
export function listen(layer, to, key) {
  if (!told.has(key)) told.set(key, new WeakSet());
  const seen = told.get(key);
  let sticky = {}; // what was set for the events to come
  let active = true;
  const take = (entry) => {
    try {
      if (!active || entry === null || typeof entry !== 'object' || seen.has(entry)) return;
      seen.add(entry);
      // gtag() pushes its arguments; Tag Manager's own entries are objects.
      if (typeof entry.event !== 'string' && typeof entry[0] === 'string') command(entry);
      else message(entry);
    } catch {
      // Whatever is in there, the page's own push must not fail for our sake.
    }
  };
  const command = ([name, a, b]) => {
    if (name === 'event') tell(a, b);
    else if (name === 'consent') to.consent(a, b ?? {});
    else if (name === 'set') keep(typeof a === 'string' ? b : a);
    else if (name === 'config') keep(b);
  };
  const message = (entry) => {
    if (typeof entry.event === 'string') tell(entry.event, { ...entry, ...entry.eventModel, ...entry.ecommerce });
    else keep(entry);
  };
  const keep = (params) => {
    for (const name of ['page_type', 'content_group']) {
      if (params?.[name] === undefined) continue;
      sticky = { ...sticky, [name]: params[name] };
      to.page(text(sticky.page_type) || text(sticky.content_group));
    }
  };
  const tell = (name, params) => {
    if (/^[A-Za-z]\w{0,39}$/.test(name) && !name.startsWith('pageleap')) to.event(name, { ...sticky, ...params });
  };

  const before = layer.push;
  function push(...entries) {
    const result = before.apply(this, entries);
    entries.forEach(take);
    return result;
  }
  layer.slice().forEach(take);
  layer.push = push;
  return () => {
    active = false;
    if (layer.push !== push) return; // wrapped by another script: ours stays, and only passes on
    if (before === Array.prototype.push) delete layer.push;
    else layer.push = before;
  };
}

const told = new Map(); // entries that were told, by key, for trackers that come later
