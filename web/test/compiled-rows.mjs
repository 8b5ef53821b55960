// Scores the rows and visits of jobs, in Node and in pages. Numbers are written as the hex digits of their bits, for JSON has no
// NaN, no infinity, and no negative zero.
const view = new DataView(new ArrayBuffer(8));

function number(bits) {
  if (bits === 'NaN') return NaN;
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

function bits(x) {
  if (Number.isNaN(x)) return 'NaN';
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
}

const isText = (base) => base === 'string' || base === 'byte_string';

function read({ kind, base }, value) {
  const scalar = (x) => (isText(base) || base === 'boolean' ? x : base === 'long' ? BigInt(x) : number(x));
  if (value === null) return null;
  if (kind === 'list') return value.map(scalar);
  if (kind !== 'tensor') return scalar(value);
  const values = value.values.map(number);
  return { dimensions: [value.size], values, ...(value.indices && { indices: value.indices.map((i) => [i]) }) };
}

function write({ kind, base }, value) {
  const scalar = (x) => (isText(base) || base === 'boolean' ? x : base === 'long' ? String(x) : bits(x));
  if (value === null) return null;
  return kind === 'scalar' ? scalar(value) : Array.from(value, scalar);
}

/** What each job's rows and visits give: the outputs, "dropped", or the error. */
export async function answers(jobs, loaded) {
  const all = [];
  for (const { module, rows = [], visits = [] } of jobs) {
    const scorer = await loaded(module);
    const outcome = (call) => {
      try {
        const answer = call();
        return answer === null ? 'dropped' : scorer.outputs.map((c) => write(c, answer[c.name]));
      } catch (e) {
        return { kind: e.kind ?? 'no kind', message: e.message };
      }
    };
    const given = (row) => Object.fromEntries(scorer.inputs.map((c, i) => [c.name, read(c, row[i])]));
    all.push([
      ...rows.map((row) => outcome(() => scorer.score(given(row)))),
      ...visits.flatMap((events) => {
        scorer.visit.reset();
        return events.map((event) => outcome(() => scorer.visit.score([event])));
      }),
    ]);
    scorer.close();
  }
  return all;
}
