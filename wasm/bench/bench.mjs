// make bench: pageleap and what it is measured against, on the same forests and rows, in interleaved rounds, each contender in a
// process of its own. It prints tables and writes them to RESULTS.md.
//
//   ROUNDS=3          rounds
//   SIZES="S M L"     forests
//   ONLY=REGEX        contenders whose name fits (the names in LIST, and "cold", "pipelines", "scale", "sizes", "ops")
//   PAGES=9           fresh pages for each cold start
//   YDF_L=FILE        a forest of size L for ydf-inference, with its answers in FILE.f64
//   MLEAP=COMMAND     "COMMAND bench BUNDLE FRAME SECONDS" measures MLeap on the JVM (mleap.mjs)
//   OUT=FILE          where the tables go, - for nowhere
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { fileOf, here, made, root } from './files.mjs';

const rounds = +(process.env.ROUNDS || 3);
const sizes = (process.env.SIZES || 'S M L').split(/[\s,]+/);
const only = new RegExp(process.env.ONLY || '');
const pages = +(process.env.PAGES || 9);
const out = process.env.OUT || join(here, 'RESULTS.md');
const PIPELINES = [
  'pipeline_visitor_rf',
  'pipeline_visitor_gbt',
  'pipeline_visitor_lr',
  'pipeline_text_cv_nb',
  'real_uci_shoppers_rf',
  'hashing_tf',
  'idf',
];

const node =
  (file, contender, ...flags) =>
  (s) => [process.execPath, ...flags, join(here, file), contender, s];
const go =
  (...args) =>
  (s) => [join(made, 'bench'), args[0], s, ...args.slice(1)];
const LIST = {
  'pageleap-node': node('node.mjs', 'pageleap'),
  'pageleap-chromium': node('chromium.mjs', 'pageleap'),
  'pageleap-compiled-node': node('node.mjs', 'compiled'),
  'pageleap-compiled-chromium': node('chromium.mjs', 'compiled'),
  'pageleap-go': go('go'),
  'pageleap-wazero': go('wazero', fileOf('scorer.wasm')),
  'onnxruntime-node': node('node.mjs', 'onnxruntime'),
  'onnxruntime-chromium': node('chromium.mjs', 'onnxruntime'),
  'ydf-node': node('node.mjs', 'ydf'),
  'ydf-chromium': node('chromium.mjs', 'ydf'),
  'm2cgen-node': node('node.mjs', 'm2cgen', '--stack-size=4000'),
  'mleap-jvm': (s) => [process.execPath, join(here, 'mleap.mjs'), s],
  'loop-node': node('node.mjs', 'loop'),
  'loop-chromium': node('chromium.mjs', 'loop'),
  'loop-go': go('loop'),
  'loop-c': (s) => [join(made, 'loop'), fileOf(`flat_${s}.bin`), fileOf('rows.f32'), fileOf(`expected_${s}.f64`), s],
};

const output = (command, args) => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', cwd: root, stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
};
const hasChromium = existsSync(process.env.CHROMIUM || '/usr/bin/chromium');
const hasC = output('cc', ['--version']) !== '';
const has = { c: hasC, chromium: hasChromium, jvm: !!process.env.MLEAP };
const runs = Object.keys(LIST).filter((name) => only.test(name) && (has[name.split('-').at(-1)] ?? true));

