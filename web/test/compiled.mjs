// Answers the harness's jobs with modules that pageleap compile made: node compiled.mjs DIR node|chromium. DIR has jobs.json and
// the modules; the answers are JSON on standard output. All jobs run in one process, or in one page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../src/node.mjs';
import { answers } from './compiled-rows.mjs';
import { launch, site } from './site.mjs';
import { root } from './support.mjs';

const [, , dir, where] = process.argv;
process.stdout.write(where === 'chromium' ? await inChromium() : await inNode());

async function inNode() {
  const jobs = JSON.parse(readFileSync(join(dir, 'jobs.json')));
  return JSON.stringify(await answers(jobs, (module) => load({ module: join(dir, module) })));
}

// The package's sources are modules that a page takes as they are.
async function inChromium() {
  const { url, stop } = await site({ files: { '/': '<!doctype html>' }, dirs: [dir, join(root, 'web')] });
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    return await page.evaluate(async () => {
      const [{ load }, { answers }] = await Promise.all([import('/src/browser.mjs'), import('/test/compiled-rows.mjs')]);
      const jobs = await (await fetch('/jobs.json')).json();
      return JSON.stringify(await answers(jobs, (module) => load({ module: `/${module}` })));
    });
  } finally {
    await browser.close();
    await stop();
  }
}
