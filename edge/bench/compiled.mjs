// A Worker around a module that pageleap compile made of the model: the least
// that scores.
import { load } from './bare.mjs';
import module from './model.wasm';

const scorer = await load({ module });

export default {
  async fetch(request) {
    return Response.json(scorer.transform(await request.json()));
  },
};
