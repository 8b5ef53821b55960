// From addresses to a scorer: fetches, checks and compiles. Each runtime has an
// entry of its own (browser.mjs, node.mjs, workerd.mjs, classic.mjs) that tells
// where scorer.wasm is there.
import { PageleapError } from './error.mjs';
import { ABI, abiMessage, Instance } from './instance.mjs';
import { Scorer } from './scorer.mjs';
import { decoder } from './text.mjs';

/**
 * Makes `load` and `compile` for a runtime.
 * @param {object} runtime
 * @param {() => *} runtime.wasm where scorer.wasm is when nobody says
 * @param {(source: string|URL) => Promise<Uint8Array|undefined>} [runtime.read] reads addresses that fetch does not
 * @param {(address: string|URL|undefined, what: object, signal?: AbortSignal) => Promise<object>} [runtime.remote] loads in a web worker
 */
export function loader({ wasm: ownWasm, read, remote }) {
  const modules = new Map(); // compiled modules by address, for bundles to share

  async function load({ bundle, module: own, wasm, outputs, integrity = {}, worker = false, signal } = {}) {
    if (own === undefined) wasm ??= ownWasm();
    else if (bundle !== undefined || wasm !== undefined)
      throw new PageleapError('usage', 'module: it has its bundle in it; leave bundle and wasm out');
    if (worker) {
      if (!remote) throw new PageleapError('usage', 'worker: this runtime has no web workers; leave the option out');
      return remote(worker === true ? undefined : worker, { bundle, module: own, wasm, outputs, integrity }, signal);
    }
    return own === undefined ? loadBundle(bundle, wasm, outputs, integrity, signal) : loadModule(own, outputs, integrity, signal);
  }

  async function loadModule(source, outputs, integrity, signal) {
    const module = await compile(source, { integrity: integrity.module, signal, what: 'module' });
    try {
      const about = section(module);
      if (!about) throw new PageleapError('wasm', 'module: pageleap compile did not make it; scorer.wasm: load({ bundle, wasm })');
      const info = JSON.parse(decoder.decode(about));
      if (info.abi !== ABI) throw new PageleapError('wasm', abiMessage('module: it', info.abi));
      return new Scorer(await Instance.create(module, true), null, outputs, info);
    } catch (cause) {
      if (cause instanceof PageleapError) throw cause;
      throw new PageleapError('wasm', `module: damaged: ${cause.message}`, { cause });
    }
  }

  async function loadBundle(bundle, wasm, outputs, integrity, signal) {
    const [module, zip] = await Promise.all([
      compile(wasm, { integrity: integrity.wasm, signal }),
      bytes(bundle, 'bundle', { integrity: integrity.bundle, signal, read }),
    ]);
    if (section(module)) throw new PageleapError('wasm', 'wasm: it is compiled from a bundle: load({ module })');
    const instance = await Instance.create(module, false);
    try {
      return new Scorer(instance, zip.bytes, outputs);
    } catch (cause) {
      if (cause.kind === 'bundle' && zip.hint) throw new PageleapError('bundle', `${zip.name} is not a bundle${zip.hint}`, { cause });
      throw cause;
    }
  }

  function compile(wasm = ownWasm(), { integrity, signal, what = 'wasm' } = {}) {
    if (!isAddress(wasm)) return compiled(wasm, { integrity, signal, read, what });
    const key = `${wasm} ${integrity ?? ''}`;
    if (!modules.has(key)) {
      const promise = compiled(wasm, { integrity, signal, read, what });
      modules.set(key, promise);
      promise.catch(() => modules.delete(key)); // so that another attempt may succeed
    }
    return modules.get(key);
  }

  return { load, compile };
}

export const isAddress = (source) => typeof source === 'string' || source instanceof URL;

// Compiled modules say in a section of their own what they are.
const section = (module) => WebAssembly.Module.customSections(module, 'pageleap')[0];

