// Counts what this page asks for and sends. The browser's own list of requests
// says what was fetched; what goes with a request as its body it does not say, so
// the ways to send are counted themselves.
const received = [];
let sent = 0;
let told = () => {};
let since = Infinity;

const size = (body) =>
  body === undefined || body === null ? 0 : (body.byteLength ?? body.size ?? new TextEncoder().encode(String(body)).length);

function count(object, name, body) {
  const before = object?.[name];
  if (!before) return;
  object[name] = function (...args) {
    sent += size(body(args));
    told();
    return before.apply(this, args);
  };
}

count(window, 'fetch', ([, options]) => options?.body);
count(globalThis.XMLHttpRequest?.prototype, 'send', ([body]) => body);
count(globalThis.WebSocket?.prototype, 'send', ([body]) => body);
count(globalThis.RTCDataChannel?.prototype, 'send', ([body]) => body);
count(Navigator.prototype, 'sendBeacon', ([, body]) => body);

new PerformanceObserver((list) => {
  received.push(...list.getEntries());
  told();
}).observe({ type: 'resource', buffered: true });

/** From here on, nothing is expected. */
export function loaded() {
  since = performance.now();
  told();
}

/** Calls fn each time that something was asked for or sent. */
export function watch(fn) {
  told = fn;
  fn();
}

/**
 * What was asked for until the page was ready and after that, {name, bytes}, and
 * how many bytes went with it. Some browsers ask for a page's icon again each time
 * that its address changes: those are counted apart, where no cache has it.
 */
export function traffic() {
  const icon = document.querySelector('link[rel=icon]').href;
  const requests = received.map((e) => ({
    name: e.name,
    bytes: e.encodedBodySize,
    at: e.startTime,
    cached: e.transferSize === 0 && e.encodedBodySize > 0,
  }));
  const before = requests.filter((r) => r.at <= since);
  const later = requests.filter((r) => r.at > since);
  return { before, after: later.filter((r) => r.name !== icon), icons: later.filter((r) => r.name === icon && !r.cached), sent };
}
