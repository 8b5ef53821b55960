// scorer.wasm's side of things: one instance of the module and its ABI, which
// wasm/README.md describes.
import { PageleapError } from './error.mjs';

export const ABI = 1;

export const abiMessage = (what, abi) => `${what} speaks ABI ${abi} and this script ${ABI}; take both from one release`;

export const encoder = new TextEncoder();
export const decoder = new TextDecoder();

// One instance of the module, with a memory of its own.
export class Instance {
  // bare: the module was compiled from a bundle.
  static async create(module, bare) {
    const self = new Instance(module, bare);
    try {
      return self.#startNow();
    } catch {
      return self.#start(await WebAssembly.instantiate(module, self.wasi()));
    }
  }

  dead; // the trap that ended it
  #module;
  #blocks;
  #stderr = '';

  constructor(module, bare) {
    this.#module = module;
    this.bare = bare;
  }

  // Pages may not in Chromium before 115.
  #startNow() {
    return this.#start(new WebAssembly.Instance(this.#module, this.wasi()));
  }

  #start({ exports }) {
    this.exports = exports;
    this.memory = exports.memory;
    if (!exports.memory || !exports.abi) {
      throw new PageleapError('wasm', 'this WebAssembly module is not pageleap: no export "abi"');
    }
    exports._initialize();
    const abi = exports.abi();
    if (abi !== ABI) {
      throw new PageleapError('wasm', abiMessage('scorer.wasm', abi));
    }
    this.#blocks = exports.blocks() >>> 0;
    this.#score = exports.score;
    return this;
  }

  // Another instance, in place of this one that trapped. Where it cannot be had at
  // once it is ready a little later.
  renewed() {
    if (this.#next) return this.#next;
    try {
      return new Instance(this.#module, this.bare).#startNow();
    } catch {
      Instance.create(this.#module, this.bare).then(
        (next) => (this.#next = next),
        () => {},
      );
      throw this.dead;
    }
  }

  #next;

  // Views of the memory as it is now: when it grows, the old ones are empty.
  get bytes() {
    if (this.#bytes.length === 0) this.#look();
    return this.#bytes;
  }

  get u32() {
    if (this.#u32.length === 0) this.#look();
    return this.#u32;
  }

  get f64() {
    if (this.#f64.length === 0) this.#look();
    return this.#f64;
  }

  #bytes = new Uint8Array(0);
  #u32 = new Uint32Array(0);
  #f64 = new Float64Array(0);

  #look() {
    const { buffer } = this.memory;
    this.#bytes = new Uint8Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#f64 = new Float64Array(buffer);
  }

  // What scorer.wasm may ask of its host: the time, random bytes and a line
  // on stderr. The rest of WASI answers "bad file descriptor".
  wasi() {
    const none = () => 0;
    const count = (a, b) => {
      this.u32[a >>> 2] = this.u32[b >>> 2] = 0;
      return 0;
    };
    const some = {
      args_get: none,
      args_sizes_get: count,
      environ_get: none,
      environ_sizes_get: count,
      clock_time_get: (id, _precision, at) => {
        const ns = Math.round((id === 0 ? Date.now() : performance.now()) * 1e6);
        this.u32[at >>> 2] = ns;
        this.u32[(at >>> 2) + 1] = ns / 2 ** 32;
        return 0;
      },
      random_get: (at, n) => {
        crypto.getRandomValues(this.bytes.subarray(at, at + n));
        return 0;
      },
      // The first of the vectors: the module comes again with the rest.
      fd_write: (_fd, vectors, _n, written) => {
        const [at, n] = this.u32.subarray(vectors >>> 2);
        this.#stderr = (this.#stderr + decoder.decode(this.bytes.subarray(at, at + n))).slice(0, 400);
        this.u32[written >>> 2] = n;
        return 0;
      },
      proc_exit: (code) => {
        throw new PageleapError('trap', `exit code ${code}`);
      },
      sched_yield: none,
    };
    return { wasi_snapshot_preview1: new Proxy(some, { get: (_, name) => some[name] ?? (() => 8) }) };
  }

  // Calls an export. A trap leaves the instance unusable: see renewed.
  call(name, ...args) {
    if (this.dead) throw this.dead;
    try {
      return this.exports[name](...args);
    } catch (cause) {
      throw this.#trap(cause);
    }
  }

  // call('score', handle), but faster than a call by name can be.
  score(handle) {
    if (this.dead) throw this.dead;
    try {
      return this.#score(handle);
    } catch (cause) {
      throw this.#trap(cause);
    }
  }

  #score;

  #trap(cause) {
    const [said] = (this.#stderr || cause.message).split('\n');
    const message = `scorer.wasm stopped: ${said}; the next call starts it afresh, and reset() a visit`;
    return (this.dead = new PageleapError('trap', message, { cause }));
  }

  // Calls an export that gives an address.
  address(name, handle) {
    const at = this.call(name, handle) >>> 0;
    if (at === 0) throw this.error();
    return at;
  }

  // Memory, which the caller frees.
  alloc(n) {
    if (n >= 2 ** 32) throw new PageleapError('limit', `${n} bytes are more than WebAssembly can address`);
    return this.call('alloc', n) >>> 0;
  }

  // Copies bytes into the memory; the caller frees them.
  put(data) {
    const at = this.alloc(data.length);
    this.bytes.set(data, at);
    return at;
  }

  block(offset) {
    const [at, length] = this.u32.subarray((this.#blocks + offset) >>> 2);
    return this.bytes.subarray(at, at + length);
  }

  error() {
    const text = decoder.decode(this.block(8));
    const end = text.indexOf('\n');
    return new PageleapError(text.slice(0, end), text.slice(end + 1));
  }

  // Loads a bundle, or what a compiled module has in it.
  load(zip) {
    const at = zip && this.put(zip);
    const handle = this.call('load', at, zip?.length);
    if (zip) this.call('free', at);
    if (handle === 0) throw this.error();
    return handle;
  }

  describe(handle) {
    if (this.call('describe', handle) !== 0) throw this.error();
    return JSON.parse(decoder.decode(this.block(0)));
  }
}
