// The walk through the chain's states: solid arrows where the visit went, dashed
// ones where it will probably go next.
import { percent, s } from './dom.mjs';

const AT = [
  [76, 46],
  [284, 46],
  [284, 134],
  [76, 134],
]; // where the four states stand
const R = 30;

/**
 * @param {string[]} states their names, four of them
 * @param {number[]} path the states that the visit went through
 * @param {{state: number, probability: number}[]} next
 */
export function walk(states, path, next) {
  const here = path.at(-1);
  const steps = new Map(); // how often, by from and to
  path.slice(1).forEach((to, i) => {
    const key = `${path[i]},${to}`;
    steps.set(key, (steps.get(key) ?? 0) + 1);
  });
  const seen = states.map((_, i) => path.filter((p) => p === i).length);
  const summary =
    path.length === 0
      ? 'No product has been seen yet.'
      : `The visit saw ${path.map((i) => states[i]).join(', ')}. Probably next: ${next.map((n) => `${states[n.state]} ${percent(n.probability, 0)}`).join(', ')}.`;
  return s(
    'svg',
    { viewBox: '0 0 360 180', class: 'walk', role: 'img', 'aria-label': summary },
    s(
      'defs',
      null,
      ...['went', 'next'].map((kind) =>
        s(
          'marker',
          {
            id: `arrow-${kind}`,
            class: kind,
            viewBox: '0 0 8 8',
            refX: 7,
            refY: 4,
            markerWidth: 8,
            markerHeight: 8,
            markerUnits: 'userSpaceOnUse',
            orient: 'auto-start-reverse',
          },
          s('path', { d: 'M0 0 8 4 0 8Z' }),
        ),
      ),
    ),
    ...[...steps].map(([key, n]) => {
      const [from, to] = key.split(',').map(Number);
      return s('path', {
        class: 'went',
        d: arc(from, to, 0.1),
        'stroke-width': Math.min(1.25 + n * 0.75, 5),
        'marker-end': 'url(#arrow-went)',
      });
    }),
    ...(here === undefined ? [] : next).flatMap(({ state, probability }) => {
      const [x, y] = middle(here, state, 0.3);
      return [
        s('path', {
          class: 'next',
          d: arc(here, state, 0.3),
          'stroke-opacity': 0.35 + 0.65 * probability,
          'marker-end': 'url(#arrow-next)',
        }),
        s('text', { class: 'odds', x, y: y + 4, 'text-anchor': 'middle' }, percent(probability, 0)),
      ];
    }),
    ...states.map((name, i) =>
      s(
        'g',
        { class: `state${i === here ? ' here' : ''}${seen[i] ? ' seen' : ''}` },
        s('circle', { cx: AT[i][0], cy: AT[i][1], r: R }),
        s('text', { x: AT[i][0], y: AT[i][1] + (seen[i] ? 0 : 4), 'text-anchor': 'middle' }, name),
        seen[i] ? s('text', { class: 'times', x: AT[i][0], y: AT[i][1] + 14, 'text-anchor': 'middle' }, `×${seen[i]}`) : null,
      ),
    ),
  );
}

// The control point of the curve from one state to another, bent to its left.
function control([x1, y1], [x2, y2], bend) {
  return [(x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend];
}

function arc(from, to, bend) {
  const [x1, y1] = AT[from];
  if (from === to) {
    const side = x1 < 180 ? -1 : 1; // a loop on the outer side
    const r = bend > 0.2 ? 46 : 34;
    return `M${x1 + side * 22} ${y1 - 20}c${side * r} ${-r / 2} ${side * r} ${40 + r / 2} ${side * 2} 40`;
  }
  const [x2, y2] = AT[to];
  const [cx, cy] = control(AT[from], AT[to], bend);
  const [a, b] = [edge([x1, y1], [cx, cy], R), edge([x2, y2], [cx, cy], R + 3)];
  return `M${a}Q${cx.toFixed(1)} ${cy.toFixed(1)} ${b}`;
}

function edge([x, y], [cx, cy], r) {
  const d = Math.hypot(cx - x, cy - y);
  return `${(x + ((cx - x) * r) / d).toFixed(1)} ${(y + ((cy - y) * r) / d).toFixed(1)}`;
}

function middle(from, to, bend) {
  const [x, y] = AT[from];
  if (from === to) return [x + (x < 180 ? -54 : 54), y - 30];
  const [cx, cy] = control(AT[from], AT[to], bend);
  return [(x + 2 * cx + AT[to][0]) / 4, (y + 2 * cy + AT[to][1]) / 4];
}
