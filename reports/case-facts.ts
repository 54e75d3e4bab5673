import { readFileSync } from 'node:fs';
import { asset } from '../cli/package-root.js';
import type { Database } from '../ingest/case/database.js';

/** Where the analysis of a case stands. */
export type AnalysisState = 'none' | 'unfinished' | 'finished';

/** Numbers of a case, within the scope of the report. */
export interface CaseFacts {
  readonly analysis: AnalysisState;
  readonly flows: number;
  readonly firstTs: string | null;
  readonly lastTs: string | null;
  readonly guessedOrientation: number;
  readonly unknownOutcome: number;
  readonly hosts: number;
  readonly localHosts: number;
  readonly windows: number;
  readonly alerts: number;
  readonly affected: number;
  readonly attackers: number;
  /** Local hosts whose findings come near the threshold, where none reached it. */
  readonly leads: number;
  readonly evidence: number;
  readonly suppressed: number;
  /** Findings with a row in the evidence table. */
  readonly shown: number;
  readonly ran: number;
  readonly notDecided: number;
  readonly partlyDecided: number;
  readonly disabled: number;
  readonly failed: number;
  readonly captures: number;
  readonly records: number;
  readonly rejected: number;
  /** Of those, records of flows that another record of the same captures had given already. */
  readonly repeated: number;
  readonly sites: number;
  /** Score from which a window is an alert; null when the case does not say. */
  readonly threshold: number | null;
  /** The analysis made one window of everything. */
  readonly oneWindow: boolean;
  readonly provenance: ReadonlyMap<string, string>;
}

/** Reads the facts; `setScope` comes first. */
export async function readFacts(db: Database): Promise<CaseFacts> {
  const row = (await db.one<Record<string, string | number | null>>(
    readFileSync(asset('reports', 'case-facts.sql'), 'utf8'),
  ))!;
  const entries = await db.all<{ key: string; value: string | null }>(
    'SELECT key, min(value) AS value FROM provenance GROUP BY key ORDER BY key',
  );
  const provenance = new Map(entries.map((e) => [e.key, e.value ?? '']));
  const n = (key: string): number => Number(row[key] ?? 0);
  const text = (key: string): string | null => (row[key] === null ? null : String(row[key]));
  return {
    analysis: analysisState(provenance.get('analysis')),
    flows: n('flows'),
    firstTs: text('first_ts'),
    lastTs: text('last_ts'),
    guessedOrientation: n('guessed'),
    unknownOutcome: n('unknown_outcome'),
    hosts: n('hosts'),
    localHosts: n('local_hosts'),
    windows: n('windows'),
    alerts: n('alerts'),
    affected: n('affected'),
    attackers: n('attackers'),
    leads: n('leads'),
    evidence: n('evidence'),
    suppressed: n('suppressed'),
    shown: n('shown'),
    ran: n('ran'),
    notDecided: n('not_decided'),
    partlyDecided: n('partly'),
    disabled: n('disabled'),
    failed: n('failed'),
    captures: n('captures'),
    records: n('records'),
    rejected: n('rejected'),
    repeated: n('repeated'),
    sites: n('sites'),
    threshold: row.threshold === null ? configuredThreshold(provenance) : n('threshold'),
    oneWindow: configurationOf(provenance).window === 'one',
    provenance,
  };
}

const analysisState = (text: string | undefined): AnalysisState =>
  text === undefined ? 'none' : text === 'finished' ? 'finished' : 'unfinished';

/** The configuration of the case; an empty object when it holds none that can be read. */
export function configurationOf(provenance: ReadonlyMap<string, string>): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(provenance.get('configuration') ?? '{}');
    return value !== null && typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

function configuredThreshold(provenance: ReadonlyMap<string, string>): number | null {
  const configuration = configurationOf(provenance);
  const value = configuration[configuration.scoring === 'slips' ? 'slipsThreshold' : 'evidenceThreshold'];
  return typeof value === 'number' ? value : null;
}
