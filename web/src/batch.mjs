// Batches: columns of numbers in one call.
import { PageleapError } from './error.mjs';
import { unknownColumn } from './row.mjs';

// How many numbers a row has of a column; 0 where a batch cannot have it.
function width({ kind, base, dimensions }) {
  if (base === 'string' || base === 'byte_string') return 0;
  if (kind === 'scalar') return 1;
  return kind === 'tensor' && dimensions?.length === 1 && dimensions[0] > 0 ? dimensions[0] : 0;
}

export class Batch {
  #instance;
  #handle;
  #inputs;
  #all;
  #wanted;
  #at = 0; // the memory of the columns
  #room = 0;

  constructor(instance, handle, inputs, all, wanted) {
    this.#instance = instance;
    this.#handle = handle;
    this.#inputs = inputs;
    this.#all = all;
    this.#wanted = new Set(wanted);
  }

  score(columns, rows) {
    const instance = this.#instance;
    if (!instance.exports.scores) throw new PageleapError('wasm', 'this module scores no batches: it has no export "scores"');
    if (!Number.isInteger(rows) || rows < 0) throw new PageleapError('usage', `rows: give a number of rows, not ${rows}`);
    for (const name in columns) {
      if (!this.#inputs.some((c) => c.name === name)) {
        throw unknownColumn(
          name,
          this.#inputs.map((c) => c.name),
          'input',
        );
      }
    }
    // The addresses first, then the columns.
    const parts = [];
    let size = 8 * Math.ceil((this.#inputs.length + this.#all.length) / 2);
    const place = (column, data) => {
      const n = width(column) * rows;
      parts.push({ column, data, n, offset: size });
      size += 8 * n;
    };
    for (const column of this.#inputs) {
      const data = columns[column.name];
      if (data === undefined || data === null) parts.push(undefined);
      else {
        if (width(column) === 0) throw notNumbers(column, 'input');
        if (data.length !== width(column) * rows) {
          const message = `input ${JSON.stringify(column.name)} has ${data.length} numbers; ${rows} rows of ${width(column)} have ${width(column) * rows}`;
          throw new PageleapError('shape', message);
        }
        place(column, data);
      }
    }
    for (const column of this.#all) {
      if (!this.#wanted.has(column)) parts.push(undefined);
      else {
        if (width(column) === 0) throw notNumbers(column, 'output');
        place(column);
      }
    }
    if (this.#room < size) {
      if (this.#at) instance.call('free', this.#at);
      this.#at = 0;
      this.#at = instance.call('alloc', size) >>> 0;
      this.#room = size;
    }
    const { u32, f64 } = instance;
    parts.forEach((part, i) => {
      u32[(this.#at >>> 2) + i] = part ? this.#at + part.offset : 0;
      if (part?.data) f64.set(part.data, (this.#at + part.offset) >>> 3);
    });
    if (instance.call('scores', this.#handle, rows, this.#at) !== 0) throw instance.error();
    const answer = {};
    for (const part of parts) {
      if (!part || part.data) continue;
      const from = (this.#at + part.offset) >>> 3;
      answer[part.column.name] = instance.f64.slice(from, from + part.n);
    }
    return answer;
  }
}

function notNumbers(column, what) {
  const message = `${what} ${JSON.stringify(column.name)} is a ${column.kind} of ${column.base}: batches are of numbers, and of vectors whose size the bundle says`;
  return new PageleapError('schema', what === 'output' ? `${message}; name the outputs that load is to give` : message);
}
