// Where the files are that contenders ask for by name.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
export const root = dirname(dirname(here));
export const made = join(root, 'dist', 'bench'); // the forms that are made of the forests

export function fileOf(name) {
  if (name === 'scorer.wasm') return join(root, 'dist', name);
  if (name === 'ort.wasm') return join(here, 'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm');
  if (name === 'ydf.wasm') return join(here, 'node_modules/ydf-inference/dist/inference.wasm');
  if (name === 'ydf_L.zip') return process.env.YDF_L;
  if (name === 'expected_ydf_L.f64') return `${process.env.YDF_L}.f64`;
  if (name.startsWith('shoppers_visit')) return join(root, 'testdata', 'demo', name);
  return join(/^(rf|m2cgen|flat|walk|compiled)_/.test(name) ? made : join(root, 'testdata', 'bench'), name);
}
