// scorer.wasm's side of things: one instance of the module and its ABI, which
// wasm/README.md describes.
import { PageleapError } from './error.mjs';
import { decoder } from './text.mjs';
import { wasi } from './wasi.mjs';

export const ABI = 1;

export const abiMessage = (what, abi) => `${what} speaks ABI ${abi} and this script ${ABI}; take both from one release`;

// One instance of the module, with a memory of its own.
export class Instance {
  // bare: the module was compiled from a bundle.
  static async create(module, bare) {
    const self = new Instance(module, bare);
    try {
      return self.#startNow();
    } catch {
      return self.#start(await WebAssembly.instantiate(module, wasi(self)));
    }
  }

  dead; // the trap that ended it
  stderr = '';
  #module;
  #blocks;
  #score;
  #next;

  // Views of the memory as it is now: when it grows, the old ones are empty.
  bytes;
  u32 = [];
  f64;

  constructor(module, bare) {
    this.#module = module;
    this.bare = bare;
  }

  // Pages may not in Chromium before 115.
  #startNow() {
    return this.#start(new WebAssembly.Instance(this.#module, this.bare ? {} : wasi(this)));
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
    return this.look();
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

  // Takes the views anew where the memory has grown: after each call.
  look() {
    if (!this.u32.length) {
      const { buffer } = this.memory;
      this.bytes = new Uint8Array(buffer);
      this.u32 = new Uint32Array(buffer);
      this.f64 = new Float64Array(buffer);
    }
    return this;
  }

  // Calls an export. A trap leaves the instance unusable: see renewed.
  call(name, ...args) {
    if (this.dead) throw this.dead;
    try {
      return this.exports[name](...args);
    } catch (cause) {
      throw this.#trap(cause);
    } finally {
      this.look();
    }
  }

  // call('score', handle), but faster than a call by name can be.
  score(handle) {
    if (this.dead) throw this.dead;
    try {
      return this.#score(handle);
    } catch (cause) {
      throw this.#trap(cause);
    } finally {
      this.look();
    }
  }

  #trap(cause) {
    const [said] = (this.stderr || cause.message).split('\n');
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
