// pageleap in workerd, which compiles WebAssembly when it builds, not when it
// runs: scorer.wasm is an import.
import wasm from './scorer.wasm';
import { loader } from './load.mjs';

export const { load, compile } = loader({ wasm: () => wasm });
export { PageleapError } from './error.mjs';
export { FORMATS, Scorer } from './scorer.mjs';
export { assign } from './experiment.mjs';
export { track } from './track.mjs';
