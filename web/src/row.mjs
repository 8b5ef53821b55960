// The flat row: one call a row, no JSON but for lists and maps.
import { PageleapError } from './error.mjs';
import { decoder, encoder } from './instance.mjs';

const CELL = 24;
const TAG = { null: 0, number: 1, long: 2, string: 3, dense: 4, sparse: 5, json: 6 };
const TEXT = new Set(['string', 'byte_string']);

// The model's flat row in wasm memory: values are written and read in place,
// with one call a row.
export class FlatRow {
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
      } else if (
        column.kind === 'tensor' &&
        (Array.isArray(value) || value instanceof Float64Array) &&
        !TEXT.has(column.base) &&
        typeof value[0] !== 'object'
      ) {
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
