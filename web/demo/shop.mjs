// A small shop of one page: views by the History API, a basket in memory, and
// the pushes to dataLayer that a shop with GA4 makes. It knows nothing of pageleap.
import { byId, CATEGORIES, category, euro, PRODUCTS } from './catalogue.mjs';
import { $, h } from './dom.mjs';
import { picture } from './pictures.mjs';

const basket = new Map(); // how many, by product

window.dataLayer = window.dataLayer ?? [];
const push = (event, products, more) =>
  window.dataLayer.push({
    event,
    ecommerce: {
      currency: 'EUR',
      ...more,
      items: products.map(([p, quantity]) => ({
        item_id: p.id,
        item_name: p.name,
        item_category: category(p.category).name,
        price: p.price,
        ...(quantity && { quantity }),
      })),
    },
  });

const inBasket = () => [...basket].map(([id, quantity]) => [byId(id), quantity]);
const total = () => inBasket().reduce((sum, [p, n]) => sum + p.price * n, 0);

/** Where the visitor is: {type, path, …}. The path is what the tracker calls the page. */
export function route(search = location.search) {
  const query = new URLSearchParams(search);
  const product = byId(query.get('p'));
  const shelf = category(query.get('c'));
  const at = query.get('at');
  if (product) return { type: 'product', path: `/product/${product.id}`, product };
  if (shelf) return { type: 'list', path: `/category/${shelf.id}`, shelf };
  if (query.has('q')) return { type: 'search', path: '/search', words: query.get('q') };
  if (at in PAGES) return { type: PAGES[at].type, path: `/${at}`, at };
  return { type: 'home', path: '/' };
}

const PAGES = {
  basket: { type: 'cart', view: basketView },
  checkout: { type: 'checkout', view: checkoutView },
  thanks: { type: 'checkout', view: thanksView },
  account: { type: 'account', view: accountView },
  delivery: {
    type: 'info',
    view: () =>
      text('Delivery', 'Two to four days within the EU, €4.90; nothing from €100 on.', 'Parcels go out every working day at noon.'),
  },
  returns: {
    type: 'info',
    view: () => text('Returns', 'Thirty days, free of charge, without a reason.', 'What was worn can be mended: write to us first.'),
  },
  privacy: {
    type: 'info',
    view: () =>
      text(
        'Privacy',
        'This shop scores the visit in your browser. The events of the visit stay in this page’s memory, and only if you agree, in the panel, in this tab’s sessionStorage.',
        'Open your browser’s developer tools, choose Network, and walk through the shop: after the page has loaded, no request is made.',
      ),
  },
};

/** Goes to another view, as a link does. */
export function go(search, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', search === '?' ? location.pathname : search);
  render();
}

export function add(product) {
  basket.set(product.id, (basket.get(product.id) ?? 0) + 1);
  push('add_to_cart', [[product, 1]], { value: product.price });
  counted();
  say(`${product.name} is in the basket`);
}

function remove(product) {
  const quantity = basket.get(product.id);
  basket.delete(product.id);
  push('remove_from_cart', [[product, quantity]], { value: product.price * quantity });
  counted();
  render({ keepFocus: true });
  say(`${product.name} is out of the basket`);
}

function counted() {
  $('basket-count').textContent = [...basket.values()].reduce((a, b) => a + b, 0);
}

const say = (message) => ($('announce').textContent = message);

// --- views: each gives its elements, and tells GA4 what it shows ---

function homeView() {
  return [
    h(
      'section',
      { class: 'hero' },
      h(
        'div',
        null,
        h('h1', null, 'Clothes that stay'),
        h('p', null, 'Trousers, skirts and blouses, made to be worn for years and mended when they need it.'),
        h('a', { class: 'button', href: '?c=blouses' }, 'See the blouses'),
      ),
      h('div', { class: 'trio' }, ...['birch', 'heather', 'maple'].map((id) => picture(byId(id)))),
    ),
    h('h2', null, 'New this week'),
    cards(['cedar', 'iris', 'river', 'poppy', 'kelp', 'dune', 'willow', 'umber', 'nettle', 'lilac'].map(byId)),
  ];
}

function listView({ shelf }) {
  const products = PRODUCTS.filter((p) => p.category === shelf.id);
  push(
    'view_item_list',
    products.map((p) => [p]),
    { item_list_name: shelf.name },
  );
  return [h('h1', null, shelf.name), h('p', { class: 'lead' }, shelf.text), cards(products)];
}

function searchView({ words }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = PRODUCTS.filter((p) => wanted.every((w) => `${p.name} ${p.text} ${p.category} ${p.pattern}`.toLowerCase().includes(w)));
  window.dataLayer.push({ event: 'search' }); // without the words: they are nobody's business
  return [
    h('h1', null, `“${words}”`),
    h('p', { class: 'lead' }, found.length === 1 ? 'One product' : `${found.length || 'No'} products`),
    found.length > 0 ? cards(found) : h('p', null, 'Try “linen”, “shirt” or “stripes”.'),
  ];
}

function cards(products) {
  return h(
    'ul',
    { class: 'cards' },
    products.map((p) =>
      h(
        'li',
        { 'data-pageleap-item': p.id },
        h('a', { class: 'card', href: `?p=${p.id}` }, picture(p), h('span', { class: 'name' }, p.name), price(p)),
      ),
    ),
  );
}

