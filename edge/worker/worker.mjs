// The Worker's JavaScript half: it keeps one Go instance per isolate, hands it
// the requests, and brings it the models. instance/instance.go is the other half.
import './wasm_exec.js';
import program from './worker.wasm';
import { deployment, storeOf } from './stores.mjs';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const nothing = new Uint8Array(0);

// ---------------------------------------------------------------- instance

let instance; // {exports, out, context}; undefined before the first request and after a crash
let models; // what is served: {index, bundles, etag, store, checked, refused}

/** Starts an instance and gives it the models that the last one had. */
function boot(env) {
  // instance.go and the glue in syumai/workers look for these in globalThis.context.
  const context = { binding: {}, settings: JSON.stringify(settings(env)), body: nothing };
  globalThis.context = context;
  const go = new globalThis.Go();
  // What Go calls when it gives up; it must not go on from there.
  go.exit = (code) => {
    context.ended = true;
    throw new Error(`the program ended with ${code}`);
  };
  const module = new WebAssembly.Instance(program, { ...go.importObject, workers: { ready() {} } });
  const { exports } = module;
  // Goes as far as the program's select {}; the promise would tell of its end.
  go.run(module).catch(() => {});
  if (!context.binding.handleRequest) throw new Error('the program did not start');
  const started = { exports, out: exports.answer(), context };
  if (models) serve(started, models);
  return started;
}

/** A variable that is a whole number, at least so much. */
function whole(env, name, usual, least) {
  const value = env[name] ?? usual;
  const n = value === '' ? NaN : Number(value);
  if (!Number.isSafeInteger(n) || n < least) throw new Error(`${name} is ${JSON.stringify(value)}; it is a whole number from ${least}`);
  return n;
}

const maxBody = (env) => whole(env, 'MAX_BODY_BYTES', 16 * 2 ** 20, 1);
const refreshEvery = (env) => whole(env, 'REFRESH_SECONDS', 60, 0) * 1000;

function settings(env) {
  refreshEvery(env); // tells now if it is wrong
  return {
    readToken: env.READ_TOKEN ?? '',
    origins: (env.CORS_ORIGINS ?? '')
      .split(',')
      .map((s) => s.trim())
      .filter(Boolean),
    maxBody: maxBody(env),
    limits: env.LIMITS ?? '',
    events: Boolean(env.EVENTS),
  };
}

/** Room for n bytes of input in an instance's memory. */
function input({ exports }, n) {
  const at = exports.buffer(n);
  return new Uint8Array(exports.mem.buffer, at, n); // after the call, which may make the memory grow
}

/** The answer to an instance's last call. */
function output({ exports, out }) {
  const { buffer } = exports.mem;
  const [status, head, headLength, body, bodyLength, events, eventsLength, todo] = new Uint32Array(buffer, out, 8);
  return {
    status,
    head: headLength ? decoder.decode(new Uint8Array(buffer, head, headLength)) : '',
    body: buffer.slice(body, body + bodyLength),
    events: eventsLength ? decoder.decode(new Uint8Array(buffer, events, eventsLength)) : '',
    todo,
  };
}

/** An index or a bundle cannot be served; the instance is well. */
class Refused extends Error {}

/**
 * Whether to try again after a fault. An instance that ended, or in which
 * WebAssembly trapped, must not be called any more: another one takes its place.
 */
function recover(fault, target, attempt) {
  if (!target?.context.ended && !(fault instanceof WebAssembly.RuntimeError) && !(fault instanceof RangeError)) return false;
  if (instance === target) instance = undefined;
  console.error(`pageleap: the instance crashed (${fault.name})`);
  return attempt === 0;
}

/**
 * Calls the instance, starting one if there is none. If it breaks, another one
 * takes its place and the call is made once more.
 */
function call(env, use) {
  for (let attempt = 0; ; attempt++) {
    let target;
    try {
      target = instance ??= boot(env);
      return use(target);
    } catch (fault) {
      if (!recover(fault, target, attempt)) throw fault;
    }
  }
}

// ------------------------------------------------------------------ models

/** Makes a step of changing the models; gives its answer as text. */
function step(target, name, bytes) {
  if (bytes) input(target, bytes.length).set(bytes);
  target.exports[name](bytes?.length);
  const { status, body } = output(target);
  if (status !== 200) throw new Refused(decoder.decode(body));
  return decoder.decode(body);
}

/** The hashes that an index speaks of, and whether the instance wants their bundles. */
const hashes = (target, index) =>
  step(target, 'index', encoder.encode(index))
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ hash: line.slice(1), wanted: line[0] === '+' }));

/** Makes an instance serve what an index says. */
function serve(target, { index, bundles }) {
  for (const { hash, wanted } of hashes(target, index)) {
    if (!wanted) continue;
    const bundle = new Uint8Array(bundles.get(hash));
    const named = new Uint8Array(hash.length + bundle.length);
    encoder.encodeInto(hash, named);
    named.set(bundle, hash.length);
    input(target, named.length).set(named);
    target.exports.bundle(named.length);
  }
  step(target, 'commit');
}

/** Serves what a store holds, unless that is what is served already. */
async function load(env, store) {
  const known = models?.store === store ? models : undefined;
  const found = await store.index(known?.etag);
  if (!found || (known && found.etag === known.refused)) return;
  try {
    const bundles = new Map();
    for (const { hash } of call(env, (target) => hashes(target, found.index))) {
      bundles.set(hash, models?.bundles.get(hash) ?? (await store.bundle(hash)));
    }
    // From here on nothing waits: no request sees half of it.
    call(env, (target) => serve(target, { index: found.index, bundles }));
    models = { index: found.index, bundles, etag: found.etag, store, checked: Date.now() };
  } catch (fault) {
    if (known) known.refused = found.etag; // until it changes again
    throw fault;
  }
}