mkdirSync(made, { recursive: true });
execFileSync('go', ['build', '-o', join(made, 'bench'), './wasm/bench'], { cwd: root, stdio: 'inherit' });
for (const s of new Set([...sizes, 'S', 'M'])) {
  if (!existsSync(fileOf(`walk_${s}.json`))) execFileSync(join(made, 'bench'), ['forms', s, made], { cwd: root, stdio: 'inherit' });
}
const bundles = {
  ...Object.fromEntries([...new Set([...sizes, 'S', 'M'])].map((s) => [s, fileOf(`forest_${s}.zip`)])),
  demo: fileOf('shoppers_visit.zip'),
  Markov: join(root, 'testdata/cases/markov_buy_synthetic/bundle.json.zip'),
};
for (const [name, bundle] of Object.entries(bundles))
  execFileSync(join(root, 'dist/pageleap'), ['compile', bundle, '-o', fileOf(`compiled_${name}.wasm`)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
if (hasC) execFileSync('cc', ['-O3', '-march=native', '-o', join(made, 'loop'), join(here, 'c', 'loop.c'), '-lm'], { stdio: 'inherit' });

// A run of one contender: what it prints, or undefined where it has nothing to say.
function measured(command, timeout = 90_000) {
  const [file, ...args] = command;
  const r = spawnSync(file, args, { cwd: root, encoding: 'utf8', timeout, maxBuffer: 1 << 26 });
  const lines = r.stdout?.split('\n').filter((l) => l.startsWith('{')) ?? [];
  if (r.status !== 0 || lines.length === 0)
    console.error(`${args.join(' ')}: ${lines.length} results\n${(r.stderr || r.error?.message || '').slice(-600)}`);
  return lines.map((l) => JSON.parse(l));
}

const results = {}; // [name][size]: a result a round
for (let round = 1; round <= rounds; round++) {
  for (const s of sizes) {
    for (const name of runs) {
      if (name.startsWith('ydf') && !existsSync(fileOf(`ydf_${s}.zip`) ?? '')) continue;
      for (const r of measured(LIST[name](s))) {
        if (!r.ok) console.error(`WRONG: ${name} ${s} is off by ${r.maxdiff}`);
        ((results[name] ??= {})[s] ??= []).push(r);
      }
    }
    console.error(`round ${round} of ${rounds}, ${s}: ${new Date().toISOString().slice(11, 19)}`);
  }
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const of = (name, s, pick) => (results[name]?.[s] ? median(results[name][s].map(pick)) : undefined);
const round3 = (x) => (x >= 100 ? x.toFixed(0) : x >= 10 ? x.toFixed(1) : x.toFixed(2));
const us = (ns) => (ns === undefined ? '—' : round3(ns / 1e3));
const ms = (t) => (t === undefined ? '—' : round3(t));
const times = (a, b) => (a === undefined || b === undefined ? '—' : `${round3(a / b)}`);

const doc = [];
const say = (...lines) => doc.push(...lines);
const keep = () => out !== '-' && writeFileSync(out, `${doc.join('\n')}\n`); // after each part: a later one may be broken off
const version = (name) => JSON.parse(readFileSync(join(here, 'node_modules', name, 'package.json'))).version;
say(
  '# Results of make bench',
  '',
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0].model}; ${rounds} interleaved rounds, each contender in a fresh process; medians.`,
  `Node ${process.versions.node}, ${output(process.env.CHROMIUM || '/usr/bin/chromium', ['--version']).trim() || 'no Chromium'}, ${output('go', ['version']).replace('go version ', '')},`,
  `onnxruntime-web ${version('onnxruntime-web')} (one thread), ydf-inference ${version('ydf-inference')}${hasC ? `, ${output('cc', ['--version']).split('\n')[0]}` : ''}.`,
  '',
);
if (runs.length) {
  say(
    '## One forest, many scorers',
    '',
    'Microseconds a row: one row a call, and in batches of 1,000. What the forests are: [testdata/bench](../../testdata/bench/README.md).',
    'Compiled modules, nested ifs and loops take batches row by row; MLeap has its RowTransformer for one row and a LeapFrame for 1,000.',
    '',
  );
  say(`| | ${sizes.map((s) => `${s}, one row | ${s}, batch`).join(' | ')} |`, `|---|${'---|'.repeat(2 * sizes.length)}`);
  for (const name of runs) {
    const peer = Object.values(results[name] ?? {})[0]?.[0].peer;
    if (!peer) continue;
    say(
      `| ${peer} | ${sizes.map((s) => `${us(of(name, s, (r) => r.single.med))} | ${us(of(name, s, (r) => r.batch.med))}`).join(' | ')} |`,
    );
  }
  const compared = (title, names, own) => {
    names = names.filter((n) => results[n] && results[own(n)]);
    if (names.length === 0) return;
    say(
      '',
      `### ${title}`,
      '',
      `| | ${sizes.map((s) => `${s}, one row | ${s}, batch`).join(' | ')} |`,
      `|---|${'---|'.repeat(2 * sizes.length)}`,
    );
    for (const name of names) {
      const cells = sizes.flatMap((s) =>
        ['single', 'batch'].map((k) => {
          const med = (n) => of(n, s, (r) => r[k].med);
          return times(med(name), med(own(name)));
        }),
      );
      say(`| ${Object.values(results[name])[0][0].peer} | ${cells.join(' | ')} |`);
    }
  };
  const others = runs.filter((n) => !n.startsWith('pageleap'));
  const where = (n) => (n.endsWith('-chromium') ? 'chromium' : /-(go|c)$/.test(n) ? 'go' : 'node');
  compared('How many times as fast pageleap is', others, (n) => `pageleap-${where(n)}`);
  compared(
    'How many times as fast a compiled module is',
    ['pageleap-node', 'pageleap-chromium', ...others.filter((n) => where(n) !== 'go')],
    (n) => `pageleap-compiled-${where(n)}`,
  );
  say(
    '',
    '## From bytes in memory to the first score',
    '',
    `Milliseconds.`,
    '',
    `| | ${sizes.join(' | ')} |`,
    `|---|${'---|'.repeat(sizes.length)}`,
  );
  for (const name of runs) {
    if (results[name])
      say(`| ${Object.values(results[name])[0][0].peer} | ${sizes.map((s) => ms(of(name, s, (r) => r.cold))).join(' | ')} |`);
  }
  say('', '| pageleap | compile the module | start it and load the bundle | first score | memory |', '|---|---|---|---|---|');
  for (const name of runs.filter((n) => results[n] && Object.values(results[n])[0][0].split)) {
    for (const s of sizes) {
      const part = (k) => ms(of(name, s, (r) => r.split[k]));
      if (results[name]?.[s])
        say(
          `| ${s}, ${Object.values(results[name])[0][0].peer} | ${part('compile')} | ${part('load')} | ${part('score')} | ${(of(name, s, (r) => r.split.memory) / 1e6).toFixed(1)} MB |`,
        );
    }
  }
}

