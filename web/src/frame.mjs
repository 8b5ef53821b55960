// Frames for modules that take rows alone: those that pageleap compile makes.
import { PageleapError } from './error.mjs';
import { unknownColumn } from './row.mjs';

/** Runs a leap frame through score, row by row. Rows that are dropped are left out. Vectors come back dense. */
export function transformRows(frame, { to, select, inputs, fields }, score) {
  const given = frame.schema?.fields;
  if (to || !given?.map || !frame.rows?.map)
    throw new PageleapError('usage', 'transform: a compiled module takes and gives {schema, rows} only; use scorer.wasm for text');
  const index = (list, name) => {
    const names = list.map((f) => f.name);
    if (!names.includes(name)) throw unknownColumn(name, names, 'column');
    return names.indexOf(name);
  };
  const read = inputs.map(({ name }) => [name, index(given, name)]);
  // What the pipeline gives in place of a column stands where that was.
  const out = [...new Set(given.map((f) => fields.find((o) => o.name === f.name) ?? f).concat(fields))];
  const kept = select ? select.map((name) => out[index(out, name)]) : out;
  const rows = [];
  frame.rows.forEach((row, i) => {
    try {
      if (row.length !== given.length) throw new PageleapError('format', `${row.length} values for ${given.length} columns`);
      const answer = score(Object.fromEntries(read.map(([name, k]) => [name, row[k]])));
      if (answer) rows.push(kept.map((f) => (fields.includes(f) ? cell(answer[f.name]) : row[given.indexOf(f)])));
    } catch (cause) {
      throw new PageleapError(cause.kind ?? 'format', `row ${i}: ${cause.message}`, { cause });
    }
  });
  return { schema: { fields: kept }, rows };
}

const cell = (value) => (value instanceof Float64Array ? { dimensions: [value.length], values: Array.from(value) } : value);
