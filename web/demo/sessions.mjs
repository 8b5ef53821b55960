// Steps through real held-out sessions, or takes one's own values, scores each
// change in the page, and holds it against what MLeap's own runtime answered.
import { $, percent } from './dom.mjs';
import { load } from './pageleap.mjs';

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
let answers; // MLeap's, of the sessions: probability of a purchase
let shown; // the session that the form shows, until something is changed

start().catch((error) => {
  $('segment').dataset.segment = 'error';
  $('segment').textContent = error.message;
  console.warn(error);
});

async function start() {
  const began = performance.now();
  const json = (name) => fetch(name).then((r) => r.json());
  const [loaded, frame, expected] = await Promise.all([load({ bundle: 'shoppers.zip' }), json('sessions.json'), json('answers.json')]);
  scorer = loaded;
  $('load').textContent = `${(performance.now() - began).toFixed(0)} ms`;
  sessions = records(frame);
  answers = records(expected).map((row) => row.probability.values[1]);
  const equal = sessions.filter((session, i) => scorer.score(session).probability[1] === answers[i]).length;
  $('equal').textContent = `${equal} of ${sessions.length} answers are the same here, to the last bit`;

  form.replaceChildren(...scorer.inputs.map(field));
  form.addEventListener('input', () => {
    shown = undefined;
    score();
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  $('count').textContent = `of ${sessions.length}`;
  $('session').max = sessions.length;
  $('session').addEventListener('change', () => show(Number($('session').value)));
  $('previous').addEventListener('click', () => show(Number($('session').value) - 1));
  $('next').addEventListener('click', () => show(Number($('session').value) + 1));
  for (const id of ['previous', 'session', 'next']) $(id).disabled = false;

  show(1);
  document.documentElement.dataset.ready = 'true';
}

function records({ schema, rows }) {
  const names = schema.fields.map((f) => f.name);
  return rows.map((row) => Object.fromEntries(row.map((value, i) => [names[i], value])));
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
  shown = n - 1;
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
  $('probability').textContent = `${percent(buy)} probability of a purchase`;
  $('theirs').textContent =
    shown === undefined
      ? 'values of your own'
      : `MLeap: ${percent(answers[shown])}${answers[shown] === buy ? ', the same to the last bit' : ''}`;
  $('bar').style.width = `${buy * 100}%`;
  $('time').textContent = `${micros.toFixed(1)} µs`;
  $('memory').textContent = `${(scorer.memory / 1e6).toFixed(1)} MB`;
}

// For the browser's console, and for tests.
globalThis.pageleapDemo = {
  score: (visit) => scorer.score(visit),
  transform: (frame) => scorer.transform(frame),
};
