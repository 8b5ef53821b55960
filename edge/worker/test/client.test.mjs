// A client that a generator makes of the OpenAPI document, against the Worker.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { createClient } from '@hey-api/openapi-ts';
import { caseFrame, get, scratch } from './support.mjs';
import { root, start } from './workerd.mjs';

const wrangler = createRequire(createRequire(import.meta.url).resolve('wrangler/package.json'));
const { build } = wrangler('esbuild'); // Node does not run TypeScript

it('is generated from /openapi.json and scores a row', async () => {
  const worker = await start(join(root, 'dist', 'worker'));
  const { folder, remove } = scratch();
  try {
    const document = join(folder, 'openapi.json');
    writeFileSync(document, (await get(worker, '/openapi.json')).text);
    await createClient({ input: document, output: join(folder, 'client'), logs: { level: 'silent' } });
    const script = join(folder, 'client.mjs');
    await build({
      entryPoints: [join(folder, 'client', 'index.ts')],
      bundle: true,
      format: 'esm',
      platform: 'node',
      outfile: script,
      logLevel: 'error',
    });
    const { score, transformFrame, getModel } = await import(script);

    const name = 'shoppers';
    const options = { baseUrl: worker.url, path: { name } };
    const frame = caseFrame('real_uci_shoppers_rf', 'frame.json');
    const expected = caseFrame('real_uci_shoppers_rf', 'expected.json');
    const at = expected.schema.fields.findIndex((f) => f.name === 'prediction');
    const columns = frame.schema.fields.map((f) => f.name);
    const row = Object.fromEntries(frame.rows[6].map((v, i) => [columns[i], v]));

    const one = await score({ ...options, body: row, query: { select: ['prediction', 'probability'] } });
    assert.equal(one.error, undefined);
    assert.equal(one.data.prediction, expected.rows[6][at]);
    assert.deepEqual(Object.keys(one.data), ['prediction', 'probability']);
    assert.match(one.response.headers.get('x-pageleap-model'), /^shoppers@/);

    const whole = await transformFrame({ ...options, body: { schema: frame.schema, rows: frame.rows.slice(0, 3) } });
    assert.deepEqual(whole.data.rows, expected.rows.slice(0, 3));
    assert.equal((await getModel(options)).data.name, name);
    const wrong = await score({ ...options, body: { nonsense: true } });
    assert.equal(wrong.error.status, 400);
    assert.ok(wrong.error.detail);
  } finally {
    await worker.stop();
    remove();
  }
});
