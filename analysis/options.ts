import type { Database } from '../ingest/case/database.js';
import type { RdnsSummary } from './enrich/rdns/look-up.js';
import type { LookUpSummary } from './enrich/virustotal/look-up.js';
import type { LetterWriting } from './letters/symbols.js';
import type { WhitelistRule } from './whitelist/whitelist.js';

/** Everything that changes what an analysis finds; it goes into the provenance of the case. */
export interface AnalysisOptions {
  /** Width of a window in microseconds, or `one` for a single window over everything. */
  readonly window: number | 'one';
  readonly windowOrigin: 'epoch' | 'first';
  /** CIDRs of the own networks; empty: private, ULA, link-local, shared and loopback addresses. */
  readonly homeNet: readonly string[];
  /** `out`: profiles for originators; `all`: for responders too. */
  readonly direction: 'out' | 'all';
  readonly whitelist: readonly WhitelistRule[];
  /** Ids of detections that do not run. */
  readonly disable: readonly string[];
  /** When set, only detections of these modules (or with these ids) run. */
  readonly modules: readonly string[] | undefined;
  /** Changed parameters by detection id; `threat_level` among them. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, ParameterValue>>>>;
  /** The user's own `.mmdb` files instead of the shipped tables. */
  readonly asnDb?: string | undefined;
  readonly geoipDb?: string | undefined;
  /** Folders with the user's own detections. */
  readonly detectionPaths: readonly string[];
  /** Folders of the user's own models by kind (https, cc). */
  readonly models: Readonly<Record<string, string>>;
  /** Score from which a window is an alert. */
  readonly evidenceThreshold: number;
  /** `slips`: the sum of weight times confidence against `slipsThreshold`, for comparison. */
  readonly scoring: 'default' | 'slips';
  readonly slipsThreshold: number;
  /** Behavioural letters: how they are written, and whether their state runs through the case or starts in each window. */
  readonly letters: { readonly writing: LetterWriting; readonly reset: 'case' | 'window' };
  /** Flows whose lines table `timeline` may hold; 0: none. */
  readonly timelineRows: number;
  /**
   * Folder of feeds; `case`: the indicators that the case has used before; undefined: only what ships. Counts by the
   * feeds' content, not by the path: it is no part of the configuration in the provenance.
   */
  readonly feeds?: string | undefined;
  /**
   * Asks others about what the case met (`--virustotal`) and stores the answers in `lookups`. A function, so that no key
   * is among the options; the answers count, not the asking.
   */
  readonly lookUp?:
    | ((db: Database, progress: (done: number, total: number) => void) => Promise<LookUpSummary>)
    | undefined;
  /** Asks resolvers for the names of addresses met outside (`--rdns`); like `lookUp` the answers count, in `lookups`. */
  readonly askNames?:
    | ((db: Database, progress: (done: number, total: number) => void) => Promise<RdnsSummary>)
    | undefined;
}

export type ParameterValue = string | number | boolean | readonly (string | number)[];

export const HOUR_US = 3_600_000_000;

export const defaultOptions: AnalysisOptions = {
  window: HOUR_US,
  windowOrigin: 'epoch',
  homeNet: [],
  direction: 'out',
  whitelist: [],
  disable: [],
  modules: undefined,
  parameters: {},
  detectionPaths: [],
  models: {},
  evidenceThreshold: 0.85,
  scoring: 'default',
  slipsThreshold: 15,
  letters: { writing: '0.7.3', reset: 'case' },
  timelineRows: 200_000,
};

/**
 * A window width: `one`, or a number with a unit (`90s`, `15m`, `1h`, `1d`).
 * @returns microseconds, `one`, or undefined when the text is neither
 */
export function parseWindow(text: string): number | 'one' | undefined {
  if (text === 'one') return 'one';
  const match = /^(\d+(?:\.\d+)?)\s*(s|m|h|d|w)$/.exec(text.trim());
  if (!match) return undefined;
  const unit = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }[match[2] as 's' | 'm' | 'h' | 'd' | 'w'];
  const width = Math.round(Number(match[1]) * unit * 1e6);
  return width >= 1_000_000 && width <= 3650 * 86400 * 1e6 ? width : undefined;
}