keep();
if (only.test('cold') && hasChromium) {
  const forests = ['S', 'M'].flatMap((s) =>
    ['compiled', 'pageleap', 'onnxruntime', 'ydf', 'walk', 'loop', 'm2cgen'].map((c) => `${c}:${s}`),
  );
  const all = {};
  for (const r of measured(
    [process.execPath, join(here, 'chromium.mjs'), 'cold', pages, 'visit-compiled:demo', 'visit:demo', ...forests],
    180_000,
  )) {
    if (!r.ok) console.error(`WRONG: ${r.peer} ${r.size} is off by ${r.maxdiff}`);
    ((all[r.peer] ??= {})[r.size] ??= []).push(r.cold);
    (all[r.peer].scripts ??= []).push(r.scripts);
  }
  say(
    '',
    '## Cold starts in Chromium',
    '',
    `Milliseconds from bytes in memory to the first score, the median and the range of ${pages} fresh pages, taken in turn. "demo" is the demo`,
    "shop's pipeline, from a visit's events to a probability. The last column is what comes before: its script, fetched from this machine",
    'and run.',
    '',
    '| | demo | S | M | script |',
    '|---|---|---|---|---|',
  );
  const spread = (list) => (list ? `${ms(median(list))} (${ms(Math.min(...list))}–${ms(Math.max(...list))})` : '—');
  for (const [peer, of] of Object.entries(all))
    say(`| ${peer} | ${spread(of.demo)} | ${spread(of.S)} | ${spread(of.M)} | ${spread(of.scripts)} |`);
}

keep();
if (only.test('pipelines')) {
  say(
    '',
    '## Whole pipelines',
    '',
    'One row through the JavaScript API in Node, microseconds: all outputs, or prediction and probability alone.',
    '',
  );
  say('| testdata/genuine | all outputs | some |', '|---|---|---|');
  const all = {};
  for (let round = 0; round < rounds; round++)
    for (const r of measured([process.execPath, join(here, 'pipelines.mjs'), ...PIPELINES])) (all[r.pipeline] ??= []).push(r);
  for (const [name, list] of Object.entries(all)) {
    const some = list[0].outputs.length ? `${us(median(list.map((r) => r.some.med)))} (${list[0].outputs.join(', ')})` : '—';
    say(`| ${name} | ${us(median(list.map((r) => r.all.med)))} | ${some} |`);
  }
  if (process.env.MLEAP) {
    const dir = join(root, 'testdata/genuine/pipeline_visitor_rf');
    say(
      '',
      'MLeap on the JVM, pipeline_visitor_rf:',
      '',
      '```',
      output(process.env.MLEAP, ['bench', join(dir, 'bundle.json.zip'), join(dir, 'frame.json'), '5']),
      '```',
    );
  }
}

keep();
if (only.test('scale')) {
  say('', '## How cost grows', '', 'Natively in Go, one row at a time.', '', output(join(made, 'bench'), ['scale']));
}

