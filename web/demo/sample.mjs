// A visit that plays by itself: through the shop's own links and buttons, with a
// clock that is put forward between its steps.
import { byId } from './catalogue.mjs';
import { add, go } from './shop.mjs';

let ahead = 0; // ms that the clock was put forward

/** The time of the visit. */
export const clock = () => Date.now() + ahead;

// Seconds that the page before is looked at, and what comes then.
const STEPS = [
  [12, () => go('?c=skirts')],
  [35, () => go('?p=iris')],
  [50, () => go('?c=skirts')],
  [18, () => go('?p=garnet')],
  [64, () => go('?c=blouses')],
  [25, () => go('?p=maple')],
  [80, () => add(byId('maple'))],
  [9, () => go('?at=returns')],
  [30, () => go('?p=nettle')],
  [42, () => go('?at=basket')],
  [15, () => go('?c=sale')],
  [38, () => go('?p=willow')],
  [55, () => add(byId('willow'))],
  [6, () => go('?at=basket')],
  [22, () => go('?at=checkout')],
];

const PAUSE = 650; // ms between steps, as they are watched

/** Plays it, until it is over or told to stop. */
export async function play(signal) {
  for (const [seconds, step] of STEPS) {
    await new Promise((done) => setTimeout(done, PAUSE));
    if (signal.aborted) return;
    ahead += seconds * 1000;
    step();
  }
}
