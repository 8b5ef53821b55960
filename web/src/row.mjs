// The flat row: one call a row, no JSON but for lists and maps.
import { PageleapError } from './error.mjs';
import { decoder, encoder } from './text.mjs';

// A cell, and its tags.
const CELL = 24;
const NULL = 0;
const NUMBER = 1;
const LONG = 2;
const STRING = 3;
const DENSE = 4;
const SPARSE = 5;
const JSON_TEXT = 6;
const LIST = 7;
const UNWANTED = 255;
const TWO32 = 2 ** 32;

// What a column holds: the tag that its values have, or one of these.
const BOOLEAN = 8;
const VECTOR = 9;
const OTHER = 10;

function holds({ kind, base }) {
  const text = base === 'string' || base === 'byte_string';
  if (kind === 'scalar') return text ? STRING : base === 'long' ? LONG : base === 'boolean' ? BOOLEAN : NUMBER;
  return kind === 'tensor' && !text ? VECTOR : OTHER;
}

// The model's flat row in wasm memory, at this address: values are written and read in place,
// with one call a row. wanted are the outputs to read.
//
// A score may take less than a microsecond, so that this file avoids what costs
// tens of nanoseconds: DataViews, closures, calls by name, typed arrays of
// typed arrays. What is frequent stands first and apart from what is not, for
// compilers to inline.
export class FlatRow {
  #instance;
  #inputs;
  #names = [];
  #byName = new Map();
  #kinds = [];
  #cells = []; // as indices of u32
  #wanted = [];
  #wantedCells = [];
  #texts = []; // what each output of text was the last time
  #held = []; // the memory behind each string or vector
  #room = []; // its size
  #written = []; // the string that is in it
  #order = []; // the inputs in the order of the last row's columns
  #given = []; // the last row that had the input
  #rows = 0;

  constructor(instance, at, inputs, outputs = [], wanted = []) {
    this.#instance = instance;
    this.#inputs = inputs;
    let cell = at >>> 2;
    for (const column of inputs) {
      this.#byName.set(column.name, this.#names.length);
      this.#names.push(column.name);
      this.#kinds.push(holds(column));
      this.#cells.push(cell);
      cell += CELL / 4;
    }
    for (const column of outputs) {
      const reads = wanted.includes(column);
      instance.u32[cell] = reads ? NULL : UNWANTED;
      if (reads) {
        this.#wanted.push(column);
        this.#wantedCells.push(cell);
      }
      cell += CELL / 4;
    }
  }

  write(row) {
    const names = this.#names;
    const order = this.#order;
    const given = this.#given;
    const now = (this.#rows = (this.#rows + 1) | 0);
    let n = 0;
    for (const name in row) {
      let i = n < order.length ? order[n] : 0;
      if (names[i] !== name) {
        i = this.#byName.get(name);
        if (i === undefined) throw unknownColumn(name, names, 'input');
        order[n] = i;
      }
      n++;
      given[i] = now;
      this.set(i, row[name]);
    }
    if (n === names.length) return;
    // What is left out is null, or a getter of the row's class.
    for (let i = 0; i < names.length; i++) {
      if (given[i] !== now) this.set(i, row[names[i]]);
    }
  }

  set(i, value) {
    const kind = this.#kinds[i];
    if ((kind === NUMBER || kind === BOOLEAN) && (typeof value === 'number' || typeof value === 'boolean')) {
      const { u32, f64 } = this.#instance;
      const cell = this.#cells[i];
      u32[cell] = NUMBER;
      f64[(cell + 2) >>> 1] = +value;
    } else if (kind === VECTOR && value instanceof Float64Array) {
      this.#setVector(i, value);
    } else {
      this.#setOther(i, kind, value);
    }
  }

  #setOther(i, kind, value) {
    const { u32, bare } = this.#instance;
    const cell = this.#cells[i];
    if (value === null || value === undefined) {
      u32[cell] = NULL;
    } else if (kind === STRING && typeof value === 'string') {
      this.#setString(i, value);
    } else if (kind === LONG && putLong(u32, cell + 2, typeof value === 'boolean' ? +value : value)) {
      u32[cell] = LONG;
    } else if (kind === VECTOR && Array.isArray(value) && typeof value[0] !== 'object') {
      this.#setVector(i, value);
    } else if (kind >= VECTOR && typeof value === 'object' && !bare) {
      this.#setJSON(i, value);
    } else if (kind === VECTOR && value.dimensions?.length === 1) {
      this.#setVector(i, value.values, value.indices?.flat(), value.dimensions[0]);
    } else if (kind === OTHER && this.#inputs[i].kind === 'list' && Array.isArray(value)) {
      this.#setList(i, value);
    } else {
      throw wrongType(this.#inputs[i], value);
    }
  }

  // Room for n bytes behind input i.
  #reserve(i, n) {
    if (this.#room[i] < n || !this.#held[i]) {
      if (this.#held[i]) this.#instance.call('free', this.#held[i]);
      this.#held[i] = 0; // should there be no more
      this.#held[i] = this.#instance.alloc((this.#room[i] = Math.max(64, n)));
    }
    return this.#held[i];
  }

  #point(i, tag, n, address) {
    const { u32 } = this.#instance;
    const cell = this.#cells[i];
    u32[cell] = tag;
    u32[cell + 1] = n;
    u32[cell + 2] = address;
  }

