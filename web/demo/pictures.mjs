// The products' pictures, drawn here: a shape, a colour and a pattern.
import { s } from './dom.mjs';

const SHAPES = {
  straight: {
    cut: 'M66 36H134L144 216H108L100 104 92 216H56Z',
    folds: ['M100 50V104', 'M80 60 74 206', 'M120 60 126 206'],
    waist: 'M66 36H134V48H66Z',
  },
  wide: {
    cut: 'M68 36H132L158 214H108L100 104 92 214H42Z',
    folds: ['M100 50V104', 'M80 60 66 206', 'M120 60 134 206'],
    waist: 'M68 36H132V48H68Z',
  },
  cropped: {
    cut: 'M64 36H136L146 182H108L100 104 92 182H54Z',
    folds: ['M100 50V104', 'M80 60 73 174', 'M120 60 127 174'],
    waist: 'M64 36H136V48H64Z',
  },
  shorts: {
    cut: 'M62 56H138L150 158H107L100 118 93 158H50Z',
    folds: ['M100 70V118', 'M78 84 72 148', 'M122 84 128 148'],
    waist: 'M62 56H138V70H62Z',
  },
  aline: {
    cut: 'M72 46H128L160 188Q100 204 40 188Z',
    folds: ['M88 62 72 190', 'M112 62 128 190', 'M100 70V196'],
    waist: 'M72 46H128V58H72Z',
  },
  pleated: {
    cut: 'M72 40H128L152 212H48Z',
    folds: ['M79 54 61 210', 'M86 54 74 210', 'M93 54 87 210', 'M100 54V210', 'M107 54 113 210', 'M114 54 126 210', 'M121 54 139 210'],
    waist: 'M72 40H128V52H72Z',
  },
  pencil: { cut: 'M72 42H128Q144 96 130 206H70Q56 96 72 42Z', folds: ['M100 160V206', 'M84 62Q74 110 80 196'], waist: 'M72 42H128V54H72Z' },
  shirt: {
    cut: 'M78 42 54 52Q34 96 24 146L46 154 62 106V206H138V106L154 154 176 146Q166 96 146 52L122 42 100 66Z',
    folds: ['M100 66V206', 'M62 106 66 82', 'M138 106 134 82', 'M30 140 49 146', 'M170 140 151 146'],
    waist: 'M78 42 100 66 88 78 68 50ZM122 42 100 66 112 78 132 50Z',
    buttons: [92, 116, 140, 164, 188],
  },
  tee: {
    cut: 'M76 48 50 58 28 104 54 118 62 102V204H138V102L146 118 172 104 150 58 124 48Q100 72 76 48Z',
    folds: ['M62 102 66 84', 'M138 102 134 84', 'M62 194H138', 'M33 99 58 112', 'M167 99 142 112'],
    waist: 'M76 48Q100 72 124 48L128 50Q100 82 72 50Z',
  },
  tunic: {
    cut: 'M80 42Q74 70 62 86 66 120 50 210H150Q134 120 138 86 126 70 120 42 100 72 80 42Z',
    folds: ['M84 100 74 204', 'M116 100 126 204', 'M100 84V150'],
    waist: 'M80 42Q100 72 120 42L121 54Q100 84 79 54Z',
  },
};

const PATTERNS = {
  stripes: () =>
    s('pattern', { width: 10, height: 10, patternUnits: 'userSpaceOnUse' }, s('path', { d: 'M3 0V10', stroke: '#fff', 'stroke-width': 2 })),
  dots: () =>
    s(
      'pattern',
      { width: 16, height: 16, patternUnits: 'userSpaceOnUse' },
      s('path', { d: 'M4 4h.01M12 12h.01', stroke: '#fff', 'stroke-width': 5, 'stroke-linecap': 'round' }),
    ),
  checks: () =>
    s(
      'pattern',
      { width: 22, height: 22, patternUnits: 'userSpaceOnUse' },
      s('path', { d: 'M6 0V22M0 6H22', stroke: '#fff', 'stroke-width': 4, 'stroke-opacity': 0.7 }),
    ),
};

let drawn = 0;

/** A picture of a product; it is decoration where the name stands beside it. */
export function picture({ shape, colour, pattern, name }, { label = false } = {}) {
  const { cut, folds, waist, buttons = [] } = SHAPES[shape];
  const svg = s(
    'svg',
    { viewBox: '0 0 200 240', class: 'picture', ...(label ? { role: 'img', 'aria-label': name } : { 'aria-hidden': 'true' }) },
    s('rect', { width: 200, height: 240, class: 'backdrop' }),
    s('ellipse', { cx: 100, cy: 224, rx: 62, ry: 6, class: 'shadow' }),
    s('path', { d: cut, fill: colour, 'stroke-linejoin': 'round' }),
  );
  if (pattern !== 'plain') {
    const id = `pattern${drawn++}`;
    const fill = PATTERNS[pattern]();
    fill.id = id;
    svg.append(s('defs', null, fill), s('path', { d: cut, fill: `url(#${id})`, opacity: 0.42 }));
  }
  svg.append(
    s('path', { d: folds.join(''), fill: 'none', stroke: '#000', 'stroke-opacity': 0.18, 'stroke-width': 2, 'stroke-linecap': 'round' }),
    s('path', { d: waist, fill: '#000', 'fill-opacity': 0.16 }),
    ...buttons.map((y) => s('circle', { cx: 100, cy: y, r: 2.4, fill: '#fff', 'fill-opacity': 0.85 })),
  );
  return svg;
}
