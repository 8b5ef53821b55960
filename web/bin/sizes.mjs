// Prints raw, gzip and brotli sizes of files, as a visitor would download them.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kb = (n) => `${(n / 1000).toFixed(1)} kB`.padStart(11);
for (const file of process.argv.slice(2)) {
  const data = readFileSync(file);
  const brotli = brotliCompressSync(data, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: data.length,
    },
  });
  console.log(`${file}: raw ${kb(data.length)}, gzip ${kb(gzipSync(data, { level: 9 }).length)}, brotli ${kb(brotli.length)}`);
}
