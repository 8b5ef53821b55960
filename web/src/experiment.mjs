// Experiments in the page: which variant a visit has, by a salted hash of its
// random key.
import { PageleapError } from './error.mjs';
import { encoder } from './text.mjs';

/**
 * The variant of a visit: always the same for the same experiment and key. The
 * experiment is one of the edge's document, and the function is the edge's
 * (edge/experiment): testdata/experiments holds both to the same answers.
 * @param {{name: string, salt?: string, variants: {name: string, weight: number}[]}} experiment
 * @param {string} key
 */
export function assign(experiment, key) {
  const { name, salt = name, variants } = experiment ?? {};
  const weights = Array.isArray(variants) ? variants.map((v) => v?.weight ?? 0) : [];
  if (!weights.some((w) => w > 0) || !weights.every((w) => w >= 0 && w < Infinity)) {
    throw new PageleapError('usage', 'experiment: give variants, [{ name, weight }], with weights from 0 up, not all 0');
  }
  return { ...variants[key === '' ? 0 : pick(weights, unit(salt, key))], experiment: name };
}

/** Maps a key to a number from 0 to below 1: FNV-1a, and Murmur3's last steps to spread it. */
export function unit(salt, key) {
  let h = 0x811c9dc5;
  for (const byte of encoder.encode(`${salt}:${key}`)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** The index of the variant whose share u falls on. */
export function pick(weights, u) {
  const total = weights.reduce((a, w) => a + w, 0);
  let sum = 0;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    if (u < (sum += weights[i] / total)) return i;
    if (weights[i] > 0) last = i;
  }
  return last; // the shares add up to a little less than 1
}
