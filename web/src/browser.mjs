// pageleap as an ES module in browsers.
import { loader } from './load.mjs';
import { RemoteScorer } from './remote.mjs';

const start = (address) => (address ? new Worker(address) : new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));

export const { load, compile } = loader({
  wasm: () => new URL('./scorer.wasm', import.meta.url),
  remote: (address, what, signal) => RemoteScorer.create(() => start(address), what, signal),
});
export { PageleapError } from './error.mjs';
export { FORMATS, Scorer } from './scorer.mjs';
export { assign } from './experiment.mjs';
export { track } from './track.mjs';
