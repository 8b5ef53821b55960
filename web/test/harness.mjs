// Answers the harness's jobs (lines of JSON on standard input) with the npm
// package and the scorer.wasm that the first argument names.
import { readFileSync } from 'node:fs';
import { compile, load } from '../src/node.mjs';

const module = await compile(readFileSync(process.argv[2]));
const lines = readFileSync(0, 'utf8').trim().split('\n');
const answers = [];
for (const line of lines) {
  const job = JSON.parse(line);
  let scorer;
  try {
    scorer = await load({ wasm: module, bundle: readFileSync(job.bundle) });
    const data = job.rows ? JSON.stringify(job.rows) : readFileSync(job.frame);
    answers.push({ Frame: scorer.transform(data, { from: 'auto', to: 'json' }) });
  } catch (e) {
    answers.push({ Kind: e.kind ?? 'trap', Msg: e.message });
  } finally {
    scorer?.close();
  }
}
process.stdout.write(answers.map((a) => JSON.stringify(a)).join('\n') + '\n');