const price = (p) =>
  h('span', { class: 'price' }, euro(p.price), p.was && [' ', h('s', null, h('span', { class: 'hidden' }, 'before: '), euro(p.was))]);

function productView({ product }) {
  push('view_item', [[product]], { value: product.price });
  const shelf = category(product.category);
  const others = PRODUCTS.filter((p) => p.category === product.category && p !== product).slice(0, 4);
  return [
    h(
      'nav',
      { class: 'trail', 'aria-label': 'Breadcrumb' },
      h('a', { href: '?' }, 'Home'),
      ' / ',
      h('a', { href: `?c=${shelf.id}` }, shelf.name),
    ),
    h(
      'section',
      { class: 'product' },
      picture(product, { label: true }),
      h(
        'div',
        null,
        h('h1', null, product.name),
        price(product),
        h('p', null, product.text),
        h('p', { class: 'soft' }, 'Sizes 34 to 46. In stock; with you in two to four days.'),
        h('button', { class: 'button', type: 'button', onclick: () => add(product) }, 'Add to basket'),
        h('p', { class: 'soft' }, h('a', { href: '?at=delivery' }, 'Delivery'), ' · ', h('a', { href: '?at=returns' }, 'Returns')),
      ),
    ),
    h('h2', null, `More ${shelf.name === 'Sale' ? 'in the sale' : shelf.name.toLowerCase()}`),
    cards(others),
  ];
}

function basketView() {
  push('view_cart', inBasket(), { value: total() });
  if (basket.size === 0) return text('Basket', 'There is nothing in it yet.');
  return [
    h('h1', null, 'Basket'),
    h(
      'ul',
      { class: 'lines' },
      inBasket().map(([p, n]) =>
        h(
          'li',
          null,
          picture(p),
          h('a', { href: `?p=${p.id}` }, p.name),
          h('span', null, n > 1 ? `${n} × ${euro(p.price)}` : euro(p.price)),
          h('button', { type: 'button', class: 'quiet', onclick: () => remove(p), 'aria-label': `Remove ${p.name}` }, 'Remove'),
        ),
      ),
    ),
    h('p', { class: 'total' }, 'Together ', h('strong', null, euro(total()))),
    h('a', { class: 'button', href: '?at=checkout' }, 'Check out'),
  ];
}

function checkoutView() {
  if (basket.size === 0) return text('Checkout', 'There is nothing in the basket.');
  push('begin_checkout', inBasket(), { value: total() });
  const field = (name, label, autocomplete) =>
    h('label', null, label, h('input', { name, autocomplete, required: true, value: SAMPLE[name] }));
  const order = (event) => {
    event.preventDefault();
    push('purchase', inBasket(), { value: total(), transaction_id: 'demo' });
    basket.clear();
    counted();
    go('?at=thanks');
  };
  return [
    h('h1', null, 'Checkout'),
    h('p', { class: 'lead' }, 'Nothing is sent, so nothing will come. The address is made up; leave it.'),
    h(
      'form',
      { class: 'form', onsubmit: order },
      field('name', 'Name', 'off'),
      field('street', 'Street', 'off'),
      field('town', 'Postcode and town', 'off'),
      h('p', { class: 'total' }, 'Together ', h('strong', null, euro(total()))),
      h('button', { class: 'button', type: 'submit' }, 'Buy'),
    ),
  ];
}

const SAMPLE = { name: 'Ada Example', street: '1 Sample Street', town: '12345 Anywhere' };

function thanksView() {
  return text('Thank you', 'In a real shop, your order would be on its way.');
}

function accountView() {
  return text('Account', 'There are no accounts here. In a real shop, this page counts among the administrative ones.');
}

const text = (title, ...paragraphs) => [h('h1', null, title), ...paragraphs.map((p) => h('p', { class: 'lead' }, p))];

// --- the page ---

const VIEWS = { home: homeView, list: listView, search: searchView, product: productView };

function render({ keepFocus = false } = {}) {
  const here = route();
  const main = $('main');
  main.dataset.pageleapPageType = here.type; // what the tracker calls the page's type
  main.replaceChildren(...(VIEWS[here.type] ?? PAGES[here.at].view)(here));
  const heading = main.querySelector('h1');
  document.title = `${heading.textContent} – Hazel & Thread`;
  for (const link of document.querySelectorAll('.bar nav a')) {
    const current = link.search === `?c=${here.shelf?.id ?? here.product?.category}`;
    link.toggleAttribute('aria-current', current);
    if (current) link.setAttribute('aria-current', here.shelf ? 'page' : 'true');
  }
  if (keepFocus) return;
  window.scrollTo(0, 0);
}

// For people who do not see the page change: its title is where they are now.
function focusHeading() {
  const heading = $('main').querySelector('h1');
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

/** Opens the shop. */
export function open() {
  $('categories').append(...CATEGORIES.map((c) => h('li', null, h('a', { href: `?c=${c.id}` }, c.name))));
  $('search').addEventListener('submit', (event) => {
    event.preventDefault();
    if ($('q').value.trim() === '') return;
    go(`?${new URLSearchParams({ q: $('q').value.trim() })}`);
    focusHeading();
  });
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="?"]');
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(link.getAttribute('href'));
    focusHeading();
  });
  window.addEventListener('popstate', () => render());
  render();
}
