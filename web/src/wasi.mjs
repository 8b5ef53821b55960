// What scorer.wasm may ask of its host: the time, random bytes and a line on
// stderr. The rest of WASI answers "bad file descriptor".
import { PageleapError } from './error.mjs';
import { decoder } from './text.mjs';

export function wasi(instance) {
  // There are no arguments and there is no environment to get.
  const none = (a, b) => {
    const { u32 } = instance.look();
    u32[a >>> 2] = u32[b >>> 2] = 0;
    return 0;
  };
  const some = {
    args_sizes_get: none,
    environ_sizes_get: none,
    clock_time_get: (id, _precision, at) => {
      const { u32 } = instance.look();
      const ns = Math.round((id === 0 ? Date.now() : performance.now()) * 1e6);
      u32[at >>> 2] = ns;
      u32[(at >>> 2) + 1] = ns / 2 ** 32;
      return 0;
    },
    random_get: (at, n) => {
      crypto.getRandomValues(instance.look().bytes.subarray(at, at + n));
      return 0;
    },
    // The first of the vectors: the module comes again with the rest.
    fd_write: (_fd, vectors, _n, written) => {
      const { u32, bytes } = instance.look();
      const [at, n] = u32.subarray(vectors >>> 2);
      instance.stderr = (instance.stderr + decoder.decode(bytes.subarray(at, at + n))).slice(0, 400);
      u32[written >>> 2] = n;
      return 0;
    },
    proc_exit: (code) => {
      throw new PageleapError('trap', `exit code ${code}`);
    },
    sched_yield: () => 0,
  };
  return { wasi_snapshot_preview1: new Proxy(some, { get: (_, name) => some[name] ?? (() => 8) }) };
}
