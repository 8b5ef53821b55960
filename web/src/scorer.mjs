// Loads scorer.wasm and a bundle, and scores rows and frames. One file for
// browsers, Node and Workers; it makes no request but for the two addresses
// that it is given. The ABI that it speaks is described in wasm/README.md.

const ABI = 1;
const CELL = 24;
const TAG = { null: 0, number: 1, long: 2, string: 3, dense: 4, sparse: 5, json: 6 };

/** The written forms of frames, by their number in the ABI. */
export const FORMATS = { json: 0, ndjson: 1, csv: 2, binary: 3, auto: 255 };

/** An error of pageleap: `kind` is one word for programs, `message` is for people. */
export class PageleapError extends Error {
  constructor(kind, message, options) {
    super(message, options);
    this.name = 'PageleapError';
    this.kind = kind;
  }
}

/**
 * Loads a bundle, ready to score.
 * @param {object} options
 * @param {string|URL|Response|ArrayBuffer|Uint8Array} options.bundle the bundle's zip, or its address
 * @param {string|URL|Response|ArrayBuffer|Uint8Array|WebAssembly.Module} options.wasm scorer.wasm, its address, or the compiled module
 * @returns {Promise<Scorer>}
 */
export async function load({ bundle, wasm }) {
  const [module, zip] = await Promise.all([compile(wasm), bytes(bundle, 'bundle')]);
  const instance = await Instance.create(module);
  return new Scorer(instance, instance.load(zip));
}

/** Compiles scorer.wasm, for several `load` calls to share. */
export async function compile(wasm) {
  if (wasm instanceof WebAssembly.Module) return wasm;
  const response = await fetched(wasm, 'wasm');
  try {
    if (response) {
      // Only a response with this type may be compiled while it arrives.
      if ((response.headers.get('Content-Type') ?? '').split(';')[0].trim() === 'application/wasm') {
        return await WebAssembly.compileStreaming(response);
      }
      wasm = await response.arrayBuffer();
    }
    return await WebAssembly.compile(wasm);
  } catch (cause) {
    if (cause instanceof PageleapError) throw cause;
    throw new PageleapError('wasm', `scorer.wasm does not compile: ${cause.message}`, { cause });
  }
}

async function bytes(source, what) {
  const response = await fetched(source, what);
  const data = response ? await response.arrayBuffer() : source;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  }
  throw new PageleapError('usage', `${what}: give an address, a Response or bytes, not ${data === null ? 'null' : typeof data}`);
}

// The response behind an address; undefined where the source is no address.
async function fetched(source, what) {
  if (typeof Response !== 'undefined' && source instanceof Response) return checked(source, what);
  if (typeof source !== 'string' && !(source instanceof URL)) return undefined;
  let response;
  try {
    response = await fetch(source);
  } catch (cause) {
    throw new PageleapError('network', `${what}: ${source} could not be fetched: ${cause.message}`, { cause });
  }
  return checked(response, what);
}

