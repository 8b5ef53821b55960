// pageleap without scorer.wasm, for modules that pageleap compile made. Where what
// is imported is shipped, as with Workers, scorer.wasm would come along for
// nothing.
import { PageleapError } from './error.mjs';
import { loader } from './load.mjs';

export const { load, compile } = loader({
  wasm: () => {
    throw new PageleapError(
      'usage',
      'pageleap/bare has no scorer.wasm: give a compiled module, load({ module }), or wasm beside the bundle',
    );
  },
});
export { PageleapError };
export { FORMATS, Scorer } from './scorer.mjs';
export { assign } from './experiment.mjs';
