// What the shop sells. It has the four categories of the shop whose clicks the
// Markov chain was trained on; code is what they are called in those data.
export const CATEGORIES = [
  { id: 'trousers', name: 'Trousers', code: '1', text: 'Straight, wide and cropped, in cotton and linen.' },
  { id: 'skirts', name: 'Skirts', code: '2', text: 'From A-line to pleated, at every length.' },
  { id: 'blouses', name: 'Blouses', code: '3', text: 'Shirts, tunics and tees for all seasons.' },
  { id: 'sale', name: 'Sale', code: '4', text: 'Last sizes of last season.' },
];

const product = (id, name, category, price, shape, colour, pattern, text, was) => ({
  id,
  name,
  category,
  price,
  shape,
  colour,
  pattern,
  text,
  was,
});

export const PRODUCTS = [
  product(
    'alder',
    'Alder straight trousers',
    'trousers',
    79,
    'straight',
    '#3f5d52',
    'plain',
    'Dense cotton twill, cut straight from hip to hem.',
  ),
  product('birch', 'Birch wide trousers', 'trousers', 89, 'wide', '#b98b5e', 'plain', 'Washed linen that falls wide and stays cool.'),
  product('cedar', 'Cedar chalk stripe', 'trousers', 95, 'straight', '#374a6b', 'stripes', 'A fine chalk stripe on light wool.'),
  product('dune', 'Dune cropped trousers', 'trousers', 65, 'cropped', '#c9a66b', 'plain', 'Ends above the ankle; two deep pockets.'),
  product('elm', 'Elm check trousers', 'trousers', 92, 'wide', '#6d6875', 'checks', 'Brushed cotton with a quiet check.'),
  product('fern', 'Fern linen shorts', 'trousers', 55, 'shorts', '#7a9e7e', 'plain', 'For the garden and the lake.'),

  product('garnet', 'Garnet A-line skirt', 'skirts', 69, 'aline', '#9b3d4c', 'plain', 'Knee length, with pockets in the side seams.'),
  product('heather', 'Heather pleated skirt', 'skirts', 84, 'pleated', '#7d6b91', 'plain', 'Pleats that are pressed to last.'),
  product('iris', 'Iris dotted skirt', 'skirts', 74, 'aline', '#37548b', 'dots', 'Small dots, printed by hand.'),
  product('juniper', 'Juniper pencil skirt', 'skirts', 72, 'pencil', '#2f4a46', 'plain', 'Jersey that keeps its line.'),
  product('kelp', 'Kelp check midi', 'skirts', 88, 'pleated', '#56704f', 'checks', 'A midi in soft flannel.'),
  product('lilac', 'Lilac summer skirt', 'skirts', 59, 'aline', '#a78bb8', 'stripes', 'Light seersucker with an elastic waist.'),

  product('maple', 'Maple shirt', 'blouses', 64, 'shirt', '#c8553d', 'plain', 'A shirt for every day, in organic poplin.'),
  product('nettle', 'Nettle striped shirt', 'blouses', 68, 'shirt', '#5b8a72', 'stripes', 'Yarn-dyed stripes and a soft collar.'),
  product('oat', 'Oat tee', 'blouses', 35, 'tee', '#c2b280', 'plain', 'Heavy jersey that keeps its shape.'),
  product('poppy', 'Poppy dotted tunic', 'blouses', 58, 'tunic', '#b5473c', 'dots', 'Long, loose and without sleeves.'),
  product('quince', 'Quince tunic', 'blouses', 56, 'tunic', '#d0a03a', 'plain', 'Crinkled cotton; needs no iron.'),
  product('river', 'River check shirt', 'blouses', 72, 'shirt', '#3e6f8e', 'checks', 'Warm on both sides.'),

  product('sage', 'Sage wide trousers', 'sale', 49, 'wide', '#8a9a7b', 'plain', 'The last ones in this colour.', 89),
  product('thistle', 'Thistle pencil skirt', 'sale', 39, 'pencil', '#8c5a7a', 'plain', 'A sample series.', 72),
  product('umber', 'Umber striped tee', 'sale', 19, 'tee', '#7b5b43', 'stripes', 'Few sizes are left.', 35),
  product('violet', 'Violet tunic', 'sale', 29, 'tunic', '#6a5a9c', 'plain', 'Last season’s colour.', 56),
  product('willow', 'Willow pleated skirt', 'sale', 45, 'pleated', '#5f7f6f', 'dots', 'Returned once, never worn.', 84),
  product('yarrow', 'Yarrow cropped trousers', 'sale', 35, 'cropped', '#a8763e', 'checks', 'Ends above the ankle.', 65),
];

export const byId = (id) => PRODUCTS.find((p) => p.id === id);
export const category = (id) => CATEGORIES.find((c) => c.id === id);
export const categoryNamed = (name) => CATEGORIES.find((c) => c.name === name);

export const euro = (n) => `€${n.toFixed(2)}`;
