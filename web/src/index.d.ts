/** Types of pageleap. `load` gives a scorer, `track` scores the visit of this page. */

/** A column that a bundle wants or gives. */
export interface Column {
  name: string;
  base: 'boolean' | 'byte' | 'short' | 'int' | 'long' | 'float' | 'double' | 'string' | 'byte_string';
  kind: 'scalar' | 'list' | 'map' | 'tensor';
  nullable: boolean;
  dimensions?: number[];
  key?: string;
}

export type Value = number | bigint | boolean | string | null | undefined | readonly Value[] | Float64Array | { [key: string]: Value };

/** One row to score. A column that is left out is null. */
export type Row = Record<string, Value>;

/** What the bundle's pipeline answers; models call it as Spark does. */
export interface Answer {
  /** Of each class (a vector), or of the last one (a number). */
  probability?: any;
  prediction?: any;
  [column: string]: any;
}

/** A leap frame. */
export interface Frame {
  schema: { fields: { name: string; type: unknown }[] };
  rows: unknown[][];
}

export type Format = 'json' | 'ndjson' | 'csv' | 'binary' | 'auto';

export interface TransformOptions {
  from?: Format;
  to?: Exclude<Format, 'auto'>;
  /** The columns to give; all of them where it is left out. */
  select?: string[];
}

interface About {
  readonly name: string;
  readonly uid: string;
  readonly version: string;
  readonly inputs: readonly Column[];
  readonly outputs: readonly Column[];
  /** Bytes of memory that the scorer holds. */
  readonly memory: number;
  /** Frees the model. The scorer cannot be used afterwards. */
  close(): void;
}

/** A visit that is scored event by event, in a time that does not depend on how many there were. */
export interface Visit {
  /** Adds events, and scores all that there are. row has the bundle's inputs that are not of the events. */
  score(events: readonly VisitEvent[], row?: Row): Answer | null;
  /** Forgets the events: another visit begins. */
  reset(): void;
}

export interface RemoteVisit {
  score(events: readonly VisitEvent[], row?: Row): Promise<Answer | null>;
  reset(): void;
}

/** A loaded bundle. */
export interface Scorer extends About {
  /** Scores one row. null for a row that `handle_invalid = skip` drops. */
  score(row: Row): Answer | null;
  /**
   * Scores many rows of numbers at once. A column is its numbers, one a row, or of a vector its elements row after row; one
   * that is left out is null. Where an output is null, and in rows that `handle_invalid = skip` drops, there is NaN.
   */
  scoreBatch(columns: Record<string, ArrayLike<number>>, rows: number): Record<string, Float64Array>;
  /** The visit that this scorer scores event by event, where its bundle takes events. */
  readonly visit: Visit | undefined;
  /** Runs the pipeline over a frame. A compiled module takes and gives frames as objects only. */
  transform(frame: Frame, options?: { select?: string[] }): Frame;
  transform(frame: string | Uint8Array, options: TransformOptions & { to: 'binary' }): Uint8Array;
  transform(frame: string | Uint8Array, options?: TransformOptions): string;
}

/** A loaded bundle in a web worker. */
export interface RemoteScorer extends About {
  score(row: Row): Promise<Answer | null>;
  readonly visit: RemoteVisit | undefined;
  transform(frame: Frame, options?: { select?: string[] }): Promise<Frame>;
  transform(frame: string | Uint8Array, options: TransformOptions & { to: 'binary' }): Promise<Uint8Array>;
  transform(frame: string | Uint8Array, options?: TransformOptions): Promise<string>;
}

export type Source = string | URL | Response | ArrayBuffer | ArrayBufferView;

interface BundleOptions {
  /** The bundle's zip, or where it is. In Node also a file's path. */
  bundle: Source;
  /** scorer.wasm, compiled or not, or where it is. Without it: the one beside the script. */
  wasm?: Source | WebAssembly.Module;
  module?: undefined;
  /** SHA-256 of the files, as `sha256-BASE64` or 64 hex digits; others are refused. */
  integrity?: { bundle?: string; wasm?: string };
}

