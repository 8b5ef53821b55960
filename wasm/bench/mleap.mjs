// MLeap on the JVM: node mleap.mjs SIZE, with the command in MLEAP. "MLEAP bench BUNDLE FRAME SECONDS" prints lines of
// "name ns_per_row=…" and bundle_load_ms; its answers are those in testdata, so they are not checked again.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, made } from './files.mjs';

const size = process.argv[2];
const rows = new Float32Array(new Uint8Array(readFileSync(fileOf('rows.f32'))).buffer);
const frame = join(made, 'rows.json');
writeFileSync(
  frame,
  JSON.stringify({
    schema: { fields: [{ name: 'features', type: { type: 'tensor', base: 'double', dimensions: [30] } }] },
    rows: Array.from({ length: rows.length / 30 }, (_, i) => [{ dimensions: [30], values: [...rows.subarray(30 * i, 30 * i + 30)] }]),
  }),
);
const text = execFileSync(process.env.MLEAP, ['bench', fileOf(`forest_${size}.zip`), frame, '3'], { encoding: 'utf8' });
const number = (pattern) => +new RegExp(`${pattern}=([0-9.]+)`).exec(text)[1];
const time = (name) => ({ med: number(`${name} +ns_per_row`) });
console.log(
  JSON.stringify({
    peer: 'MLeap on the JVM',
    size,
    ok: true,
    cold: number('bundle_load_ms'),
    single: time('rowtransformer'),
    batch: time('leapframe_whole'),
  }),
);
