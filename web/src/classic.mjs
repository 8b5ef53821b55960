// pageleap for <script src="pageleap.js"> and tag managers: window.pageleap.
import { assign } from './experiment.mjs';
import { PageleapError } from './error.mjs';
import { loader } from './load.mjs';
import { RemoteScorer } from './remote.mjs';
import { track } from './track.mjs';

// Files are looked for beside the script. Its address is known only while it
// runs for the first time.
const script = document.currentScript;
const beside = (name) => new URL(name, script?.src || document.baseURI);

const pageleap = {
  ...loader({
    wasm: () => beside('scorer.wasm'),
    remote: (address, what, signal) => RemoteScorer.create(() => new Worker(address ?? beside('worker.js')), what, signal),
  }),
  assign,
  PageleapError,
  track,
};
window.pageleap = pageleap;

// <script src="pageleap.js" data-bundle="/visitor.zip"> starts by itself, as it
// does with data-module="/model.wasm".
const { bundle, module, threshold, consent, worker } = script?.dataset ?? {};
if (bundle || module) {
  pageleap.tracker = track({
    scorer: pageleap.load({ bundle, module, worker: worker !== undefined }),
    ...(threshold && { threshold: Number(threshold) }),
    consent: consent === 'dataLayer' ? consent : consent === 'granted',
  });
}
