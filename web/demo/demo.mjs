// The demo: steps through real held-out sessions, or takes one's own values,
// and scores each change in the page.
import { load } from './pageleap.mjs';

const $ = (id) => document.getElementById(id);
const form = $('visit');

// What the columns mean, for people, and the words that Spark saw in training.
const LABELS = {
  Administrative: 'Account pages seen',
  Administrative_Duration: 'Seconds on account pages',
  Informational: 'Information pages seen',
  Informational_Duration: 'Seconds on information pages',
  ProductRelated: 'Product pages seen',
  ProductRelated_Duration: 'Seconds on product pages',
  Month: 'Month',
  VisitorType: 'Visitor',
  Weekend: 'Weekend',
};
const CHOICES = {
  Month: ['Feb', 'Mar', 'May', 'June', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  VisitorType: ['New_Visitor', 'Returning_Visitor', 'Other'],
  Weekend: ['FALSE', 'TRUE'],
};

let scorer;
let sessions;

start().catch((error) => {
  $('segment').dataset.segment = 'error';
  $('segment').textContent = error.message;
  console.warn(error);
});

async function start() {
  const began = performance.now();
  const [loaded, frame] = await Promise.all([
    load({ wasm: 'scorer.wasm', bundle: 'shoppers.zip' }),
    fetch('sessions.json').then((r) => r.json()),
  ]);
  scorer = loaded;
  const names = frame.schema.fields.map((f) => f.name);
  sessions = frame.rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));

  form.replaceChildren(...scorer.inputs.map(field));
  form.addEventListener('input', () => score());
  form.addEventListener('submit', (event) => event.preventDefault());
  $('count').textContent = `of ${sessions.length}`;
  $('session').max = sessions.length;
  $('session').addEventListener('change', () => show(Number($('session').value)));
  $('previous').addEventListener('click', () => show(Number($('session').value) - 1));
  $('next').addEventListener('click', () => show(Number($('session').value) + 1));
  for (const id of ['previous', 'session', 'next']) $(id).disabled = false;

  show(1);
  $('load').textContent = `${(performance.now() - began).toFixed(0)} ms`;
  document.documentElement.dataset.ready = 'true';
}

function field(column) {
  const label = document.createElement('label');
  label.textContent = LABELS[column.name] ?? column.name;
  const choices = CHOICES[column.name];
  const input = document.createElement(choices ? 'select' : 'input');
  input.name = column.name;
  if (choices) {
    input.append(...choices.map((c) => new Option(c.replace('_', ' ').toLowerCase(), c)));
  } else {
    input.type = 'number';
    input.min = 0;
    input.step = 'any';
  }
  label.append(input);
  return label;
}

function show(n) {
  n = Math.min(Math.max(1, Math.trunc(n) || 1), sessions.length);
  $('session').value = n;
  for (const [name, value] of Object.entries(sessions[n - 1])) form.elements[name].value = value;
  score();
}

function row() {
  return Object.fromEntries(
    scorer.inputs.map(({ name, base }) => [name, base === 'string' ? form.elements[name].value : Number(form.elements[name].value)]),
  );
}

function score() {
  const visit = row();
  const began = performance.now();
  const answer = scorer.score(visit);
  // One score is shorter than the clock's step, so time a hundred.
  for (let i = 0; i < 100; i++) scorer.score(visit);
  const micros = ((performance.now() - began) * 1000) / 101;

  const buy = answer.probability[1];
  const segment = answer.prediction === 1 ? 'buy' : 'defer';
  $('segment').dataset.segment = segment;
  $('segment').textContent = segment;
  $('probability').textContent = `${(buy * 100).toFixed(1)} % probability of a purchase`;
  $('bar').style.width = `${buy * 100}%`;
  $('time').textContent = `${micros.toFixed(1)} µs`;
  $('memory').textContent = `${(scorer.memory / 1e6).toFixed(1)} MB`;
}

// For the browser's console, and for tests.
globalThis.pageleapDemo = {
  score: (visit) => scorer.score(visit),
  transform: (frame) => scorer.transform(frame),
};
