import { load, track } from './pageleap/pageleap.mjs';

navigator.serviceWorker.register('sw.js');
track({
  scorer: load({ bundle: 'pageleap/visitor.zip' }),
  threshold: 0.16,
  onScore: ({ segment }) => (document.getElementById('segment').value = segment),
});
