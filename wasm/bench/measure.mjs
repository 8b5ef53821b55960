// What the contenders in JavaScript share. It runs in Node and in Chromium, so it reads no files itself.
export const N = 1000;
export const F = 30;

/** The benchmark's rows in the forms that contenders take. */
export function rowsOf(bytes) {
  const f32 = new Float32Array(bytes.slice().buffer);
  const f64 = Float64Array.from(f32);
  const each = (all) => Array.from({ length: N }, (_, i) => all.slice(i * F, i * F + F));
  return { f32, f64, rows32: each(f32), rows64: each(f64), arrays: each(f64).map((r) => Array.from(r)) };
}

export const doubles = (bytes) => new Float64Array(bytes.slice().buffer);

/**
 * Fifteen times about 20 ms of each f in turn, which does `per` rows a call, after a warm-up: {med, min} in nanoseconds a row, of
 * each. In turn, as the machine's speed may change: what is measured in the same rounds can be compared.
 * @param {[f: (i: number) => any, per: number][]} list
 */
export async function measure(list, isAsync) {
  let sink = 0;
  const run = isAsync
    ? async (f, n) => {
        const t = performance.now();
        for (let i = 0; i < n; i++) sink += await f(i);
        return performance.now() - t;
      }
    : (f, n) => {
        const t = performance.now();
        for (let i = 0; i < n; i++) sink += f(i);
        return performance.now() - t;
      };
  const calls = [];
  for (const [f] of list) {
    let n = 1;
    while ((await run(f, n)) < 40) n *= 2;
    const start = performance.now();
    while (performance.now() - start < 200) await run(f, n);
    calls.push(Math.max(1, Math.round((n * 20) / (await run(f, n)))));
  }
  const all = list.map(() => []);
  for (let round = 0; round < 15; round++) {
    for (const [k, [f, per]] of list.entries()) all[k].push(((await run(f, calls[k])) * 1e6) / calls[k] / per);
  }
  return all.map((times) => {
    times.sort((a, b) => a - b);
    return { med: times[7], min: times[0], sink: sink !== 0 };
  });
}

/** How far a contender is off: one(i) gives row i's probability, all() those of all rows. */
export async function check({ one, all, expected, tolerance = 1e-12 }) {
  let maxdiff = 0;
  const p = await all();
  for (let i = 0; i < expected.length; i++) {
    maxdiff = Math.max(maxdiff, Math.abs((await one(i)) - expected[i]), Math.abs(p[i] - expected[i]));
  }
  return { maxdiff, ok: maxdiff <= tolerance };
}

/** Checks a contender and measures it. */
export async function report(contender) {
  const { peer, size, cold, split, one, all, isAsync = false } = contender;
  const checked = await check(contender);
  const [single, batch] = await measure(
    [
      [isAsync ? async (i) => await one(i % N) : (i) => one(i % N), 1],
      [isAsync ? async () => (await all())[0] : () => all()[0], N],
    ],
    isAsync,
  );
  return { peer, size, ...checked, cold, split, single, batch };
}
