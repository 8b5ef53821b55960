// A scorer in a web worker: the same calls, which give promises. The worker's
// end is worker.mjs.
import { PageleapError } from './error.mjs';
import { isAddress } from './load.mjs';

export class RemoteScorer {
  #worker;
  #waiting = new Map(); // calls that the worker has not answered, by number
  #calls = 0;
  #dead;

  static async create(start, { bundle, module, wasm, outputs, integrity }, signal) {
    const self = new RemoteScorer();
    try {
      self.#worker = start();
    } catch (cause) {
      // A script of another origin, or a Content-Security-Policy without worker-src.
      throw new PageleapError('worker', `the worker cannot start: ${cause.message}`, { cause });
    }
    self.#worker.onmessage = ({ data }) => self.#answer(data);
    self.#worker.onerror = (event) => {
      event.preventDefault?.();
      const message = event.message
        ? `the worker stopped: ${event.message}`
        : 'the worker cannot start: its file is missing, or not allowed here';
      self.#end(new PageleapError('worker', message));
    };
    const abort = () => self.#end(new PageleapError('aborted', 'loading was given up'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    try {
      const [about, visits] = await self.#call('load', {
        bundle: await portable(bundle),
        module: await portable(module),
        wasm: await portable(wasm),
        outputs,
        integrity,
      });
      Object.assign(self, about);
      if (visits) {
        self.visit = {
          score: (...args) => self.#call('visit', 'score', ...args),
          reset: () => self.#call('visit', 'reset').catch(() => {}), // what comes next says what is wrong
        };
      }
    } catch (error) {
      self.#end(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    return self;
  }

  /** As Scorer's, by promise. */
  score(row) {
    return this.#call('score', row);
  }

  /** As Scorer's, by promise. */
  transform(frame, options) {
    return this.#call('transform', frame, options);
  }

  /** Ends the worker. */
  close() {
    this.#end(new PageleapError('usage', 'this scorer is closed'));
  }

  #call(name, ...args) {
    if (this.#dead) return Promise.reject(this.#dead);
    const id = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#worker.postMessage({ id, name, args });
      } catch (cause) {
        this.#waiting.delete(id);
        reject(new PageleapError('usage', `${name}: ${cause.message}`, { cause })); // what cannot be copied
      }
    });
  }

  #answer({ id, value, error, memory }) {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.memory = memory;
    if (error) call?.reject(new PageleapError(error.kind, error.message));
    else call?.resolve(value);
  }

  #end(error) {
    this.#dead ??= error;
    this.#worker.onmessage = this.#worker.onerror = null;
    this.#worker.terminate();
    for (const call of this.#waiting.values()) call.reject(error);
    this.#waiting.clear();
  }
}

// An address means the same in the worker when it is whole; a response cannot
// go there, but what it answers can.
async function portable(source) {
  if (isAddress(source)) return new URL(source, document.baseURI).href;
  if (!(source instanceof Response)) return source;
  if (!source.ok) throw new PageleapError('network', `${source.url} answered ${source.status}`);
  return source.arrayBuffer();
}
