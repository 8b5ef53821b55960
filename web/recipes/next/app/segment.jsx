'use client';
import { usePageleap } from 'pageleap/react';

// The bundle is public/visitor.zip.
export function Segment() {
  const score = usePageleap({ bundle: '/visitor.zip', threshold: 0.16 });
  return <p id="segment">{score ? `This visit: ${score.segment}` : 'Welcome'}</p>;
}
