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

/** Fifteen times about 20 ms of f, which does `per` rows a call, after a warm-up: {med, min} in nanoseconds a row. */
export async function measure(f, per, isAsync) {
  let sink = 0;
  const run = isAsync
    ? async (n) => {
        const t = performance.now();
        for (let i = 0; i < n; i++) sink += await f(i);
        return performance.now() - t;
      }
    : (n) => {
        const t = performance.now();
        for (let i = 0; i < n; i++) sink += f(i);
        return performance.now() - t;
      };
  let n = 1;
  while ((await run(n)) < 40) n *= 2;
  const start = performance.now();
  while (performance.now() - start < 200) await run(n);
  n = Math.max(1, Math.round((n * 20) / (await run(n))));
  const all = [];
  for (let k = 0; k < 15; k++) all.push(((await run(n)) * 1e6) / n / per);
  all.sort((a, b) => a - b);
  return { med: all[7], min: all[0], sink: sink !== 0 };
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
  return {
    peer,
    size,
    ...(await check(contender)),
    cold,
    split,
    single: await measure(isAsync ? async (i) => await one(i % N) : (i) => one(i % N), 1, isAsync),
    batch: await measure(isAsync ? async () => (await all())[0] : () => all()[0], N, isAsync),
  };
}