  #setString(i, value) {
    if (this.#written[i] === value) {
      this.#instance.u32[this.#cells[i]] = STRING;
      return;
    }
    const address = this.#reserve(i, value.length * 3);
    this.#point(i, STRING, putText(this.#instance.bytes, address, value), address);
    this.#written[i] = value;
  }

  // indices: of a sparse vector of this size.
  #setVector(i, value, indices, size) {
    const n = value.length;
    const address = this.#reserve(i, n * 12);
    const { f64, u32 } = this.#instance;
    const at = address >>> 3;
    if (value instanceof Float64Array) {
      f64.set(value, at);
    } else {
      for (let k = 0; k < n; k++) {
        if (typeof value[k] !== 'number') throw wrongType(this.#inputs[i], value[k]);
        f64[at + k] = value[k];
      }
    }
    this.#point(i, indices ? SPARSE : DENSE, n, address);
    if (indices) {
      u32.set(indices, at + at + 2 * n);
      u32[this.#cells[i] + 3] = address + 8 * n;
      u32[this.#cells[i] + 4] = size;
    }
  }

  // A list, for modules that read no JSON: 8 bytes an element, a number, a long,
  // or the address and length of a text.
  #setList(i, list) {
    const { base } = this.#inputs[i];
    const text = base === 'string';
    let room = 8 * list.length;
    for (const x of list) if (typeof x === 'string') room += 3 * x.length;
    const at = this.#reserve(i, room);
    const { bytes, u32, f64 } = this.#instance;
    let word = at >>> 2;
    let end = at + 8 * list.length;
    for (const x of list) {
      if (text ? typeof x !== 'string' : base === 'long' ? !putLong(u32, word, x) : typeof x !== 'number' && typeof x !== 'boolean')
        throw wrongType(this.#inputs[i], x);
      if (text) {
        u32[word] = end;
        end += u32[word + 1] = putText(bytes, end, x);
      } else if (base !== 'long') f64[word >>> 1] = x;
      word += 2;
    }
    this.#point(i, LIST, list.length, at);
  }

  // Gives back the memory behind inputs. The row cannot be used afterwards.
  release() {
    for (const address of this.#held) if (address) this.#instance.call('free', address);
  }

  #setJSON(i, value) {
    const text = encoder.encode(JSON.stringify(value));
    const address = this.#reserve(i, text.length);
    this.#instance.bytes.set(text, address);
    this.#point(i, JSON_TEXT, text.length, address);
  }

  read() {
    const { u32, f64 } = this.#instance;
    const wanted = this.#wanted;
    const row = {};
    for (let k = 0; k < wanted.length; k++) {
      const cell = this.#wantedCells[k];
      row[wanted[k].name] = u32[cell] === DENSE ? vector(f64, u32[cell + 2] >>> 3, u32[cell + 1]) : this.#readOther(k, cell);
    }
    return row;
  }

  #readOther(k, cell) {
    const { u32, f64, bytes } = this.#instance;
    const n = u32[cell + 1];
    const at = u32[cell + 2];
    switch (u32[cell]) {
      case NUMBER: {
        const value = f64[(cell + 2) >>> 1];
        return this.#wanted[k].base === 'boolean' ? value !== 0 : value;
      }
      case LONG: {
        const value = (u32[cell + 3] | 0) * TWO32 + at;
        return Number.isSafeInteger(value) ? value : BigInt(u32[cell + 3] | 0) * 0x1_0000_0000n + BigInt(at);
      }
      case STRING:
        return this.#text(k, at, n);
      case SPARSE: {
        const value = new Float64Array(u32[cell + 4]);
        const indices = u32[cell + 3] >>> 2;
        for (let j = 0; j < n; j++) value[u32[indices + j]] = f64[(at >>> 3) + j];
        return value;
      }
      case LIST:
        return this.#list(this.#wanted[k].base, at, n);
      case JSON_TEXT:
        return JSON.parse(decoder.decode(bytes.subarray(at, at + n)));
      default:
        return null;
    }
  }

  #list(base, at, n) {
    const { u32, f64, bytes } = this.#instance;
    return Array.from({ length: n }, (_, k) => {
      const word = (at >>> 2) + 2 * k;
      if (base === 'string') return decoder.decode(bytes.subarray(u32[word], u32[word] + u32[word + 1]));
      if (base === 'long') return (u32[word + 1] | 0) * TWO32 + u32[word];
      return base === 'boolean' ? f64[word >>> 1] !== 0 : f64[word >>> 1];
    });
  }

  // The text of an output, which is often the one it was before.
  #text(k, at, n) {
    const { bytes } = this.#instance;
    const last = this.#texts[k];
    if (last?.length === n) {
      let j = 0;
      while (j < n && bytes[at + j] === last.charCodeAt(j) && bytes[at + j] < 0x80) j++;
      if (j === n) return last;
    }
    return (this.#texts[k] = decoder.decode(bytes.subarray(at, at + n)));
  }
}

