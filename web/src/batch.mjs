// Batches: columns of numbers in one call.
import { PageleapError } from './error.mjs';
import { unknownColumn } from './row.mjs';

// How many numbers a row has of a column. A batch has numbers, and vectors whose
// size the bundle says.
function width({ name, kind, base, dimensions }) {
  if (!base.endsWith('string')) {
    if (kind === 'scalar') return 1;
    if (kind === 'tensor' && dimensions?.length === 1 && dimensions[0] > 0) return dimensions[0];
  }
  throw new PageleapError('schema', `column ${JSON.stringify(name)} is a ${kind} of ${base}, which a batch cannot have`);
}

/** Makes what scores batches: see scoreBatch. */
export function batches(instance, handle, inputs, all, wanted) {
  const names = inputs.map((c) => c.name);
  let at = 0; // the memory of the columns
  let room = 0;
  return (columns, rows) => {
    if (!instance.exports.scores) throw new PageleapError('usage', 'scoreBatch: this module takes single rows; use score, or scorer.wasm');
    if (!Number.isInteger(rows) || rows < 0) throw new PageleapError('usage', `rows: give a number of rows, not ${rows}`);
    for (const name in columns) if (!names.includes(name)) throw unknownColumn(name, names, 'input');
    // The addresses first, then the columns.
    let size = 8 * (inputs.length + all.length);
    const place = (column, data) => {
      const n = width(column) * rows;
      if (data && data.length !== n)
        throw new PageleapError('shape', `input ${JSON.stringify(column.name)} has ${data.length} numbers for ${rows} rows, not ${n}`);
      const from = size / 8;
      size += 8 * n;
      return [from, n, data, column.name];
    };
    const parts = inputs.map((c) => (columns[c.name] == null ? 0 : place(c, columns[c.name])));
    parts.push(...all.map((c) => wanted.includes(c) && place(c)));
    if (room < size) {
      if (at) instance.call('free', at);
      at = 0;
      at = instance.alloc(size);
      room = size;
    }
    const base = at >>> 3;
    const { u32, f64 } = instance;
    parts.forEach((part, i) => {
      u32[base * 2 + i] = part ? (base + part[0]) * 8 : 0;
      if (part[2]) f64.set(part[2], base + part[0]);
    });
    if (instance.call('scores', handle, rows, at)) throw instance.error();
    const answer = {};
    for (const [from, n, data, name] of parts.filter((part) => part)) {
      if (!data) answer[name] = instance.f64.slice(base + from, base + from + n);
    }
    return answer;
  };
}
