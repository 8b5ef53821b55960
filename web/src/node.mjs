// pageleap in Node, where addresses may be files too.
import { readFile } from 'node:fs/promises';
import { loader } from './load.mjs';
import { PageleapError } from './error.mjs';

export const { load, compile } = loader({ wasm: () => new URL('./scorer.wasm', import.meta.url), read });

async function read(source, what) {
  if (source instanceof URL ? source.protocol !== 'file:' : /^[a-z][a-z0-9+.-]+:\/\//i.test(source)) {
    if (!String(source).startsWith('file:')) return undefined;
    source = new URL(source);
  }
  try {
    return await readFile(source);
  } catch (cause) {
    const why = cause.code === 'ENOENT' ? 'no such file' : cause.message;
    throw new PageleapError('network', `${what}: ${source}: ${why}`, { cause });
  }
}

export { PageleapError };
export { FORMATS, Scorer } from './scorer.mjs';
export { assign } from './experiment.mjs';
export { track } from './track.mjs';
