// scorer.wasm's side of things: one instance of the module and its ABI, which
// wasm/README.md describes.
import { PageleapError } from './error.mjs';

const ABI = 1;

export const encoder = new TextEncoder();
export const decoder = new TextDecoder();

// One instance of the module, with a memory of its own.
export class Instance {
  static async create(module) {
    const self = new Instance();
    const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: self.wasi() });
    self.exports = instance.exports;
    self.memory = instance.exports.memory;
    if (typeof self.exports.abi !== 'function') {
      throw new PageleapError('wasm', 'this WebAssembly module is not pageleap: it has no export "abi"');
    }
    self.exports._initialize();
    const abi = self.exports.abi();
    if (abi !== ABI) {
      throw new PageleapError('wasm', `scorer.wasm speaks ABI ${abi} and this script ${ABI}; take both from one release`);
    }
    self.blocks = self.exports.blocks();
    return self;
  }

  // A view of the memory as it is now: growing replaces its buffer.
  get view() {
    if (this.dataView?.buffer !== this.memory.buffer) {
      this.dataView = new DataView(this.memory.buffer);
      this.octets = new Uint8Array(this.memory.buffer);
    }
    return this.dataView;
  }

  get bytes() {
    this.view;
    return this.octets;
  }

  // What scorer.wasm may ask of its host: the time, random bytes and a line
  // on stderr. Nothing else exists for it.
  wasi() {
    const none = () => 0;
    const badf = () => 8;
    const count = (a, b) => {
      this.view.setUint32(a, 0, true);
      this.view.setUint32(b, 0, true);
      return 0;
    };
    return {
      args_get: none,
      args_sizes_get: count,
      environ_get: none,
      environ_sizes_get: count,
      clock_time_get: (id, _precision, at) => {
        const ms = id === 0 ? Date.now() : performance.now();
        this.view.setBigUint64(at, BigInt(Math.round(ms * 1e6)), true);
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
        for (let i = 0; i < n; i++) {
          const at = this.view.getUint32(vectors + 8 * i, true);
          const length = this.view.getUint32(vectors + 8 * i + 4, true);
          text += decoder.decode(this.bytes.subarray(at, at + length));
          total += length;
        }
        this.view.setUint32(written, total, true);
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
      this.dead = cause instanceof PageleapError ? cause : new PageleapError('trap', `scorer.wasm stopped: ${cause.message}`, { cause });
      throw this.dead;
    }
  }

  // Copies bytes into the memory; the caller frees them.
  put(data) {
    const at = this.call('alloc', data.length) >>> 0;
    this.bytes.set(data, at);
    return at;
  }

  block(offset) {
    const at = this.view.getUint32(this.blocks + offset, true);
    return this.bytes.subarray(at, at + this.view.getUint32(this.blocks + offset + 4, true));
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
