// Experiments in the page: which variant a visit has, by a salted hash of its
// random key.
import { PageleapError } from './error.mjs';

/**
 * The variant of a visit: always the same for the same experiment and key.
 * @param {{name: string, salt?: string, variants: {name: string, weight?: number}[]}} experiment
 * @param {string} key
 */
export function assign(experiment, key) {
  const { name, salt = name, variants } = experiment ?? {};
  const weights = Array.isArray(variants) ? variants.map((v) => v.weight ?? 1) : [];
  const total = weights.reduce((a, b) => a + b, 0);
  if (!(total > 0) || weights.some((w) => !(w >= 0))) {
    throw new PageleapError('usage', 'experiment: give variants, [{ name, weight }], with weights that are not negative');
  }
  let at = (hash(`${salt}:${key}`) / 2 ** 32) * total;
  for (let i = 0; i < variants.length; i++) {
    at -= weights[i];
    if (at < 0) return { ...variants[i], experiment: name };
  }
  return { ...variants.at(-1), experiment: name };
}

// FNV-1a, and Murmur3's last steps to spread what differs in one place only.
function hash(text) {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
