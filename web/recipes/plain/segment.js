// What the shop does with the segment: here, an offer for those who hesitate.
document.addEventListener('pageleap:score', ({ detail }) => {
  document.getElementById('offer').hidden = detail.segment !== 'defer';
});
