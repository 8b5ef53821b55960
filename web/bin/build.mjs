// Builds the npm package into dist/npm: small files that need nothing else.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { minify } from 'terser';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(web);
const out = join(root, 'dist', 'npm');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const licence = '/*! pageleap, Apache-2.0 */';
const common = {
  absWorkingDir: web,
  bundle: true,
  minify: true,
  target: ['es2022', 'chrome94', 'firefox93', 'safari15'],
  external: ['./scorer.wasm', 'node:*', 'pageleap', 'react'],
  banner: { js: licence },
  logLevel: 'warning',
};
const file = (entry, name, options) =>
  build({ ...common, entryPoints: [`src/${entry}.mjs`], outfile: join(out, name), format: 'esm', ...options });
await Promise.all([
  file('browser', 'pageleap.mjs'),
  file('node', 'node.mjs', { platform: 'node', minify: false }),
  file('workerd', 'workerd.mjs', { minify: false }),
  file('bare', 'bare.mjs'),
  file('classic', 'pageleap.js', { format: 'iife' }),
  file('worker', 'worker.js', { format: 'iife' }), // runs as a module and as a classic worker
  file('react', 'react.mjs', { minify: false, banner: { js: `'use client';\n${licence}` } }),
]);

// Chromium then compiles all functions while the script arrives, in another thread, and not each when it is first called, which
// takes longer than a compiled module does to start. Only where nearly all functions are called.
const EAGER = '//# allFunctionsCalledOnLoad\n';

// What pages download is a budget: terser takes another 3 % off what esbuild leaves.
for (const name of ['pageleap.mjs', 'pageleap.js', 'bare.mjs', 'worker.js']) {
  const options = { module: name.endsWith('.mjs'), ecma: 2022, compress: { passes: 3, unsafe_arrows: true }, format: { comments: /^!/ } };
  const { code } = await minify(readFileSync(join(out, name), 'utf8'), options);
  writeFileSync(join(out, name), (name === 'bare.mjs' ? EAGER : '') + code);
}

for (const name of ['index.d.ts', 'react.d.ts']) cpSync(join(web, 'src', name), join(out, name));
for (const name of ['README.md', 'PRIVACY.md']) cpSync(join(web, name), join(out, name));
for (const name of ['LICENSE', 'NOTICE']) cpSync(join(root, name), join(out, name));
cpSync(join(web, 'bin', 'pageleap.mjs'), join(out, 'bin', 'pageleap.mjs'));
cpSync(join(root, 'dist', 'scorer.wasm'), join(out, 'scorer.wasm'));

// The package's manifest is the project's, with the built files in place of the sources.
const {
  scripts,
  devDependencies,
  exports,
  private: _,
  prettier,
  overrides,
  ...manifest
} = JSON.parse(readFileSync(join(web, 'package.json'), 'utf8'));
writeFileSync(
  join(out, 'package.json'),
  JSON.stringify(
    {
      ...manifest,
      types: './index.d.ts',
      exports: {
        '.': {
          types: './index.d.ts',
          workerd: './workerd.mjs',
          browser: './pageleap.mjs',
          node: './node.mjs',
          default: './pageleap.mjs',
        },
        './bare': { types: './index.d.ts', default: './bare.mjs' },
        './react': { types: './react.d.ts', default: './react.mjs' },
        './pageleap.js': './pageleap.js',
        './worker.js': './worker.js',
        './scorer.wasm': './scorer.wasm',
        './package.json': './package.json',
      },
      unpkg: './pageleap.js',
      jsdelivr: './pageleap.js',
      sideEffects: ['./pageleap.js', './worker.js'],
    },
    null,
    2,
  ) + '\n',
);