// Writes a whole number as 64 bits, and says whether it is one.
function putLong(u32, at, value) {
  const big = typeof value === 'bigint';
  if (!big && !Number.isSafeInteger(value)) return false;
  u32[at] = big ? Number(BigInt.asUintN(32, value)) : value; // modulo 2 ** 32
  u32[at + 1] = big ? Number(BigInt.asUintN(32, value >> 32n)) : Math.floor(value / TWO32);
  return true;
}

// Writes a text, for which there are three bytes a character, and gives its length.
function putText(bytes, at, text) {
  let n = 0;
  // encodeInto has a fixed cost that is more than most labels are worth.
  if (text.length <= 32) {
    while (n < text.length) {
      const c = text.charCodeAt(n);
      if (c > 0x7f) break;
      bytes[at + n++] = c;
    }
  }
  return n < text.length ? encoder.encodeInto(text, bytes.subarray(at, at + 3 * text.length)).written : n;
}

// A copy of n elements; slice has a fixed cost that is more than a few are worth.
function vector(f64, at, n) {
  if (n > 32) return f64.slice(at, at + n);
  const copy = new Float64Array(n);
  for (let k = 0; k < n; k++) copy[k] = f64[at + k];
  return copy;
}

function wrongType(column, value) {
  const shown = typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)?.slice(0, 80);
  const type = column.kind === 'scalar' ? column.base : `${column.kind} of ${column.base}`;
  return new PageleapError('schema', `input ${JSON.stringify(column.name)} is a ${type}; it cannot be ${shown}`);
}

export function unknownColumn(name, names, what) {
  return new PageleapError('schema', `no ${what} ${JSON.stringify(name)}; there are: ${names.map((n) => JSON.stringify(n)).join(', ')}`);
}
