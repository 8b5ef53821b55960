// What moves a score: each feature in turn is set to what is usual, and the score
// made again by the forest alone.

// The medians, and the most frequent words, of the 12,330 sessions that the
// forest was trained and judged on (testdata/data/uci_online_shoppers.csv.gz).
export const USUAL = {
  Administrative: 1,
  Administrative_Duration: 7.5,
  Informational: 0,
  Informational_Duration: 0,
  ProductRelated: 18,
  ProductRelated_Duration: 598.9369047499999,
  Month: 'May',
  VisitorType: 'Returning_Visitor',
  Weekend: 'FALSE',
};

const pages = (n) => `${n} ${n === 1 ? 'page' : 'pages'}`;
const time = (seconds) => (seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`);

/** What the features are called for people. */
export const NAMES = {
  Administrative: ['Account and basket', pages],
  Administrative_Duration: ['Time on account, basket', time],
  Informational: ['Information', pages],
  Informational_Duration: ['Time on information', time],
  ProductRelated: ['Products, lists', pages],
  ProductRelated_Duration: ['Time on products', time],
  Month: ['Month', String],
  VisitorType: ['Visitor', (v) => v.replace('_Visitor', '').toLowerCase()],
  Weekend: ['Weekend', (v) => (v === 'TRUE' ? 'yes' : 'no')],
};

/** The features of a visit, those that move its probability most first: {name, value, effect}. */
export async function reasons(forest, features) {
  const names = Object.keys(USUAL);
  const row = Object.fromEntries(names.map((name) => [name, features[name]]));
  const rows = [row, ...names.map((name) => ({ ...row, [name]: USUAL[name] }))];
  const [now, ...without] = (await Promise.all(rows.map((r) => forest.score(r)))).map((answer) => answer.probability[1]);
  return names
    .map((name, i) => ({ name, value: row[name], effect: now - without[i] }))
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}
