// A loaded bundle, in this thread.
import { PageleapError } from './error.mjs';
import { transformRows } from './frame.mjs';
import { batches } from './batch.mjs';
import { FlatRow, unknownColumn } from './row.mjs';
import { decoder, encoder } from './text.mjs';

/** The written forms of frames, by their number in the ABI. */
export const FORMATS = { json: 0, ndjson: 1, csv: 2, binary: 3, auto: 255 };

/** A loaded bundle. */
export class Scorer {
  #instance;
  #zip; // null: the model is in the module; undefined: the scorer is closed
  #handle;
  #row; // the flat row
  #batch;
  #all; // the pipeline's outputs
  #fields; // of the outputs, as leap frames have them
  #visit; // null: the model takes no events

  /** @hidden: made by load */
  constructor(instance, zip, outputs, info) {
    this.#instance = instance;
    this.#zip = zip;
    this.#handle = instance.load(zip);
    info ??= instance.describe(this.#handle);
    /** The bundle's name, and the versions of what wrote it. */
    this.name = info.name;
    this.uid = info.uid;
    this.version = info.version;
    /** The columns to give and those that come back. */
    this.inputs = info.inputs.fields.map(column);
    this.#fields = info.outputs.fields;
    this.#all = this.#fields.map(column);
    this.outputs = pick(this.#all, outputs);
  }

  // The instance that has the model: a fresh one where the last one trapped.
  #live() {
    if (this.#zip === undefined) throw closed();
    if (this.#instance.dead) {
      this.#instance = this.#instance.renewed();
      this.#row = this.#batch = undefined;
      this.#handle = this.#instance.load(this.#zip);
    }
    return this.#instance;
  }

  /**
   * Scores one row: {column: value} in, {column: value} out. A column that is
   * left out is null. Vectors are arrays of numbers; they come back as
   * Float64Array. Throws a PageleapError where the row cannot be scored, and
   * gives null for a row that handle_invalid = skip drops.
   */
  score(row) {
    const instance = this.#live();
    const flat = (this.#row ??= this.#flat(this.#handle));
    flat.write(row);
    return scored(instance, this.#handle, flat);
  }

  /**
   * Scores many rows of numbers at once: {column: numbers} in and {column:
   * Float64Array} out, of a vector its elements row after row. A column that is
   * left out is null in every row. Where an output is null, and in rows that
   * handle_invalid = skip drops, there is NaN.
   * @param {Object<string, ArrayLike<number>>} columns
   * @param {number} rows
   */
  scoreBatch(columns, rows) {
    const instance = this.#live();
    this.#batch ??= batches(instance, this.#handle, this.inputs, this.#all, this.outputs);
    return this.#batch(columns, rows);
  }

  #flat(handle) {
    return new FlatRow(this.#instance, this.#instance.address('row', handle), this.inputs, this.#all, this.outputs);
  }

  /**
   * A visit that is scored event by event, however long it is; undefined where
   * the bundle takes no events. A scorer has one. A trap ends it: it throws until
   * it is reset.
   */
  get visit() {
    if (this.#zip === undefined) throw closed();
    if (this.#visit === undefined) {
      const begin = () => {
        const instance = this.#live();
        const handle = instance.call('visit', this.#handle);
        return handle && [instance, handle, this.#flat(handle)];
      };
      const begun = begin();
      this.#visit = begun ? new Visit(begin, begun) : null;
    }
    return this.#visit ?? undefined;
  }

  /**
   * Runs the pipeline over a frame. Takes a leap frame ({schema, rows}) and
   * gives one back; or, with formats named, takes and gives text or bytes.
   * @param {object|string|Uint8Array} frame
   * @param {{from?: string, to?: string, select?: string[]}} options
   */
  transform(frame, { from, to, select } = {}) {
    const instance = this.#live();
    const asObject = typeof frame === 'object' && !ArrayBuffer.isView(frame);
    if (instance.bare) {
      // A row of its own, whose cells are the same.
      this.#row?.release();
      this.#row = undefined;
      const flat = new FlatRow(instance, instance.address('row', this.#handle), this.inputs, this.#all, this.#all);
      try {
        return transformRows(frame, { to, select, inputs: this.inputs, fields: this.#fields }, (row) => {
          flat.write(row);
          return scored(instance, this.#handle, flat);
        });
      } finally {
        flat.release();
      }
    }
    const input = asObject ? encoder.encode(JSON.stringify(frame)) : typeof frame === 'string' ? encoder.encode(frame) : frame;
    const names = encoder.encode(select ? select.join('\0') : '');
    const at = instance.put(input);
    const namesAt = instance.put(names);
    const status = instance.call(
      'transform',
      this.#handle,
      at,
      input.length,
      format(from ?? (asObject ? 'json' : 'auto')),
      format(to ?? 'json'),
      namesAt,
      names.length,
    );
    instance.call('free', at);
    instance.call('free', namesAt);
    if (status !== 0) throw instance.error();
    if (to === 'binary') return instance.block(0).slice();
    const text = decoder.decode(instance.block(0));
    return asObject && to === undefined ? JSON.parse(text) : text;
  }

  /** Bytes of memory that the scorer holds. */
  get memory() {
    return this.#instance?.memory.buffer.byteLength ?? 0;
  }

  /** Frees the model and its memory. The scorer cannot be used afterwards. */
  close() {
    this.#zip = this.#instance = this.#row = this.#batch = this.#visit = undefined;
  }
}

function scored(instance, handle, flat) {
  const status = instance.score(handle);
  if (status === 2) return null;
  if (status !== 0) throw instance.error();
  return flat.read();
}

// The cells of an event.
const EVENT = Object.entries({
  event: 'string',
  ts: 'long',
  page: 'string',
  page_type: 'string',
  item: 'string',
  category: 'string',
  price: 'double',
  quantity: 'double',
}).map(([name, base]) => ({ name, base, kind: 'scalar' }));

class Visit {
  #begin;
  #instance;
  #handle;
  #row;
  #event;

  // begin gives the instance, the visit's handle there and its flat row.
  constructor(begin, begun) {
    this.#begin = begin;
    this.#take(begun);
  }

  #take(begun) {
    [this.#instance, this.#handle, this.#row] = begun;
    this.#event = new FlatRow(this.#instance, this.#instance.address('event', this.#handle), EVENT);
  }

  /** Adds events, and scores the visit; row has the bundle's inputs that are not of the events. */
  score(events = [], row = {}) {
    for (const event of events) {
      this.#event.write(event);
      if (this.#instance.call('add', this.#handle) !== 0) throw this.#instance.error();
    }
    this.#row.write(row);
    return scored(this.#instance, this.#handle, this.#row);
  }

  /** Forgets the events: another visit begins. */
  reset() {
    if (this.#instance.dead) this.#take(this.#begin());
    else this.#instance.call('reset', this.#handle);
  }
}

function format(name) {
  if (Object.hasOwn(FORMATS, name)) return FORMATS[name];
  throw new PageleapError('usage', `no frame format ${JSON.stringify(name)}; there are ${Object.keys(FORMATS).join(', ')}`);
}

const closed = () => new PageleapError('usage', 'this scorer is closed');

function pick(columns, names) {
  if (!names) return columns;
  return Array.from(names, (name) => {
    const found = columns.find((c) => c.name === name);
    if (found) return found;
    throw unknownColumn(
      name,
      columns.map((c) => c.name),
      'output',
    );
  });
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
