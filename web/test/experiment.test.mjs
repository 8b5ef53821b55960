// Experiments: the page and the edge give a key the same variant.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { assign, pick, unit } from '../src/experiment.mjs';
import { root } from './support.mjs';

describe('an experiment', () => {
  it('agrees with the edge on who gets what', () => {
    const { units, picks } = JSON.parse(readFileSync(join(root, 'testdata', 'experiments', 'assignment.json'), 'utf8'));
    for (const { salt, key, hash } of units) assert.equal(unit(salt, key) * 2 ** 32, hash, `${salt} ${key}`);
    for (const { weights, unit: u, variant } of picks) assert.equal(pick(weights, u), variant);
  });

  it('shares visits out by weight, independently of other salts', () => {
    const experiment = (salt) => ({
      name: 'x',
      salt,
      variants: [
        { name: 'control', weight: 90 },
        { name: 'new', weight: 10, bundle: '/new.zip' },
      ],
    });
    const keys = Array.from({ length: 20_000 }, (_, i) => `visit ${i}`);
    const isNew = (salt) => keys.filter((key) => assign(experiment(salt), key).name === 'new');
    const [a, b] = [isNew('a'), isNew('b')];
    assert.ok(Math.abs(a.length / keys.length - 0.1) < 0.01, `${a.length}`);
    assert.ok(Math.abs(a.filter((key) => b.includes(key)).length / keys.length - 0.01) < 0.004);
    assert.deepEqual(assign(experiment('a'), a[0]), { name: 'new', weight: 10, bundle: '/new.zip', experiment: 'x' });
    assert.equal(assign(experiment('a'), '').name, 'control', 'who has no key is the control');
  });

  it('says what is wrong with its variants', () => {
    for (const variants of [undefined, [], [{ name: 'a' }], [{ weight: -1 }, { weight: 2 }], [{ weight: Infinity }]]) {
      assert.throws(
        () => assign({ name: 'x', variants }, 'key'),
        (e) => e.kind === 'usage' && /give variants/.test(e.message),
      );
    }
  });
});