interface ModuleOptions {
  /** What `pageleap compile` made of a bundle, or where it is: a few kilobytes that need neither bundle nor scorer.wasm. */
  module: Source | WebAssembly.Module;
  bundle?: undefined;
  wasm?: undefined;
  /** SHA-256 of the file, as `sha256-BASE64` or 64 hex digits; another is refused. */
  integrity?: { module?: string };
}

interface CommonOptions {
  /** The columns that `score` gives, where not all are wanted: fewer take less time. */
  outputs?: readonly string[];
  /** true scores in a web worker; an address names another copy of worker.js (it must be of the page's own origin). */
  worker?: boolean | string | URL;
  /** Gives up. */
  signal?: AbortSignal;
}

export type LoadOptions = (BundleOptions | ModuleOptions) & CommonOptions;

/** Loads a bundle, ready to score. It makes no request but for scorer.wasm, the bundle (or the module alone) and worker.js. */
export function load(options: LoadOptions & { worker?: false }): Promise<Scorer>;
export function load(options: LoadOptions & { worker: true | string | URL }): Promise<RemoteScorer>;
export function load(options: LoadOptions): Promise<Scorer | RemoteScorer>;

/** Compiles scorer.wasm, for several `load` calls to share. */
export function compile(
  wasm?: Source | WebAssembly.Module,
  options?: { integrity?: string; signal?: AbortSignal },
): Promise<WebAssembly.Module>;

/**
 * What went wrong, in one word. Of loading: network, integrity, csp (the page's Content-Security-Policy), wasm, worker,
 * bundle, unknown_op, limit, aborted. Of rows: schema, null, unseen, range, shape, value, format. Of the tracker: storage.
 * usage is the caller's mistake, error anything else. trap is WebAssembly that stopped, most often for want of memory: the next
 * call gets a fresh instance, and a visit is over until it is reset.
 */
export type Kind =
  | 'network'
  | 'integrity'
  | 'csp'
  | 'wasm'
  | 'worker'
  | 'aborted'
  | 'bundle'
  | 'unknown_op'
  | 'limit'
  | 'format'
  | 'schema'
  | 'null'
  | 'unseen'
  | 'range'
  | 'shape'
  | 'value'
  | 'storage'
  | 'usage'
  | 'trap'
  | 'error';

/** Every error of pageleap: `kind` is for programs, `message` for people. */
export class PageleapError extends Error {
  constructor(kind: Kind, message: string, options?: { cause?: unknown });
  readonly kind: Kind;
}

export interface Variant {
  name: string;
  /** Its share, beside the others' weights. */
  weight: number;
  /** The tracker's threshold for this variant. */
  threshold?: number;
  /** Whatever else distinguishes it, such as the address of its bundle. */
  [key: string]: any;
}

/** An experiment as in the edge's document of experiments. */
export interface Experiment {
  name: string;
  /** Another salt makes another draw; the name where it is left out. */
  salt?: string;
  /** The first one is the control. */
  variants: Variant[];
  [key: string]: any;
}

/** The variant of a key: always the same for the same experiment and key. */
export function assign(experiment: Experiment, key: string): Variant & { experiment: string };

export type Segment = 'buy' | 'defer';

/** What an event may say about what it happened to. */
export interface EventFields {
  page?: string;
  page_type?: string;
  item?: string;
  category?: string;
  price?: number | string;
  quantity?: number | string;
}

export interface VisitEvent extends EventFields {
  event: string;
  /** Milliseconds since 1970. */
  ts: number;
  price?: number;
  quantity?: number;
}

/** A score: `detail` of the DOM event `pageleap:score`. */
export interface Score {
  /** Of a purchase. */
  probability: number | undefined;
  segment: Segment | undefined;
  /** The segment before this event, and whether it is another one now. */
  previous: Segment | undefined;
  changed: boolean;
  prediction?: any;
  /** The states that the visit walked through, the last one where it is. */
  path: string[];
  /** Where it will probably go next, of a bundle with a Markov chain. */
  next: { page: string; probability: number }[];
  /** The chain's probability of ever reaching its goal from here. */
  absorption?: number;
  /** All that the bundle answers. */
  outputs: Answer;
  /** The event that was scored, and how many there have been. */
  event: VisitEvent;
  events: number;
  /** Milliseconds that this page has been seen. */
  dwell: number;
  experiment?: string;
  variant?: string;
  /** Milliseconds that the score took. */
  ms: number;
}

