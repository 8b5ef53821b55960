import type { LoadOptions, Score, TrackOptions } from 'pageleap';

/** The options of track; or a bundle, and the options of load, in place of scorer. */
export type PageleapOptions = Omit<TrackOptions, 'scorer'> & ({ scorer: TrackOptions['scorer'] } | LoadOptions);

/** Tracks while the component is there. Gives the last score, and null before there is one and on the server. */
export function usePageleap(options: PageleapOptions): Score | null;