function checked(response, what) {
  if (response.ok) return response;
  throw new PageleapError('network', `${what}: ${response.url || 'the response'} answered ${response.status} ${response.statusText}`.trim());
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

// One instance of the module, with a memory of its own.
class Instance {
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

/** A loaded bundle. */
export class Scorer {
  #instance;
  #handle;
  #row; // the flat row's cells: inputs, then outputs
  #byName;

  /** @hidden: made by load */
  constructor(instance, handle) {
    this.#instance = instance;
    this.#handle = handle;
    if (instance.call('describe', handle) !== 0) throw instance.error();
    const info = JSON.parse(decoder.decode(instance.block(0)));
    /** The bundle's name, and the versions of what wrote it. */
    this.name = info.name;
    this.uid = info.uid;
    this.version = info.version;
    /** The columns to give and those that come back: [{name, type}]. */
    this.inputs = info.inputs.fields.map(column);
    this.outputs = info.outputs.fields.map(column);
    this.#byName = new Map(this.inputs.map((c, i) => [c.name, i]));
  }

  /**
   * Scores one row: {column: value} in, {column: value} out. A column that is
   * left out is null. Vectors are arrays of numbers; they come back as
   * Float64Array. Throws a PageleapError where the row cannot be scored, and
   * gives null for a row that handle_invalid = skip drops.
   */
  score(row) {
    const instance = this.#instance;
    if (!this.#handle) throw closed();
    if (!this.#row) this.#row = new FlatRow(instance, this.#handle, this.inputs, this.outputs);
    for (const name in row) {
      if (!this.#byName.has(name)) throw unknownColumn(name, this.inputs);
    }
    this.#row.write(row);
    const status = instance.call('score', this.#handle);
    if (status === 2) return null;
    if (status !== 0) throw instance.error();
    return this.#row.read();
  }

  /**
   * Runs the pipeline over a frame. Takes a leap frame ({schema, rows}) and
   * gives one back; or, with formats named, takes and gives text or bytes.
   * @param {object|string|Uint8Array} frame
   * @param {{from?: string, to?: string, select?: string[]}} options
   */
  transform(frame, { from, to, select } = {}) {
    if (!this.#handle) throw closed();
    const asObject = typeof frame === 'object' && !ArrayBuffer.isView(frame);
    const input = asObject ? encoder.encode(JSON.stringify(frame)) : typeof frame === 'string' ? encoder.encode(frame) : frame;
    const instance = this.#instance;
    const names = encoder.encode(select ? select.join('\0') : '');
    const at = instance.put(input);
    const namesAt = instance.put(names);
    const status = instance.call('transform', this.#handle, at, input.length, format(from ?? (asObject ? 'json' : 'auto')), format(to ?? 'json'), namesAt, names.length);
    instance.call('free', at);
    instance.call('free', namesAt);
    if (status !== 0) throw instance.error();
    if (to === 'binary') return instance.block(0).slice();
    const text = decoder.decode(instance.block(0));
    return asObject && to === undefined ? JSON.parse(text) : text;
  }

  /** Bytes of memory that the scorer holds. */
  get memory() {
    return this.#instance.memory.buffer.byteLength;
  }

  /** Frees the model. The scorer cannot be used afterwards. */
  close() {
    if (this.#handle) this.#instance.call('close', this.#handle);
    this.#handle = 0;
  }
}

function format(name) {
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name];
  throw new PageleapError('usage', `no frame format ${JSON.stringify(name)}; there are ${Object.keys(FORMATS).join(', ')}`);
}

const closed = () => new PageleapError('usage', 'this scorer is closed');

function unknownColumn(name, inputs) {
  return new PageleapError('schema', `no input ${JSON.stringify(name)}; there are: ${inputs.map((c) => JSON.stringify(c.name)).join(', ')}`);
}

// A schema's field in one shape: {name, type: {base, kind, nullable, dimensions?}}.
function column({ name, type }) {
  if (typeof type === 'string') return { name, base: type, kind: 'scalar', nullable: true };
  const { base, type: kind, isNullable, dimensions, key } = type;
  return {
    name,
    base,
    kind: kind === 'basic' ? 'scalar' : kind,
    nullable: isNullable !== false,
    ...(dimensions && { dimensions }),
    ...(key && { key }),
  };
}

const TEXT = new Set(['string', 'byte_string']);

// The model's flat row in wasm memory: values are written and read in place,
// with one call a row.
class FlatRow {
  constructor(instance, handle, inputs, outputs) {
    this.instance = instance;
    this.inputs = inputs;
    this.outputs = outputs;
    this.at = instance.call('row', handle) >>> 0;
    if (this.at === 0) throw instance.error();
    this.held = inputs.map(() => 0); // the memory behind each string or vector
    this.room = inputs.map(() => 0);
  }

  write(row) {
    for (let i = 0; i < this.inputs.length; i++) {
      const column = this.inputs[i];
      const value = row[column.name];
      const at = this.at + CELL * i;
      if (value === null || value === undefined) {
        this.instance.view.setUint32(at, TAG.null, true);
      } else if (typeof value === 'number' || typeof value === 'boolean') {
        this.writeNumber(at, column, Number(value));
      } else if (typeof value === 'string' && column.kind === 'scalar' && TEXT.has(column.base)) {
        this.writeString(i, at, value);
      } else if (typeof value === 'bigint' && column.base === 'long') {
        const view = this.instance.view;
        view.setUint32(at, TAG.long, true);
        view.setBigInt64(at + 8, value, true);
      } else if (column.kind === 'tensor' && (Array.isArray(value) || value instanceof Float64Array) && !TEXT.has(column.base) && typeof value[0] !== 'object') {
        this.writeVector(i, at, column, value);
      } else if (column.kind !== 'scalar' && typeof value === 'object') {
        this.writeJSON(i, at, value);
      } else {
        throw wrongType(column, value);
      }
    }
  }

  writeNumber(at, column, value) {
    if (column.kind !== 'scalar' || TEXT.has(column.base)) throw wrongType(column, value);
    const view = this.instance.view;
    if (column.base === 'long') {
      if (!Number.isSafeInteger(value)) throw wrongType(column, value);
      view.setUint32(at, TAG.long, true);
      view.setBigInt64(at + 8, BigInt(value), true);
      return;
    }
    view.setUint32(at, TAG.number, true);
    view.setFloat64(at + 8, value, true);
  }

  // Room for n bytes behind input i.
  reserve(i, n) {
    if (this.room[i] < n || this.held[i] === 0) {
      if (this.held[i]) this.instance.call('free', this.held[i]);
      this.room[i] = Math.max(64, n);
      this.held[i] = this.instance.call('alloc', this.room[i]) >>> 0;
    }
    return this.held[i];
  }

  point(at, tag, n, address) {
    const view = this.instance.view;
    view.setUint32(at, tag, true);
    view.setUint32(at + 4, n, true);
    view.setUint32(at + 8, address, true);
  }

  writeString(i, at, value) {
    const address = this.reserve(i, value.length * 3);
    const bytes = this.instance.bytes;
    let n = 0;
    // encodeInto has a fixed cost that is more than most labels are worth.
    if (value.length <= 32) {
      while (n < value.length) {
        const c = value.charCodeAt(n);
        if (c > 0x7f) break;
        bytes[address + n++] = c;
      }
    }
    if (n < value.length) n = encoder.encodeInto(value, bytes.subarray(address, address + this.room[i])).written;
    this.point(at, TAG.string, n, address);
  }

  writeVector(i, at, column, value) {
    const address = this.reserve(i, value.length * 8);
    const view = this.instance.view;
    for (let k = 0; k < value.length; k++) {
      if (typeof value[k] !== 'number') throw wrongType(column, value[k]);
      view.setFloat64(address + 8 * k, value[k], true);
    }
    this.point(at, TAG.dense, value.length, address);
  }

  writeJSON(i, at, value) {
    const text = encoder.encode(JSON.stringify(value));
    const address = this.reserve(i, text.length);
    this.instance.bytes.set(text, address);
    this.point(at, TAG.json, text.length, address);
  }

  read() {
    const { view, memory } = this.instance;
    const result = {};
    let at = this.at + CELL * this.inputs.length;
    for (const column of this.outputs) {
      const n = view.getUint32(at + 4, true);
      const data = view.getUint32(at + 8, true);
      let value = null;
      switch (view.getUint32(at, true)) {
        case TAG.number:
          value = view.getFloat64(at + 8, true);
          if (column.base === 'boolean') value = value !== 0;
          break;
        case TAG.long:
          value = view.getBigInt64(at + 8, true);
          if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) value = Number(value);
          break;
        case TAG.string:
          value = decoder.decode(this.instance.bytes.subarray(data, data + n));
          break;
        case TAG.dense:
          value = new Float64Array(memory.buffer, data, n).slice();
          break;
        case TAG.sparse: {
          value = new Float64Array(view.getUint32(at + 16, true));
          const indices = view.getUint32(at + 12, true);
          for (let k = 0; k < n; k++) {
            value[view.getInt32(indices + 4 * k, true)] = view.getFloat64(data + 8 * k, true);
          }
          break;
        }
        case TAG.json:
          value = JSON.parse(decoder.decode(this.instance.bytes.subarray(data, data + n)));
          break;
      }
      result[column.name] = value;
      at += CELL;
    }
    return result;
  }
}

function wrongType(column, value) {
  const shown = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)?.slice(0, 80);
  const type = column.kind === 'scalar' ? column.base : `${column.kind} of ${column.base}`;
  return new PageleapError('schema', `input ${JSON.stringify(column.name)} is a ${type}; it cannot be ${shown}`);
}
