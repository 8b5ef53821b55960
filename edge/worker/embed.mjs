// Writes models.mjs, the module by which a deployment holds models itself, for a
// folder that `pageleap publish` made: node embed.mjs FOLDER, which is beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const folder = process.argv[2];
const index = readFileSync(join(folder, 'index.json'), 'utf8');
const hashes = [...new Set(Object.values(JSON.parse(index).models).flatMap((m) => Object.values(m.versions)))];
writeFileSync(
  join(dirname(folder), 'models.mjs'),
  [
    ...hashes.map((hash, i) => `import b${i} from './${basename(folder)}/${hash}.zip';`),
    `export const index = ${JSON.stringify(index)};`,
    `export const bundles = { ${hashes.map((hash, i) => `'${hash}': b${i}`).join(', ')} };`,
    '',
  ].join('\n'),
);
