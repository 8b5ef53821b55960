#!/usr/bin/env node
// The command line of scorer.wasm in Node: the same module that pages run.
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { load } from 'pageleap';

const USAGE = `usage: pageleap.mjs transform BUNDLE [FRAME] [--format json|ndjson|csv] [--select a,b] [--wasm FILE]
BUNDLE is a zip file; FRAME a file, or standard input where it is left out or "-".`;

// Beside the package's files; in the project, where make build leaves it.
const WASM = ['../scorer.wasm', '../../dist/scorer.wasm']
  .map((file) => fileURLToPath(new URL(file, import.meta.url)))
  .find((file) => existsSync(file));

class Usage extends Error {}

function read(path) {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (e) {
    throw new Error(`${path}: ${e.code === 'ENOENT' ? 'no such file or directory' : e.message}`);
  }
}

async function main(argv) {
  let args;
  try {
    args = parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'json' },
        select: { type: 'string' },
        wasm: { type: 'string', default: process.env.PAGELEAP_WASM ?? WASM },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (e) {
    throw new Usage(e.message);
  }
  const [command, bundle, frame = '-', ...rest] = args.positionals;
  if (args.values.help) return console.log(USAGE);
  if (command !== 'transform' || bundle === undefined || rest.length > 0) throw new Usage('wrong arguments');
  if (!['json', 'ndjson', 'csv'].includes(args.values.format))
    throw new Usage(`--format ${args.values.format}: there are json, ndjson and csv`);

  const zip = read(bundle);
  let scorer;
  try {
    scorer = await load({ wasm: read(args.values.wasm), bundle: zip });
  } catch (e) {
    throw new Error(`${bundle}: ${e.message}`);
  }
  const data = read(frame);
  let out;
  try {
    out = scorer.transform(data, { from: guess(frame), to: args.values.format, select: args.values.select?.split(',') });
  } catch (e) {
    throw new Error(`${frame === '-' ? 'standard input' : frame}: ${e.message}`);
  }
  const text = Buffer.from(out.endsWith('\n') ? out : `${out}\n`); // as a shell expects
  for (let n = 0; n < text.length;) n += writeSync(1, text, n);
}

// The frame's format by its file's name, else by its text.
function guess(path) {
  if (/\.csv$/i.test(path)) return 'csv';
  if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson';
  return 'auto';
}

main(process.argv.slice(2)).catch((e) => {
  console.error(`pageleap: ${e.message}`);
  if (e instanceof Usage) console.error(USAGE);
  process.exitCode = e instanceof Usage ? 2 : 1;
});