async function compiled(wasm, { integrity, signal, read, what }) {
  if (wasm instanceof WebAssembly.Module) {
    if (integrity)
      throw new PageleapError('usage', `integrity.${what}: a compiled module has no bytes to check; give the address or the bytes`);
    return wasm;
  }
  const source = await opened(wasm, what, signal, read);
  try {
    // Only a response with this type may be compiled while it arrives, and
    // only one whose bytes need no check before.
    if (source.response && source.type === 'application/wasm' && !integrity) return await WebAssembly.compileStreaming(source.response);
    const data = await whole(source, integrity);
    if (data[0] !== 0 || data[1] !== 0x61)
      throw new PageleapError('wasm', `${source.name} does not compile: it is not WebAssembly${source.hint}`);
    // A small module compiles before another thread could answer.
    if (data.length < 2 ** 18) {
      try {
        return new WebAssembly.Module(data);
      } catch {
        // Pages in Chromium before 115 must not; other errors come again.
      }
    }
    return await WebAssembly.compile(data);
  } catch (cause) {
    if (cause instanceof PageleapError) throw cause;
    if (/content.security.policy|\bcsp\b|unsafe-eval/i.test(cause.message)) {
      const message = "the page's Content-Security-Policy forbids WebAssembly; add 'wasm-unsafe-eval' to its script-src";
      throw new PageleapError('csp', message, { cause });
    }
    if (cause instanceof WebAssembly.CompileError)
      throw new PageleapError('wasm', `${source.name} does not compile: ${cause.message}`, { cause });
    throw network(source.name, cause);
  }
}

async function bytes(from, what, { integrity, signal, read }) {
  const source = await opened(from, what, signal, read);
  const data = await whole(source, integrity);
  // Scorers keep it; what the caller gave may become something else.
  return { ...source, bytes: source.data ? data.slice() : data };
}

// What is behind an address, a response or a buffer: {name, hint, type} for
// messages, and a response or the bytes.
async function opened(source, what, signal, read) {
  if (isAddress(source)) {
    const data = await read?.(source, what);
    if (data) return { name: `${what}: ${source}`, hint: '', data };
    try {
      source = await fetch(source, { signal });
    } catch (cause) {
      throw network(`${what}: ${source}`, cause);
    }
  }
  // Bytes first: Node takes 25 ms to have a Response.
  if (source instanceof ArrayBuffer) source = new Uint8Array(source);
  if (ArrayBuffer.isView(source))
    return { name: what, hint: '', data: new Uint8Array(source.buffer, source.byteOffset, source.byteLength) };
  if (source instanceof Response) {
    const name = `${what}: ${source.url || 'the response'}`;
    const type = (source.headers.get('Content-Type') ?? '').split(';')[0].trim().toLowerCase();
    if (!source.ok) throw new PageleapError('network', `${name} answered ${source.status} ${source.statusText}`.trim());
    return {
      name,
      type,
      hint: type === 'text/html' ? ': the server answers with a page (text/html); is the address right?' : '',
      response: source,
    };
  }
  throw new PageleapError('usage', `${what}: give an address, a Response or bytes, not ${source === null ? source : typeof source}`);
}

async function whole({ name, response, data }, integrity) {
  if (response) {
    try {
      data = new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw network(name, cause);
    }
  }
  if (integrity) await verify(data, integrity, name);
  return data;
}

// Integrity is written as HTML writes it, sha256-BASE64, or as 64 hex digits.
async function verify(data, integrity, name) {
  const hex = /^[0-9a-f]{64}$/i.test(integrity);
  if (!hex && !/^sha256-[A-Za-z0-9+/]{43}=$/.test(integrity)) {
    throw new PageleapError('usage', `integrity: ${JSON.stringify(integrity)} is neither "sha256-…" in base64 nor 64 hex digits`);
  }
  if (!globalThis.crypto?.subtle) throw new PageleapError('integrity', `${name}: integrity can be checked on https and localhost only`);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  const got = hex ? Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('') : `sha256-${btoa(String.fromCharCode(...digest))}`;
  if (got !== (hex ? integrity.toLowerCase() : integrity)) {
    throw new PageleapError('integrity', `${name} is not the file that integrity names: it has ${got}, and ${integrity} was expected`);
  }
}

function network(name, cause) {
  if (cause.name === 'AbortError') return new PageleapError('aborted', `${name}: loading was given up`, { cause });
  return new PageleapError('network', `${name} could not be fetched: ${cause.message}`, { cause });
}
