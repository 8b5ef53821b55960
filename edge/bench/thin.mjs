// A Worker around scorer.wasm, as somebody would write it: the module that pages
// load, the npm package's own script for it, and one route. What it has not:
// models by name, formats by header, tokens, limits, experiments, the replacing
// of an instance that broke.
import { load } from './workerd.mjs';
import bundle from './bundle.zip';

let scorer;

export default {
  async fetch(request) {
    scorer ??= await load({ bundle });
    const frame = new Uint8Array(await request.arrayBuffer());
    return new Response(scorer.transform(frame, { from: 'json', to: 'json' }), { headers: { 'content-type': 'application/json' } });
  },
};
