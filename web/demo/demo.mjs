// The demo: a shop as any, and the three lines that put pageleap into it; the
// rest shows what comes out.
import * as network from './network.mjs';
import { load, track } from './pageleap.mjs';
import { categoryNamed } from './catalogue.mjs';
import { panel } from './panel.mjs';
import { clock } from './sample.mjs';
import { open, route } from './shop.mjs';

// 15.5 % of the sessions that the forest was trained on bought: above that, a visit is likelier to than most.
const SEGMENT = { threshold: 0.155, hysteresis: 0.02 };

// ?worker scores in web workers.
const worker = new URLSearchParams(location.search).has('worker');
const ready = Promise.all([
  load({ bundle: 'shoppers_visit.zip', worker }),
  load({ bundle: 'next_category.zip', worker }), // the Markov chain of the categories
  load({ bundle: 'visitor_model.zip', worker }), // the forest without the stage that takes events, to ask why
]);
const [scorer, chain, forest] = [0, 1, 2].map((i) => ready.then((all) => all[i]));

open();
const view = panel({ ...SEGMENT, worker, network });

let agreed = false;
const tracker = track({
  scorer,
  ...SEGMENT,
  page: () => route().path,
  now: clock,
  consent: () => agreed,
  remember: true,
  // Who may not be remembered is new.
  context: () => (agreed ? {} : { returning: false }),
  onScore: async (score) => view.score(score, { ...(await nextOf(tracker.events)), forest: await forest }),
  onError: (error) => view.failed(error),
});
view.control({
  tracker,
  consent(answer) {
    agreed = answer;
    tracker.consent(answer);
  },
});

// The chain was trained on views of products, so it gets those, by the names that its data have.
async function nextOf(events) {
  const seen = events.filter((e) => e.event === 'view_item').map((e) => categoryNamed(e.category)?.code ?? '');
  const answer = await (await chain).score({ category: seen });
  return { seen, next: answer.next_pages.map((code, i) => ({ code, probability: answer.next_probabilities[i] })) };
}

const figures = fetch('metrics.json').then((r) => r.json());
Promise.all([ready, figures, tracker.ready]).then(
  ([scorers, metrics]) => {
    view.loaded(scorers, metrics);
    network.loaded();
    document.documentElement.dataset.ready = 'true';
  },
  (error) => view.failed(error),
);

// For the browser's console, and for tests.
globalThis.pageleapDemo = { tracker, network, ready };