keep();
if (only.test('ops')) {
  const lines = output('go', ['test', './engine', '-run', '^$', '-bench', 'Genuine', '-benchtime', '20ms']).split('\n');
  say(
    '',
    '## Each op',
    '',
    "Microseconds a row, natively in Go, over the rows that Spark's answers are kept for.",
    '',
    '| testdata/genuine | µs a row | allocations a row |',
    '|---|---|---|',
  );
  for (const line of lines) {
    const m =
      line.match(/^BenchmarkGenuine\/(\S+?)-\d+\s.*?([\d.]+) ns\/row\s+([\d.]+) allocs\/row/) ??
      line
        .match(/^BenchmarkGenuine\/(\S+?)-\d+\s.*?([\d.]+) allocs\/row\s+([\d.]+) ns\/row/)
        ?.map((v, i, a) => [a[0], a[1], a[3], a[2]][i]);
    if (m) say(`| ${m[1]} | ${us(+m[2])} | ${m[3]} |`);
  }
}

keep();
if (only.test('sizes')) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const known = {};
  const brotli = (f) => (known[f] ??= brotliCompressSync(readFileSync(f), { params }).length);
  const kB = (n) => (n / 1e3).toFixed(n < 1e5 ? 1 : 0);
  say('', '## What a page downloads', '', 'kB: as it is, after gzip, after brotli.', '', '| | raw | gzip | brotli |', '|---|---|---|---|');
  const script = join(root, 'dist/npm/pageleap.mjs');
  const ort = join(here, 'node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs');
  const ydf = join(here, 'node_modules/ydf-inference/dist');
  for (const [name, ...files] of [
    ['pageleap: scorer.wasm, pageleap.mjs', fileOf('scorer.wasm'), script],
    ['onnxruntime-web: wasm, script', fileOf('ort.wasm'), ort],
    ['ydf-inference: wasm, script', join(ydf, 'inference.wasm'), join(ydf, 'inference.js')],
    ...sizes.flatMap((s) => [
      [`compiled module ${s}`, fileOf(`compiled_${s}.wasm`)],
      [`bundle ${s}`, fileOf(`forest_${s}.zip`)],
      [`ONNX ${s}`, fileOf(`rf_${s}.onnx`)],
      [`nested ifs ${s}`, fileOf(`m2cgen_${s}.js`)],
    ]),
  ]) {
    if (!files.every(existsSync)) continue;
    const data = files.map((f) => readFileSync(f));
    const big = data.some((b) => b.length > 15e6); // brotli -11 takes a minute there
    const sum = (f) => kB(data.reduce((n, b, i) => n + f(b, files[i]), 0));
    say(
      `| ${name} | ${sum((b) => b.length)} | ${sum((b) => gzipSync(b, { level: 9 }).length)} | ${big ? '—' : sum((_, f) => brotli(f))} |`,
    );
  }
  const models = ['demo', 'Markov', ...sizes.filter((s) => s !== 'L')];
  say(
    '',
    'A page with one model, all that it needs, after brotli:',
    '',
    `| | ${models.join(' | ')} |`,
    `|---|${'---|'.repeat(models.length)}`,
  );
  for (const [name, files] of [
    ['pageleap compile: module, pageleap.mjs', (m) => [fileOf(`compiled_${m}.wasm`), script]],
    ['the module alone', (m) => [fileOf(`compiled_${m}.wasm`)]],
    ['pageleap: scorer.wasm, pageleap.mjs, bundle', (m) => [fileOf('scorer.wasm'), script, bundles[m]]],
    ['onnxruntime-web: wasm, script, ONNX', (m) => [fileOf('ort.wasm'), ort, fileOf(`rf_${m}.onnx`)]],
    ['the ONNX model alone', (m) => [fileOf(`rf_${m}.onnx`)]],
    ['nested ifs', (m) => [fileOf(`m2cgen_${m}.js`)]],
    ['walk over JSON: its nodes', (m) => [fileOf(`walk_${m}.json`)]],
    ['plain loop: its nodes', (m) => [fileOf(`flat_${m}.bin`)]],
  ]) {
    const cells = models.map((m) => (files(m).every(existsSync) ? kB(files(m).reduce((n, f) => n + brotli(f), 0)) : '—'));
    say(`| ${name} | ${cells.join(' | ')} |`);
  }
}

keep();
console.log(doc.join('\n'));
