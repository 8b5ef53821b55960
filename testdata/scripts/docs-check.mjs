// Runs the commands and the code of the documentation: make docs-check.
//
//   node testdata/scripts/docs-check.mjs [FILE.md…]
//
// Every fenced block of every *.md is tried, by its language:
//
//   sh          is run by bash -eu in a copy of the project with dist/ built and on the PATH
//   go          is compiled, and run if it is a program (package main)
//   js ts       is checked by TypeScript against the package's types; fragments in order, as one file for each document
//   html        its scripts are parsed
//   python      is parsed
//   json        is parsed, whole or line by line
//   toml        is parsed
//   (none)      is a picture or an output, and is not code
//
// A comment before a block says what else is to be done or why it is not:
//
//   <!-- docs-check: skip, REASON -->      the block is not tried
//   <!-- docs-check: long, REASON -->      only that its make targets exist
//   <!-- docs-check: first, COMMAND -->    COMMAND is run before the block (and is not shown to the reader)
//   <!-- docs-check: server, ADDRESS -->   the block's first line runs, until the rest has, once ADDRESS answers
//   <!-- docs-check: given, NAMES -->     a block of js uses these names of the reader's own
//   <!-- docs-check: run -->               a block of js is run by Node
//   <!-- docs-check: inside, GO -->        a block of go is the body of a function that begins with GO
//   <!-- docs-check: output -->            what the block before printed; "…" stands for anything
//   <!-- docs-check: fragment, REASON -->  a block of go or js that is only parsed
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const web = createRequire(join(root, 'web', 'package.json'));
const scratch = mkdtempSync(join(tmpdir(), 'docs-check-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const faults = [];
const count = { run: 0, checked: 0, skipped: 0, outputs: 0 };

/** The fenced blocks of a document, each with what the comments before it say. */
function blocks(file) {
  const found = [];
  let notes = [];
  let open = null;
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .forEach((line, i) => {
      const fence = /^( *)```(\w*)/.exec(line);
      const note = /^<!-- docs-check: (\w+)(?:, (.*))? -->$/.exec(line.trim());
      if (open && fence && !fence[2]) {
        found.push({ ...open, text: open.lines.join('\n') });
        open = null;
      } else if (open) {
        open.lines.push(line.slice(open.indent));
      } else if (fence) {
        open = {
          file,
          line: i + 1,
          language: fence[2],
          indent: fence[1].length,
          lines: [],
          notes: Object.fromEntries(notes),
          firsts: notes.filter(([k]) => k === 'first').map(([, v]) => v),
        };
        notes = [];
      } else if (note) {
        notes.push([note[1], note[2] ?? '']);
      } else if (line.trim()) {
        if (notes.length) faults.push(`${file}:${i + 1}: a docs-check comment stands before no block`);
        notes = [];
      }
    });
  if (open) faults.push(`${file}:${open.line}: the block does not end`);
  return found;
}

function fault(block, what, output = '') {
  faults.push(`${block.file}:${block.line}: ${what}\n${output.replace(/^/gm, '    ').trimEnd()}`);
}

/** A copy of the project for one document: its files as they are, dist and the packages linked. */
function copy() {
  const dir = mkdtempSync(join(scratch, 'project-'));
  const skip = new Set(['.git', 'dist', 'node_modules', '.wrangler']);
  cpSync(root, dir, { recursive: true, preserveTimestamps: true, filter: (path) => !skip.has(basename(path)) });
  for (const path of ['dist', 'web/node_modules', 'edge/worker/node_modules'])
    if (existsSync(join(root, path))) symlinkSync(join(root, path), join(dir, path));
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(join(root, 'dist', 'npm'), join(dir, 'node_modules', 'pageleap'));
  return dir;
}

// Packages are links, which npm must not install into; curl fails where a server answers with an error.
writeFileSync(join(scratch, '.curlrc'), 'fail\n');
const env = {
  ...process.env,
  CURL_HOME: scratch,
  PATH: `${join(root, 'dist')}:${process.env.PATH}`,
  NO_COLOR: '1',
  MAKEFLAGS: '--old-file=web/node_modules --old-file=edge/worker/node_modules',
};
const LIMIT = 120_000; // ms

function bash(dir, text) {
  return spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', text], {
    cwd: dir,
    env,
    encoding: 'utf8',
    timeout: LIMIT,
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const why = (r) => (r.error ? `${r.error.message}` : `exit code ${r.status}`);

const targets = new Set([...readFileSync(join(root, 'Makefile'), 'utf8').matchAll(/^([a-z-]+):/gm)].map((m) => m[1]));

async function shell(block, dir) {
  if ('long' in block.notes) {
    for (const [, target] of block.text.matchAll(/\bmake +(?:[A-Z_]+=\S+ +)*([a-z-]+)/g)) {
      if (!targets.has(target)) fault(block, `there is no target ${target}`);
    }
    count.skipped++;
    return '';
  }
  for (const first of block.firsts) {
    const r = bash(dir, first);
    if (r.status !== 0) fault(block, `before it, ${first}: ${why(r)}`, r.stderr);
  }
  let text = block.text;
  let server;
  if ('server' in block.notes) {
    let end = block.lines.findIndex((l) => !l.endsWith('\\')) + 1;
    text = block.lines.slice(end).join('\n');
    server = spawn('bash', ['-c', block.lines.slice(0, end).join('\n')], { cwd: dir, env, detached: true, stdio: 'ignore' });
    const until = Date.now() + LIMIT;
    for (;;) {
      if (
        await fetch(block.notes.server).then(
          () => true,
          () => false,
        )
      )
        break;
      if (server.exitCode !== null || Date.now() > until) {
        fault(block, `nothing answers at ${block.notes.server}`);
        break;
      }
      await new Promise((r) => setTimeout(r, 100));
    }
  }
  const r = bash(dir, text);
  if (server?.pid) {
    try {
      process.kill(-server.pid, 'SIGTERM');
    } catch {
      // it has ended
    }
    await new Promise((r) => (server.exitCode !== null || server.signalCode !== null ? r() : server.once('exit', r)));
  }
  count.run++;
  if (r.status !== 0) fault(block, why(r), `${text}\n${r.stderr}`);
  return r.stdout;
}

/** Compiles statements as the body of a function that begins with what the note says. */
function goInside(block, dir, n) {
  const known = {
    engine: 'engine',
    frame: 'engine/frame',
    bundle: 'engine/bundle',
    transform: 'engine/transform',
    host: 'wasm/host',
    edge: 'edge',
    server: 'edge/server',
  };
  const body = `${block.notes.inside}\n${block.text}`;
  const used = (name) => new RegExp(`\\b${name}\\.`).test(body);
  const imports = [
    ...['context', 'errors', 'fmt', 'io', 'log', 'os'].filter(used),
    ...Object.keys(known)
      .filter(used)
      .map((name) => `github.com/pageleap/pageleap/${known[name]}`),
    ...(used('http') ? ['net/http'] : []),
  ];
  // What a reader would use next is used here, for the compiler's sake.
  const names = new Set([...body.matchAll(/^([\w, ]+) :=/gm)].flatMap((m) => m[1].split(/, */)).filter((v) => v !== '_'));
  const at = join(dir, `docs_check_${n}`);
  mkdirSync(at);
  writeFileSync(
    join(at, 'p.go'),
    `package p\n\nimport (\n${imports.map((i) => `"${i}"\n`).join('')})\n\nfunc _() {\n${body}\n${[...names].map((v) => `_ = ${v}\n`).join('')}}\n`,
  );
  const r = bash(dir, `go build ./${basename(at)}`);
  count.checked++;
  if (r.status !== 0) fault(block, why(r), r.stderr);
  return '';
}

function go(block, dir, n) {
  const program = /^package /m.test(block.text);
  if (!program && 'inside' in block.notes) return goInside(block, dir, n);
  if (!program) {
    if (!('fragment' in block.notes)) fault(block, 'is no whole file of Go; mark it "fragment" with the reason');
    const text = block.text.replaceAll('…', '');
    const gofmt = (input) => spawnSync('gofmt', ['-e'], { input, encoding: 'utf8' });
    const declarations = gofmt(`package p\n\n${text}\n`);
    const r = declarations.status === 0 ? declarations : gofmt(`package p\n\nfunc _() {\n${text}\n}\n`);
    count.checked++;
    if (r.status !== 0) fault(block, 'is not Go', r.stderr);
    return '';
  }
  const at = join(dir, `docs_check_${n}`);
  mkdirSync(at);
  writeFileSync(join(at, 'main.go'), block.text);
  const main = /^package main$/m.test(block.text);
  const skipRun = 'fragment' in block.notes;
  const r = main && !skipRun ? bash(dir, [...block.firsts, `go run ./${basename(at)}`].join('\n')) : bash(dir, `go vet ./${basename(at)}`);
  count[main && !skipRun ? 'run' : 'checked']++;
  if (r.status !== 0) fault(block, why(r), r.stderr);
  return r.stdout;
}

/** TypeScript looks at the blocks of a document as one file, so that a later one may use what an earlier one names. */
const typed = new Map();

function js(block, dir) {
  if ('run' in block.notes) {
    const r = bash(dir, [...block.firsts, `node --input-type=module <<'END_OF_BLOCK'\n${block.text}\nEND_OF_BLOCK`].join('\n'));
    count.run++;
    if (r.status !== 0) fault(block, why(r), r.stderr);
    return r.stdout;
  }
  try {
    web('esbuild').transformSync(block.text, { loader: block.language === 'js' ? 'jsx' : 'tsx', format: 'esm', logLevel: 'silent' });
  } catch (e) {
    fault(block, 'does not parse', e.message);
  }
  count.checked++;
  if (!('fragment' in block.notes)) typed.set(block.file, [...(typed.get(block.file) ?? []), block]);
  return '';
}

function typeCheck() {
  const dir = join(scratch, 'types');
  mkdirSync(dir);
  const lines = new Map();
  for (const [file, list] of typed) {
    let out, where, named;
    const begin = () => ([out, where, named] = [['export {};'], [null], new Set()]);
    const end = (line) => {
      const name = `${file.replaceAll(/\W/g, '_')}_${line}.tsx`;
      writeFileSync(join(dir, name), out.join('\n'));
      lines.set(name, where);
    };
    begin();
    for (const block of list) {
      // A name that an earlier block has already: here another file begins.
      const names = [...block.text.matchAll(/^(?:const|let|function|class|import) *\{?([\w, ]+)/gm)]
        .flatMap((m) => m[1].split(/[ ,]+/))
        .filter(Boolean);
      if (names.some((n) => named.has(n))) {
        end(block.line);
        begin();
      }
      names.forEach((n) => named.add(n));
      if (block.notes.given) {
        out.push(
          `declare const ${block.notes.given
            .split(/, */)
            .map((n) => `${n}: any`)
            .join(', ')};`,
        );
        where.push(null);
      }
      block.lines.forEach((l, i) => {
        out.push(l);
        where.push([block, i]);
      });
    }
    end('last');
  }
  const types = join(root, 'web', 'node_modules', '@types');
  if (existsSync(types)) {
    mkdirSync(join(dir, 'node_modules'));
    symlinkSync(types, join(dir, 'node_modules', '@types'));
    symlinkSync(join(root, 'web', 'node_modules', 'csstype'), join(dir, 'node_modules', 'csstype'));
  }
  const src = (f) => [join(root, 'web', 'src', f)];
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        noEmit: true,
        target: 'es2022',
        lib: ['es2022', 'dom'],
        module: 'esnext',
        moduleResolution: 'bundler',
        jsx: 'react-jsx',
        types: [],
        strict: true,
        noImplicitAny: false,
        strictNullChecks: false,
        useUnknownInCatchVariables: false,
        skipLibCheck: true,
        paths: { pageleap: src('index.d.ts'), 'pageleap/bare': src('index.d.ts'), 'pageleap/react': src('react.d.ts') },
      },
      include: ['*.tsx', 'wasm.d.ts'],
    }),
  );
  // How Workers import modules.
  writeFileSync(join(dir, 'wasm.d.ts'), "declare module '*.wasm' {\n  const module: WebAssembly.Module;\n  export default module;\n}\n");
  const tsc = join(dirname(web.resolve('typescript/package.json')), 'bin', 'tsc');
  const r = spawnSync(process.execPath, [tsc, '--pretty', 'false', '-p', dir], { cwd: dir, encoding: 'utf8' });
  if (r.status === 0) return;
  for (const line of (r.stdout + r.stderr).split('\n')) {
    const m = /^([\w.]+)\((\d+),\d+\): (.*)/.exec(line);
    const [block, i] = (m && lines.get(m[1])?.[m[2] - 1]) || [];
    if (block) faults.push(`${block.file}:${block.line + 1 + i}: ${m[3]}`);
    else if (m) faults.push(line);
  }
  if (!r.stdout.includes('error')) faults.push(`tsc: ${r.stdout}${r.stderr}`);
}

function html(block) {
  for (const [, script] of block.text.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g))
    try {
      web('esbuild').transformSync(script, { loader: 'js', format: 'esm', logLevel: 'silent' });
    } catch (e) {
      fault(block, 'its script does not parse', e.message);
    }
  count.checked++;
}

// parse has Python read the block.
function parse(block, program) {
  const r = spawnSync('python3', ['-c', program], { input: block.text, encoding: 'utf8' });
  count.checked++;
  if (r.status !== 0) fault(block, `is not ${block.language}`, r.stderr);
}

function json(block) {
  count.checked++;
  const parses = (text) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  if (!parses(block.text) && !block.lines.every((l) => !l.trim() || parses(l))) fault(block, 'is not JSON');
}

/** Compares an output with what a document says of it, in which … stands for anything. */
function output(block, printed) {
  count.outputs++;
  const pattern = block.text
    .trim()
    .split('…')
    .map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/[ \t]+$/gm, ''))
    .join('[\\s\\S]*?');
  const got = printed.trim().replace(/[ \t]+$/gm, '');
  if (!new RegExp(`^${pattern}$`).test(got)) fault(block, 'the block before it prints something else:', got.slice(0, 4000));
}

async function check(file) {
  let dir;
  let printed = null;
  let n = 0;
  for (const block of blocks(file)) {
    if (faults.length > 50) return;
    if ('output' in block.notes) {
      if (printed === null) fault(block, 'there is no block before it that was run');
      else output(block, printed);
      continue;
    }
    printed = null;
    if ('skip' in block.notes) {
      if (!block.notes.skip) fault(block, 'it is skipped for no reason');
      count.skipped++;
      continue;
    }
    switch (block.language) {
      case '':
        break;
      case 'sh':
        printed = await shell(block, (dir ??= copy()));
        break;
      case 'go':
        printed = go(block, (dir ??= copy()), n++);
        break;
      case 'js':
      case 'ts':
      case 'jsx':
      case 'tsx':
        printed = js(block, 'run' in block.notes ? (dir ??= copy()) : null);
        break;
      case 'html':
        html(block);
        break;
      case 'python':
        parse(block, 'import ast, sys; ast.parse(sys.stdin.read())');
        break;
      case 'json':
        json(block);
        break;
      case 'toml':
        parse(block, 'import sys, tomllib; tomllib.load(sys.stdin.buffer)');
        break;
      default:
        fault(block, `nobody knows how to try a block of ${block.language}`);
    }
  }
  if (dir) rmSync(dir, { recursive: true, force: true });
}

/** Links between documents lead somewhere. */
function links(file) {
  const text = readFileSync(join(root, file), 'utf8')
    .replace(/^ *```[\s\S]*?^ *```/gm, '')
    .replace(/`[^`\n]*`/g, '');
  for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:|^#/.test(target)) continue;
    if (!existsSync(join(root, dirname(file), decodeURI(target.split('#')[0]))))
      faults.push(`${file}: the link to ${target} leads nowhere`);
  }
}

function documents() {
  const r = spawnSync(
    'find',
    ['.', '-name', '*.md', '-not', '-path', '*/node_modules/*', '-not', '-path', './dist/*', '-not', '-path', './.git/*'],
    { cwd: root, encoding: 'utf8' },
  );
  return r.stdout
    .trim()
    .split('\n')
    .map((f) => relative('.', f))
    .sort();
}

const files = process.argv.length > 2 ? process.argv.slice(2).map((f) => relative(root, f) || f) : documents();
for (const file of files) {
  const before = faults.length;
  const start = Date.now();
  await check(file);
  links(file);
  console.log(`${faults.length > before ? 'FAULTS' : 'ok    '} ${file} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}
if (typed.size) typeCheck();
for (const f of faults) console.error(f);
console.log(
  `${count.run} blocks run, ${count.outputs} outputs compared, ${count.checked} checked, ${count.skipped} skipped with a reason; ${faults.length} faults`,
);
process.exitCode = faults.length ? 1 : 0;
