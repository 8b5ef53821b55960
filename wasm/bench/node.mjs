// One contender in Node, as a process of its own: node node.mjs CONTENDER SIZE prints a line of JSON.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { contenders } from './contenders.mjs';
import { fileOf } from './files.mjs';
import { report, rowsOf } from './measure.mjs';

const [, , contender, size] = process.argv;
const get = async (name) => new Uint8Array(await readFile(fileOf(name)));
const lib = {
  ...(/pageleap|compiled/.test(contender) && (await import('../../web/src/node.mjs'))),
  ...(/^(loop|walk)$/.test(contender) && (await import('./loop.mjs'))),
  ort: contender === 'onnxruntime' && (await import('onnxruntime-web/wasm')),
  ydf: contender === 'ydf' && createRequire(import.meta.url)('ydf-inference'),
};
const rows = rowsOf(await get('rows.f32'));
const names = JSON.parse(await readFile(fileOf('feature_names.json')));
const result = await report(await contenders[contender]({ size, get, rows, names, lib }));
console.log(JSON.stringify({ ...result, peer: `${result.peer}, Node`.replace('JavaScript, Node', 'Node') }));
process.exit(0); // some leave workers behind
