// Whole pipelines through the JavaScript API, one row at a time, as a user's page scores them: a line of JSON each.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from '../../web/src/node.mjs';
import { fileOf, root } from './files.mjs';
import { measure } from './measure.mjs';

for (const name of process.argv.slice(2)) {
  const dir = join(root, 'testdata', 'genuine', name);
  const bundle = await readFile(join(dir, 'bundle.json.zip'));
  const frame = JSON.parse(await readFile(join(dir, 'frame.json')));
  const scorer = await load({ bundle, wasm: await readFile(fileOf('scorer.wasm')) });
  const wanted = scorer.outputs.filter((c) => c.name === 'probability' || c.name === 'prediction').map((c) => c.name);
  const some = await load({ bundle, wasm: await readFile(fileOf('scorer.wasm')), outputs: wanted.length ? wanted : undefined });
  const inputs = new Set(scorer.inputs.map((c) => c.name));
  const dense = (v) => {
    if (!v?.dimensions) return v;
    if (!v.indices) return v.values;
    const all = new Float64Array(v.dimensions[0]);
    v.indices.forEach((i, k) => (all[i] = v.values[k]));
    return all;
  };
  const rows = frame.rows
    .map((row) => Object.fromEntries(frame.schema.fields.map((f, i) => [f.name, dense(row[i])]).filter(([n]) => inputs.has(n))))
    .filter((row) => {
      try {
        return scorer.score(row) !== null;
      } catch {
        return false; // a row that is there to be refused
      }
    });
  const one = (s) => (i) => (s.score(rows[i % rows.length]) ? 1 : 0);
  const [all, fewer] = await measure([
    [one(scorer), 1],
    [one(some), 1],
  ]);
  console.log(JSON.stringify({ pipeline: name, rows: rows.length, all, some: fewer, outputs: wanted }));
}
