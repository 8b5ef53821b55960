// Prints raw, gzip and brotli sizes of files, as a visitor would download them,
// and their sum. FILE=N holds a file's brotli to N kB. FILE.br is that, if there is one.
import { existsSync, readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kb = (n) => `${(n / 1000).toFixed(1)} kB`.padStart(11);
const total = { raw: 0, gzip: 0, brotli: 0, budget: 0 };
const show = (name, { raw, gzip, brotli, budget }) => {
  const held = budget ? `, of ${kb(budget).trim()}${brotli > budget ? ': OVER BUDGET' : ''}` : '';
  console.log(`${name.padEnd(24)} raw ${kb(raw)}, gzip ${kb(gzip)}, brotli ${kb(brotli)}${held}`);
};
for (const argument of process.argv.slice(2)) {
  const [file, budget = 0] = argument.split('=');
  const data = readFileSync(file);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
  };
  const size = {
    raw: data.length,
    gzip: gzipSync(data, { level: 9 }).length,
    brotli: existsSync(`${file}.br`) ? readFileSync(`${file}.br`).length : brotliCompressSync(data, { params }).length,
    budget: budget * 1000,
  };
  show(file, size);
  for (const key in total) total[key] += size[key];
}
if (process.argv.length > 3) show('together', total);