/**
 * Brings the first models. Requests that come at the same time all do this, each
 * for itself: one must not wait for what another one does, which may be
 * cancelled with it.
 */
async function begin(env) {
  const store = storeOf(env);
  try {
    await load(env, store);
  } catch (fault) {
    if (store === deployment) throw fault;
    console.error(`pageleap: ${store.name}: ${fault.message}; serving the models of the deployment`);
  }
  if (!models) await load(env, deployment);
}

/** Looks for new models, after the answer. */
function refresh(env, ctx) {
  models.checked = Date.now();
  ctx.waitUntil(load(env, storeOf(env)).catch((fault) => console.error(`pageleap: ${storeOf(env).name}: ${fault.message}`)));
}

// ---------------------------------------------------------------- requests

/** A request's whole body; undefined: it is longer than max. */
async function read(request, max) {
  const length = Number(request.headers.get('content-length') ?? NaN);
  if (length > max) return undefined;
  if (length <= max) return new Uint8Array(await request.arrayBuffer());
  if (!request.body) return nothing; // asked last: a stream is made for it
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.length;
    if (size > max) return undefined;
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  size = 0;
  for (const chunk of chunks) {
    body.set(chunk, size);
    size += chunk.length;
  }
  return body;
}

/** Scores by the short way: bytes in, bytes out. */
function byExport(target, head, body) {
  // A character is at most three bytes of UTF-8.
  const room = input(target, head.length * 3 + (body?.length ?? 0));
  const { written } = encoder.encodeInto(head, room);
  if (body) {
    room.set(body, written);
    target.exports.score(written, body.length);
  } else {
    target.exports.too_large(written);
  }
  return output(target);
}

/** Answers by the http.Handler. */
async function byHandler(env, request, body) {
  for (let attempt = 0; ; attempt++) {
    let target;
    try {
      target = instance ??= boot(env);
      target.context.body = body;
      // All is done when this returns; the promise tells how it went.
      return await target.context.binding.handleRequest({ url: request.url, method: request.method, headers: request.headers, body: null });
    } catch (fault) {
      if (recover(fault, target, attempt)) continue;
      if (instance !== target) throw fault;
      return problem(400, 'format', fault.message); // an address that Go cannot read
    } finally {
      if (target) target.context.body = nothing;
    }
  }
}

const heads = new Map(); // the few heads that there are, as Response wants them

function response({ status, head, body }) {
  let headers = heads.get(head);
  if (!headers) {
    const lines = head.split('\n');
    headers = new Headers();
    for (let i = 0; i < lines.length; i += 2) headers.append(lines[i], lines[i + 1]);
    if (heads.size < 1000) heads.set(head, headers);
  }
  return new Response(body, { status, headers });
}

function problem(status, kind, detail, headers) {
  const title = { 400: 'Bad Request', 500: 'Internal Server Error', 503: 'Service Unavailable' }[status];
  return Response.json(
    { type: 'about:blank', title, status, kind, detail },
    { status, headers: { 'content-type': 'application/problem+json', ...headers } },
  );
}

/** Writes what happened to the Analytics Engine dataset that is bound as EVENTS. */
function record(env, lines) {
  for (const line of lines.split('\n').filter(Boolean)) {
    const e = JSON.parse(line);
    env.EVENTS.writeDataPoint({
      indexes: [e.model ?? ''],
      blobs: [e.event, e.route ?? '', e.version ?? '', e.variant ?? '', e.kind ?? '', e.shadow ?? ''],
      doubles: [e.status ?? 0, e.rows ?? 0, e.dropped ?? 0, Number(e.failed ?? 0), Number(e.same ?? 0), Number(e.difference ?? 0)],
    });
  }
}

/** Does the work that the answer did not wait for, such as shadows. */
async function after(env) {
  await new Promise((done) => setTimeout(done, 0));
  const { events } = call(env, (target) => {
    target.exports.after();
    return output(target);
  });
  if (events) record(env, events);
}

const scoring = /\/(?:transform|score)\/?$/;

export default {
  async fetch(request, env, ctx) {
    try {
      if (!models) await begin(env);
      else if (Date.now() - models.checked > refreshEvery(env)) refresh(env, ctx);
    } catch (fault) {
      console.error(`pageleap: no models: ${fault.message}`);
      return problem(503, 'unavailable', 'the models cannot be loaded at present; try again in a few seconds', { 'retry-after': '5' });
    }
    const body = await read(request, maxBody(env));
    try {
      const { url, headers } = request;
      const path = url.indexOf('/', url.indexOf('//') + 2);
      const query = url.indexOf('?', path);
      const name = query < 0 ? url.slice(path) : url.slice(path, query);
      if (body && !(request.method === 'POST' && env.SCORING !== 'handler' && scoring.test(name))) {
        return await byHandler(env, request, body);
      }
      const head = [name, query < 0 ? '' : url.slice(query + 1)];
      for (const h of ['content-type', 'accept', 'authorization', 'origin', 'x-pageleap-key']) head.push(headers.get(h) ?? '');
      const answer = call(env, (target) => byExport(target, head.join('\n'), body));
      if (answer.events) record(env, answer.events);
      if (answer.todo) ctx.waitUntil(after(env));
      return response(answer);
    } catch {
      return problem(500, 'internal', "an internal error, which is not the request's fault; please report it with the bundle");
    }
  },
};
