// The Worker of one compiled model, as edge/README.md shows it: its files are
// taken from there, wrangler packs them, and workerd runs what that made.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { caseFile, caseFrame, pack, pageleap, post, scratch } from './support.mjs';
import { root, start } from './workerd.mjs';

const NAME = 'real_uci_shoppers_rf';

describe('a Worker of one compiled model', () => {
  let temp;
  let uploaded;
  let worker;
  before(async () => {
    temp = scratch();
    const { folder } = temp;
    const readme = readFileSync(join(root, 'edge', 'README.md'), 'utf8');
    const block = (first) => readme.slice(readme.indexOf(first)).split('```')[0];
    writeFileSync(join(folder, 'worker.mjs'), block('// worker.mjs\n'));
    writeFileSync(join(folder, 'wrangler.toml'), block('# wrangler.toml\n'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'dist', 'npm'), join(folder, 'node_modules', 'pageleap'));
    pageleap('compile', caseFile(NAME, 'bundle.proto.zip'), '-o', join(folder, 'model.wasm'));
    uploaded = pack(folder, join(folder, 'out'));
    worker = await start(uploaded, { main: 'worker.js' });
  });
  after(async () => {
    await worker?.stop();
    temp?.remove();
  });

  it('scores as Spark does', async () => {
    const { schema, rows } = caseFrame(NAME, 'frame.json');
    const expected = caseFrame(NAME, 'expected.json');
    const at = (name) => expected.schema.fields.findIndex((f) => f.name === name);
    await Promise.all(
      rows.map(async (row, i) => {
        const { status, text } = await post(worker, '/', JSON.stringify(Object.fromEntries(row.map((v, k) => [schema.fields[k].name, v]))));
        assert.equal(status, 200, text);
        const answer = JSON.parse(text);
        assert.equal(answer.prediction, expected.rows[i][at('prediction')]);
        assert.deepEqual(answer.probability, expected.rows[i][at('probability')].values);
      }),
    );
    assert.equal(worker.log, '');
  });

  it('tells what is wrong, and goes on', async () => {
    for (const [body, detail] of [
      ['{', /JSON/],
      ['{"nonsense": 1}', /nonsense/],
      ['{"Month": 3}', /Month/],
    ]) {
      const { status, text } = await post(worker, '/', body);
      assert.equal(status, 400, text);
      assert.match(JSON.parse(text).detail, detail);
    }
  });

  it('does not carry scorer.wasm', () => {
    const modules = readdirSync(uploaded).filter((f) => f.endsWith('.wasm'));
    assert.equal(modules.length, 1);
    assert.match(modules[0], /model\.wasm$/);
  });
});
