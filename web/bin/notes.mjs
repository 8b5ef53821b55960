// Writes the notes of a release: what CHANGELOG.md says of a version, and the
// size and hash of scorer.wasm, which pages and programs can be held against.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const [version] = process.argv.slice(2);
const root = new URL('../../', import.meta.url);
const wasm = readFileSync(new URL('dist/scorer.wasm', root));
const sha = (algorithm, encoding) => createHash(algorithm).update(wasm).digest(encoding);

const sections = readFileSync(new URL('CHANGELOG.md', root), 'utf8').split(/^## /m);
const changes = sections.find((s) => s.startsWith(`${version}\n`) || s.startsWith(`${version} `));
if (!changes) throw new Error(`CHANGELOG.md has no section "## ${version}"`);

console.log(`# pageleap ${version}
${changes.slice(changes.indexOf('\n'))}
## scorer.wasm

| | |
|---|---|
| SHA-256 | \`${sha('sha256', 'hex')}\` |
| integrity | \`sha384-${sha('sha384', 'base64')}\` |
| size | ${wasm.length} bytes, ${brotliCompressSync(wasm).length} after brotli |

\`pageleap --version\` prints the same SHA-256; \`sha256sum -c SHA256SUMS\` checks all files of the release.`);
