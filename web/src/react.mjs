'use client';
// A React hook: the last score of the visit, for any number of components.
import { load, track } from 'pageleap';
import { useEffect, useState } from 'react';

/**
 * Tracks from the first render on, until the component goes. Gives the last
 * score, and null before there is one and on the server.
 * @param {object} options those of track, or bundle (and those of load) in place of scorer; the first render's count
 */
export function usePageleap(options) {
  const [score, setScore] = useState(null);
  useEffect(() => {
    const { bundle, wasm, integrity, worker, ...rest } = options;
    const scorer = rest.scorer ?? (() => load({ bundle, ...(wasm && { wasm }), integrity, worker }));
    const tracker = track({
      ...rest,
      scorer,
      onScore: (detail) => {
        setScore(detail);
        rest.onScore?.(detail);
      },
    });
    return () => tracker.close();
  }, []); // eslint-disable-line react-hooks/exhaustive-deps
  return score;
}
