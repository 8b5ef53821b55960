import { load, track } from 'pageleap';

track({
  scorer: load({ bundle: '/visitor.zip', worker: true }), // public/visitor.zip
  threshold: 0.16,
  onScore: ({ segment }) => (document.getElementById('segment').value = segment),
  onError: (error) => (document.getElementById('segment').value = error.message),
});
