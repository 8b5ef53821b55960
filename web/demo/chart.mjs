// The probability over the visit, as a line; with the threshold and the band in
// which a visit stays in its segment.
import { percent, s } from './dom.mjs';

const WIDTH = 360;
const HEIGHT = 150;
const [LEFT, RIGHT, TOP, BOTTOM] = [34, 8, 10, 20];

/** @param {{n: number, probability: number, segment: string, label: string}[]} points */
export function chart(points, { threshold, hysteresis }) {
  const top = Math.max(0.3, Math.ceil(Math.max(0, ...points.map((p) => p.probability)) * 10 + 0.5) / 10);
  const high = Math.min(1, top);
  const first = points[0]?.n ?? 1;
  const last = Math.max(points.at(-1)?.n ?? 1, first + 9);
  const x = (n) => LEFT + ((n - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (p) => TOP + (1 - p / high) * (HEIGHT - TOP - BOTTOM);
  const line = points.map((p, i) => `${i === 0 ? 'M' : 'L'}${x(p.n).toFixed(1)} ${y(p.probability).toFixed(1)}`).join('');
  const now = points.at(-1);
  const steps = high > 0.6 ? 0.25 : 0.1;
  const grid = Array.from({ length: Math.floor(high / steps + 1e-9) + 1 }, (_, i) => i * steps);
  const summary = now
    ? `Probability of a purchase after each event: ${percent(points[0].probability)} at first, ${percent(now.probability)} after ${now.n} events. The threshold is ${percent(threshold)}.`
    : 'No event has been scored yet.';
  const area = now && `${line}L${x(now.n).toFixed(1)} ${y(0)}L${x(first).toFixed(1)} ${y(0)}Z`;
  return s(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'chart', role: 'img', 'aria-label': summary },
    ...grid.flatMap((p) => [
      s('path', { class: 'grid', d: `M${LEFT} ${y(p)}H${WIDTH - RIGHT}` }),
      s('text', { class: 'tick', x: LEFT - 6, y: y(p) + 3.5, 'text-anchor': 'end' }, percent(p, 0)),
    ]),
    s('rect', {
      class: 'band',
      x: LEFT,
      width: WIDTH - LEFT - RIGHT,
      y: y(threshold + hysteresis),
      height: y(threshold - hysteresis) - y(threshold + hysteresis),
    }),
    s('path', { class: 'threshold', d: `M${LEFT} ${y(threshold)}H${WIDTH - RIGHT}` }),
    s('text', { class: 'tick', x: LEFT + 2, y: y(threshold + hysteresis) - 4 }, 'threshold'),
    s('text', { class: 'tick', x: LEFT, y: HEIGHT - 5 }, `event ${first}`),
    s('text', { class: 'tick', x: WIDTH - RIGHT, y: HEIGHT - 5, 'text-anchor': 'end' }, `${last}`),
    now && s('path', { class: 'area', d: area }),
    now && s('path', { class: 'line', d: line }),
    ...points.map((p) =>
      s(
        'circle',
        { class: `dot ${p.segment}`, cx: x(p.n), cy: y(p.probability), r: p === now ? 4.5 : 2.5 },
        s('title', null, `${p.label}: ${percent(p.probability)}`),
      ),
    ),
  );
}