type AnyScorer = Scorer | RemoteScorer;
type ScorerSource =
  AnyScorer | Promise<AnyScorer> | ((variant: (Variant & { experiment: string }) | undefined) => AnyScorer | Promise<AnyScorer>);

export interface TrackOptions {
  /** What scores: a scorer, a promise of one, or a function that loads one (and which the tracker then closes). */
  scorer: ScorerSource;
  /** A second bundle with a Markov chain, where the first has none: gives path and next pages. */
  chain?: ScorerSource;

  /** From this probability on, a visit is in the segment buy. 0.5. */
  threshold?: number;
  /** How far beyond the threshold the probability must go for a visit to change its segment. 0.05. */
  hysteresis?: number;
  experiment?: Experiment;

  /**
   * Whether the visitor lets the visit be stored (sessionStorage) and shared between tabs. A function is asked again at each
   * event, unless it gives a promise; 'dataLayer' takes Consent Mode's analytics_storage. Without consent, and with Global
   * Privacy Control, nothing is stored.
   */
  consent?: boolean | (() => boolean | Promise<boolean>) | 'dataLayer';
  /** What happens without consent: 'memory' scores the page as long as it is open, 'off' collects nothing. 'memory'. */
  withoutConsent?: 'memory' | 'off';

  /** The name of the dataLayer, or itself; false for none. 'dataLayer'. */
  dataLayer?: string | object[] | false;
  /** Whether page views are told by the address (History API too). */
  pageViews?: boolean;
  /** Whether clicks are looked at: on data-pageleap-event, on links to items, on links to other sites. */
  clicks?: boolean;
  /** Whether a page that was seen for a second or more and then hidden gives a user_engagement event, as in GA4. */
  engagement?: boolean;
  /** Changes an event, or leaves it out (null), before it counts. */
  map?: (event: Omit<VisitEvent, 'ts'>) => Omit<VisitEvent, 'ts'> | null;
  /** Whether to remember, with consent, that the visitor was here: the input `returning`. One date, for 180 days. */
  remember?: boolean;
  /** The name of a page; its path where it is left out. */
  page?: (location: Location) => string;
  /** The type of a page, where no data-pageleap-page-type says it. */
  pageType?: (location: Location) => string | undefined;

  /** Values of inputs that are not of the visit's events. */
  context?: Row | (() => Row);
  /** Makes the whole row of the visit, for bundles that do not take events. */
  inputs?: (visit: { events: VisitEvent[]; dropped: number; started: number }, scorer: AnyScorer) => Row;

  /** How many events are kept; older ones go. 500. */
  limit?: number;
  /** The pause, in milliseconds, after which a new visit begins. 30 minutes. */
  gap?: number;
  /** The clock, in milliseconds since 1970. Date.now. */
  now?: () => number;
  /** The key in sessionStorage, and the name of the tabs' channel; where a page has two trackers, each needs its own. 'pageleap'. */
  key?: string;

  onScore?: (score: Score) => void;
  onError?: (error: PageleapError) => void;
}

export interface Tracker {
  /** Resolves when the scorer is there; fails with a PageleapError where it cannot be, and then the tracker has stopped. */
  readonly ready: Promise<Tracker>;
  /** The last score. */
  readonly latest: Score | null;
  readonly events: VisitEvent[];
  readonly variant: (Variant & { experiment: string }) | undefined;
  /** Records an event of the page's own. */
  event(name: string, fields?: EventFields): void;
  /** Records a page view, for pages whose address does not tell. */
  pageView(fields?: EventFields): void;
  /** Says what the visitor has answered, or takes it back. */
  consent(granted: boolean): void;
  /** Forgets the visit: here, in the storage, and in the other tabs. */
  forget(): void;
  /** Stops and leaves nothing behind but what the visitor let be stored. */
  close(): void;
}

/** Starts to track this page. */
export function track(options: TrackOptions): Tracker;

declare global {
  interface DocumentEventMap {
    'pageleap:score': CustomEvent<Score>;
  }
  interface WindowEventMap {
    'pageleap:score': CustomEvent<Score>;
  }
}
