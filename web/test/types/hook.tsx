import { usePageleap } from 'pageleap/react';

export function Offer() {
  const score = usePageleap({ bundle: '/visitor.zip', worker: true, consent: false });
  return score?.segment === 'defer' ? <p>{score.probability?.toFixed(2)}</p> : null;
}
