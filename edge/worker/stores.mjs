// Where models come from. A store has an index (see edge/store) and the bundles
// that it speaks of, under the names of their SHA-256:
//
//   index(etag)    {index, etag}, or undefined if that is still etag's
//   bundle(hash)   the bundle's bytes
import { bundles, index } from './models.mjs';

/** The deployment itself: modules that were uploaded with the Worker. */
export const deployment = {
  name: 'the deployment',
  index: async (etag) => (etag === 'deployed' ? undefined : { index, etag: 'deployed' }),
  bundle: async (hash) => bundles[hash],
};

const there = (found, name) => {
  if (!found) throw new Error(`there is no ${name}`);
  return found;
};

/** A folder of the deployment's static assets. */
const assets = (fetcher, prefix) => ({
  name: 'static assets',
  async get(file, etag) {
    const response = await fetcher.fetch(`https://assets.invalid/${prefix}${file}`, { headers: etag ? { 'if-none-match': etag } : {} });
    if (!response.ok && response.status !== 304) throw new Error(`${prefix}${file}: status ${response.status}`);
    return response;
  },
  async index(etag) {
    const response = await this.get('index.json', etag);
    if (response.status === 304) return undefined;
    return { index: await response.text(), etag: response.headers.get('etag') ?? undefined };
  },
  async bundle(hash) {
    return (await this.get(`${hash}.zip`)).arrayBuffer();
  },
});

/** An R2 bucket. */
const r2 = (bucket, prefix) => ({
  name: 'the R2 bucket',
  async index(etag) {
    const object = there(
      await bucket.get(`${prefix}index.json`, etag ? { onlyIf: { etagDoesNotMatch: etag } } : {}),
      `${prefix}index.json`,
    );
    return 'body' in object ? { index: await object.text(), etag: object.etag } : undefined;
  },
  async bundle(hash) {
    return there(await bucket.get(`${prefix}${hash}.zip`), `${prefix}${hash}.zip`).arrayBuffer();
  },
});

/** A KV namespace. It has no etags: the index stands for itself. */
const kv = (namespace, prefix) => ({
  name: 'the KV namespace',
  async index(etag) {
    const index = there(await namespace.get(`${prefix}index.json`), `${prefix}index.json`);
    return index === etag ? undefined : { index, etag: index };
  },
  async bundle(hash) {
    return there(await namespace.get(`${prefix}${hash}.zip`, 'arrayBuffer'), `${prefix}${hash}.zip`);
  },
});

let chosen;

/** The store that the bindings name: MODELS_R2, MODELS_KV, MODELS_ASSETS, or the deployment itself. */
export function storeOf(env) {
  if (chosen) return chosen;
  const prefix = env.MODELS_PREFIX ?? 'models/';
  if (env.MODELS_R2) chosen = r2(env.MODELS_R2, prefix);
  else if (env.MODELS_KV) chosen = kv(env.MODELS_KV, prefix);
  else if (env.MODELS_ASSETS) chosen = assets(env.MODELS_ASSETS, prefix);
  else chosen = deployment;
  return chosen;
}
