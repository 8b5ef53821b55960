// Compiled, not run: what the types let through and what they stop.
import { assign, compile, load, PageleapError, track, type Score } from 'pageleap';

const scorer = await load({ bundle: '/visitor.zip' });
const answer = scorer.score({ channel: 'email', pages: 3, missing: null, vector: [1, 2], list: ['a'] });
const p: number | undefined = answer?.probability?.[1];
scorer.inputs.map((c) => c.name.toUpperCase() + c.base);
const rows: unknown[][] = scorer.transform({ schema: { fields: [] }, rows: [] }).rows;
const csv: string = scorer.transform('a,b', { from: 'csv', to: 'ndjson', select: ['prediction'] });
const bytes: Uint8Array = scorer.transform('a,b', { to: 'binary' });
scorer.close();

const remote = await load({ bundle: new URL('https://shop.example/visitor.zip'), worker: true, integrity: { bundle: 'sha256-…' } });
const later: Promise<unknown> = remote.score({});
await load({ bundle: await fetch('/x'), wasm: await compile() });
await load({ bundle: new ArrayBuffer(8), signal: AbortSignal.timeout(1000) });

const tracker = track({
  scorer: (variant) => load({ bundle: variant?.bundle ?? '/visitor.zip' }),
  experiment: {
    name: 'bundle',
    variants: [
      { name: 'a', weight: 1, bundle: '/a.zip' },
      { name: 'b', weight: 2 },
    ],
  },
  consent: () => document.cookie.includes('consent=yes'),
  context: { returning: true },
  onScore: ({ probability, segment, next }: Score) => [probability?.toFixed(2), segment === 'buy', next[0]?.page],
  onError: (e) => e.kind === 'network',
});
tracker.event('add_to_cart', { item: '123', price: 59.9 });
(await tracker.ready).close();
document.addEventListener('pageleap:score', ({ detail }) => detail.segment);
assign({ name: 'x', variants: [{ name: 'a', weight: 1 }] }, 'key').experiment;
if (new Error() instanceof PageleapError) throw new PageleapError('usage', 'no');

// @ts-expect-error: a bundle is needed
load({});
// @ts-expect-error: no such kind
new PageleapError('nothing', '');
// @ts-expect-error: a scorer is needed
track({ threshold: 0.5 });
// @ts-expect-error: the worker answers later
remote.score({}).probability;
void [p, rows, csv, bytes, later];
