// Prints what each group of ops adds to scorer.wasm: builds the module again
// without the group's lines in the table of ops, and takes the difference.
//
//   node wasm/op-sizes.mjs        (or: make op-sizes)
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const table = resolve('engine/transform/table.go');
const source = readFileSync(table, 'utf8');
const [head, ...groups] = source.split(/^\t\/\/ /m);
const dir = mkdtempSync(join(tmpdir(), 'op-sizes-'));

// The size of the module with this table.
function size(text) {
  const replacement = join(dir, 'table.go');
  const overlay = join(dir, 'overlay.json');
  writeFileSync(replacement, text);
  writeFileSync(overlay, JSON.stringify({ Replace: { [table]: replacement } }));
  const out = join(dir, 'scorer.wasm');
  execFileSync('make', ['-s', '-B', join('dist', 'scorer.wasm'), `WASM_OUT=${out}`, `WASM_MORE=-overlay=${overlay}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const data = readFileSync(out);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  return brotliCompressSync(data, { params }).length;
}

try {
  const end = '}\n';
  const whole = size(source);
  const none = size(head + end);
  console.log('| group | ops | kB after brotli |\n|---|---|---|');
  console.log(`| no ops at all: Go's runtime, bundles, frames, the plan | 0 | ${(none / 1000).toFixed(0)} |`);
  groups.forEach((group, i) => {
    const title = group.slice(0, group.indexOf('\n')).replace(/\.$/, '');
    const others = groups.filter((_, k) => k !== i);
    const without = size([head, ...others].join('\t// ') + (i === groups.length - 1 ? end : ''));
    console.log(`| ${title} | ${group.match(/^\t\{"/gm)?.length ?? 0} | ${((whole - without) / 1000).toFixed(0)} |`);
  });
  console.log(`| all (groups share code, so that the sum is more than the parts) | | ${(whole / 1000).toFixed(0)} |`);
} finally {
  rmSync(dir, { recursive: true });
}
