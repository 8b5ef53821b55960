// What `wrangler deploy` would deploy, called in a folder below wrangler.toml's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { caseBytes, caseFrame, pack, post, scratch } from './support.mjs';
import { root, start } from './workerd.mjs';

it('is the Worker with the models that make worker packed, and scores', async () => {
  const temp = scratch();
  try {
    const out = pack(join(root, 'edge', 'worker'), temp.folder);
    assert.deepEqual(readFileSync(join(out, 'models.mjs')), readFileSync(join(root, 'dist', 'worker', 'models.mjs')));
    const worker = await start(out);
    try {
      const { status, text } = await post(worker, '/models/shoppers/transform', caseBytes('real_uci_shoppers_rf', 'frame.json'));
      assert.equal(status, 200, text);
      assert.deepEqual(JSON.parse(text).rows, caseFrame('real_uci_shoppers_rf', 'expected.json').rows);
    } finally {
      await worker.stop();
    }
  } finally {
    temp.remove();
  }
});
