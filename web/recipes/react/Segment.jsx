import { usePageleap } from 'pageleap/react';

/** An offer for visits that hesitate. On the server, and until the first score, there is none. */
export function Segment({ bundle = '/visitor.zip' }) {
  const score = usePageleap({ bundle, threshold: 0.16 });
  return <p id="segment">{score ? `This visit: ${score.segment}` : 'Welcome'}</p>;
}
