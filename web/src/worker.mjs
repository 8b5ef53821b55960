// The worker's end of remote.mjs. It has no addresses of its own: the page
// names the bundle and scorer.wasm.
import { loader } from './load.mjs';

const { load } = loader({ wasm: () => undefined });
let scorer;

self.onmessage = async ({ data: { id, name, args } }) => {
  const answer = { id };
  try {
    if (name === 'load') {
      scorer = await load(args[0]);
      const { name, uid, version, inputs, outputs, visit } = scorer;
      answer.value = [{ name, uid, version, inputs, outputs }, visit !== undefined];
    } else if (name === 'visit') {
      const [method, ...rest] = args;
      answer.value = scorer.visit[method](...rest);
    } else {
      answer.value = scorer[name](...args);
    }
  } catch (error) {
    answer.error = { kind: error.kind ?? 'error', message: error.message };
  }
  answer.memory = scorer?.memory ?? 0;
  self.postMessage(answer);
};
