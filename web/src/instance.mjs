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
    const self = new Instance();
    self.bare = bare;
    const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: self.wasi() });
    self.exports = instance.exports;
    self.memory = instance.exports.memory;
    if (typeof self.exports.abi !== 'function') {
      throw new PageleapError('wasm', 'this WebAssembly module is not pageleap: it has no export "abi"');
    }
    self.exports._initialize();
    const abi = self.exports.abi();
    if (abi !== ABI) {
      throw new PageleapError('wasm', abiMessage('scorer.wasm', abi));
    }
    self.blocks = self.exports.blocks() >>> 0;
    self.#score = self.exports.score;
    return self;
  }

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
  // on stderr. Nothing else exists for it.
  wasi() {
    const none = () => 0;
    const badf = () => 8;
    const count = (a, b) => {
      this.u32[a >>> 2] = this.u32[b >>> 2] = 0;
      return 0;
    };
    return {
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
        for (let i = 0; i < n; i += 65536) {
          crypto.getRandomValues(this.bytes.subarray(at + i, at + Math.min(n, i + 65536)));
        }
        return 0;
      },
      fd_write: (_fd, vectors, n, written) => {
        let text = '';
        let total = 0;
        for (let i = vectors >>> 2; n > 0; i += 2, n--) {
          const [at, length] = this.u32.subarray(i, i + 2);
          text += decoder.decode(this.bytes.subarray(at, at + length));
          total += length;
        }
        this.u32[written >>> 2] = total;
        this.stderr = ((this.stderr ?? '') + text).slice(-4096);
        return 0;
      },
      proc_exit: (code) => {
        throw new PageleapError('trap', `scorer.wasm ended with code ${code}: ${(this.stderr ?? '').trim()}`);
      },
      fd_close: badf,
      fd_fdstat_get: badf,
      fd_fdstat_set_flags: badf,
      fd_prestat_get: badf,
      fd_prestat_dir_name: badf,
      fd_read: badf,
      fd_seek: badf,
      poll_oneoff: () => 52,
      sched_yield: none,
    };
  }

  // Calls an export. A trap leaves the instance unusable.
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
    return (this.dead =
      cause instanceof PageleapError ? cause : new PageleapError('trap', `scorer.wasm stopped: ${cause.message}`, { cause }));
  }

  // Calls an export that gives an address.
  address(name, handle) {
    const at = this.call(name, handle) >>> 0;
    if (at === 0) throw this.error();
    return at;
  }

  // Copies bytes into the memory; the caller frees them.
  put(data) {
    const at = this.call('alloc', data.length) >>> 0;
    this.bytes.set(data, at);
    return at;
  }

  block(offset) {
    const [at, length] = this.u32.subarray((this.blocks + offset) >>> 2);
    return this.bytes.subarray(at, at + length);
  }

  error() {
    const text = decoder.decode(this.block(8));
    const end = text.indexOf('\n');
    return new PageleapError(text.slice(0, end), text.slice(end + 1));
  }

  load(zip) {
    const at = this.put(zip);
    const handle = this.call('load', at, zip.length);
    this.call('free', at);
    if (handle === 0) throw this.error();
    return handle;
  }
}
