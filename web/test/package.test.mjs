// The npm package as it would be published: its files, types and conditions.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { caseFile, root } from './support.mjs';

const npm = join(root, 'dist', 'npm');
const read = (file) => readFileSync(join(npm, file), 'utf8');
const BUNDLE = caseFile('real_uci_shoppers_rf', 'bundle.json.zip');

let project; // of someone who has installed the package
before(() => {
  project = mkdtempSync(join(tmpdir(), 'pageleap-'));
  mkdirSync(join(project, 'node_modules'));
  cpSync(npm, join(project, 'node_modules', 'pageleap'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type": "module"}');
});
after(() => rmSync(project, { recursive: true }));

const node = (...args) => execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', stdio: 'pipe' });

describe('the package', () => {
  it('has all that its manifest names', () => {
    const { exports, bin, types, unpkg, jsdelivr, dependencies, scripts } = JSON.parse(read('package.json'));
    const named = [
      types,
      unpkg,
      jsdelivr,
      ...Object.values(bin),
      ...Object.values(exports).flatMap((e) => (typeof e === 'string' ? e : Object.values(e))),
    ];
    assert.ok(named.length > 10);
    for (const file of named) readFileSync(join(npm, file));
    assert.deepEqual([dependencies, scripts], [undefined, undefined], 'nothing is installed or run beside it');
  });

  it('weighs 12 kB of script at most, after brotli', () => {
    for (const file of ['pageleap.mjs', 'pageleap.js', 'worker.js']) assert.ok(brotliCompressSync(read(file)).length <= 12_000, file);
    assert.ok(brotliCompressSync(read('bare.mjs')).length <= 7_000);
  });

  it('has no dynamic code, no blob: and no address of anyone', () => {
    for (const file of readdirSync(npm).filter((f) => /\.m?js$/.test(f))) {
      const code = read(file);
      const none = (pattern) => assert.deepEqual(code.match(pattern) ?? [], [], file);
      none(/\beval\b\(|new Function|blob:|createObjectURL|importScripts|document\.write|innerHTML/g);
      none(/sendBeacon|XMLHttpRequest|WebSocket|EventSource|RTCPeer|\bcookie\b|indexedDB/g);
      none(/https?:\/\/(?!x\b)[^"'`\s)]+/g); // x is what paths are made whole with
      assert.equal(code.match(/\bfetch\(/g)?.length ?? 0, file === 'react.mjs' ? 0 : 1, `${file} fetches in one place`);
    }
  });

  it('has an entry without scorer.wasm', async () => {
    const { load } = await import(join(npm, 'bare.mjs'));
    assert.ok(!read('bare.mjs').includes('./scorer.wasm'));
    assert.ok(read('bare.mjs').startsWith('//# allFunctionsCalledOnLoad\n'));
    await assert.rejects(load({ bundle: new Uint8Array(1) }), { kind: 'usage', message: /load\(\{ module \}\)/ });
  });

  it('scores in Node, with its own scorer.wasm', () => {
    writeFileSync(
      join(project, 'score.mjs'),
      `import { load, PageleapError } from 'pageleap';
       const scorer = await load({ bundle: ${JSON.stringify(BUNDLE)} });
       const row = Object.fromEntries(scorer.inputs.map((c) => [c.name, c.base === 'string' ? 'x' : 1]));
       console.log(scorer.score({ ...row, Month: 'Nov', VisitorType: 'New_Visitor', Weekend: 'FALSE' }).probability.length);
       await load({ bundle: 'nowhere.zip' }).catch((e) => console.log(e instanceof PageleapError, e.kind, e.message));
       await load({ bundle: new URL('file:///nowhere.zip') }).catch((e) => console.log(e.kind));`,
    );
    assert.deepEqual(node('score.mjs').trim().split('\n'), ['2', 'true network bundle: nowhere.zip: no such file', 'network']);
  });

  it('can be imported on a server, where there is no page to track', () => {
    writeFileSync(
      join(project, 'server.mjs'),
      `import { track } from 'pageleap'; try { track({}) } catch (e) { console.log(e.kind, e.message) }`,
    );
    assert.equal(node('server.mjs').trim(), 'usage track: there is no page here; call it in the browser');
  });

  it('brings the command line', () => {
    const out = node(
      'node_modules/pageleap/bin/pageleap.mjs',
      'transform',
      BUNDLE,
      caseFile('real_uci_shoppers_rf', 'frame.json'),
      '--format',
      'csv',
      '--select',
      'prediction',
    );
    assert.equal(out.trim().split('\n').length, 201);
  });

  it('has types that hold', () => {
    cpSync(join(root, 'web', 'test', 'types'), join(project, 'types'), { recursive: true });
    for (const name of ['@types', 'csstype'])
      cpSync(join(root, 'web', 'node_modules', name), join(project, 'node_modules', name), { recursive: true });
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
    for (const resolution of ['bundler', 'nodenext']) {
      const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
      try {
        node(
          tsc,
          '--noEmit',
          '--strict',
          '--target',
          'es2022',
          '--lib',
          'es2022,dom',
          '--jsx',
          'react-jsx',
          '--module',
          module,
          '--moduleResolution',
          resolution,
          '--types',
          '',
          'types/use.ts',
          'types/hook.tsx',
        );
      } catch (e) {
        assert.fail(e.stdout);
      }
    }
  });
});
