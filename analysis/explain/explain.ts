import { readFileSync } from 'node:fs';
import { CliError } from '../../cli/errors.js';
import { asset } from '../../cli/package-root.js';
import type { Database, Row } from '../../ingest/case/database.js';
import type { Detection, ThreatLevel } from '../detection/definition.js';
import { type Parameter, renderSql } from '../detection/parameters.js';
import { detectionHash } from '../detection/run-detection.js';

/** One factor of a window's score: the strongest finding of a detection. */
export interface Factor {
  readonly detection: string;
  readonly evidence_id: string;
  readonly weight: number;
  readonly confidence: number;
  /** weight x confidence, rounded to 6 decimals. */
  readonly s: number;
  /** Findings of this detection that count; only the strongest enters. */
  readonly counting: number;
  /** What is left of 1 after this factor: the product of 1 - s so far. */
  readonly rest: number;
}

/** Why a finding is there and what it did. Text of captures in it is as the case has it: make it safe before printing. */
export interface Explanation {
  readonly finding: Row;
  readonly rule: {
    readonly id: string;
    readonly title: string | null;
    readonly description: string | null;
    readonly key: string | null;
    readonly scope: string | null;
    readonly false_positives: readonly string[];
    readonly references: readonly string[];
    /** SHA-256 of detection.sql and flows.sql as they ran. */
    readonly sql_sha256: string | null;
    /** same: the installed rule is the one that ran; changed: another one; missing: not installed. */
    readonly installed: 'same' | 'changed' | 'missing';
    /** SQL with the parameters of the run filled in; null unless the installed rule is the one that ran. */
    readonly sql: string | null;
    readonly flows_sql: string | null;
  };
  readonly parameters: readonly { name: string; value: unknown; origin: string; description: string | null }[];
  readonly threat_level: { readonly value: string; readonly origin: 'default' | 'configuration' | 'rule' | 'unknown' };
  readonly flows: { readonly total: number; readonly rows: readonly Row[] };
  readonly score: {
    readonly scoring: 'default' | 'slips';
    readonly factors: readonly Factor[];
    readonly not_counting: readonly { detection: string; findings: number; reasons: readonly string[] }[];
    readonly score: number;
    readonly threshold: number;
    /** False when the case holds another score for this window: its tables do not fit together. */
    readonly agrees: boolean;
    /** Whether this finding is the strongest of its detection in the window. */
    readonly decides: boolean;
  };
  readonly suppressed: readonly { rule: string; reason: string }[];
  readonly alert: Row | null;
  /** False while an analysis was interrupted: the numbers may be of two runs. */
  readonly finished: boolean;
}

/**
 * The finding that an id, or the unambiguous beginning of one, names.
 * @throws CliError when there is none or several
 */
export async function findEvidence(db: Database, id: string): Promise<string> {
  const wanted = id.trim().toLowerCase();
  const rows = await db.all<{ id: string; detection: string }>(
    `SELECT evidence_id AS id, detection FROM evidence WHERE evidence_id = $id OR starts_with(evidence_id, $id)
     ORDER BY evidence_id <> $id, evidence_id LIMIT 6`,
    { id: wanted },
  );
  if (wanted === '' || rows.length === 0) {
    throw new CliError(
      `no evidence ${JSON.stringify(id)} in this case; list what there is with: slipstream query --db FILE "SELECT evidence_id, description FROM evidence"`,
    );
  }
  if (rows[0]!.id === wanted || rows.length === 1) return rows[0]!.id;
  const some = rows.slice(0, 5).map((r) => `${r.id} (${r.detection})`);
  throw new CliError(
    `evidence ${JSON.stringify(id)} is ambiguous: ${some.join(', ')}${rows.length > 5 ? ' and more' : ''}`,
  );
}

/** Everything about one finding; `limit` bounds the flows that are listed. */
export async function explain(
  db: Database,
  id: string,
  detections: readonly Detection[],
  limit: number,
): Promise<Explanation> {
  const read = (file: string, values: Record<string, string | number> = { id }): Promise<Row[]> =>
    db.all(readFileSync(asset('analysis', 'explain', `${file}.sql`), 'utf8'), values);
  const row = (await read('finding'))[0]!;
  const { flows: total, stored_score: stored, ...finding } = row;
  const run = await db.one<{ sql_sha256: string; parameters: string | null }>(
    'SELECT min(sql_sha256) AS sql_sha256, min(parameters::VARCHAR) AS parameters FROM detection_runs WHERE detection = $d',
    { d: String(row.detection) },
  );
  const provenance = new Map(
    (
      await db.all<{ key: string; value: string | null }>(
        "SELECT key, min(value) AS value FROM provenance WHERE key IN ('analysis', 'configuration') GROUP BY key ORDER BY key",
      )
    ).map((p) => [p.key, p.value]),
  );
  const configuration = object(provenance.get('configuration'));
  const rule = detections.find((d) => d.id === row.detection);
  const parameters = object(run?.parameters) as Record<string, Parameter>;
  const alert = (await read('alert'))[0];
  return {
    finding: { ...finding, details: parsed(row.details) as never },
    rule: ruleOf(String(row.detection), rule, run?.sql_sha256 ?? null, parameters),
    parameters: Object.entries(parameters).map(([name, p]) => ({
      name,
      value: p?.value ?? null,
      origin: String(p?.origin ?? 'unknown'),
      description: rule?.parameters[name]?.description ?? null,
    })),
    threat_level: levelOf(row, rule, configuration),
    flows: { total: Number(total), rows: await read('flows', { id, limit }) },
    score: scoreOf(await read('window'), configuration, String(row.evidence_id), stored, alert),
    suppressed: await db.all('SELECT rule, reason FROM suppressed WHERE evidence_id = $id ORDER BY rule, reason', {
      id,
    }),
    alert: alert ?? null,
    finished: provenance.get('analysis') === 'finished',
  };
}

function ruleOf(
  id: string,
  rule: Detection | undefined,
  hash: string | null,
  parameters: Readonly<Record<string, Parameter>>,
): Explanation['rule'] {
  const installed = rule === undefined ? 'missing' : detectionHash(rule) === hash ? 'same' : 'changed';
  const filled = (sql: string | undefined): string | null => {
    if (sql === undefined || installed !== 'same') return null;
    try {
      return renderSql(sql, id, parameters).trim();
    } catch {
      // A case whose run does not name every parameter: the text as it stands.
      return sql.trim();
    }
  };
  return {
    id,
    title: rule?.title ?? null,
    description: rule?.description ?? null,
    key: rule?.key ?? null,
    scope: rule?.scope ?? null,
    false_positives: rule?.false_positives ?? [],
    references: rule?.references ?? [],
    sql_sha256: hash,
    installed,
    sql: filled(rule?.sql),
    flows_sql: filled(rule?.flowsSql),
  };
}

function levelOf(
  row: Row,
  rule: Detection | undefined,
  configuration: Readonly<Record<string, unknown>>,
): Explanation['threat_level'] {
  const value = String(row.threat_level) as ThreatLevel;
  const changes = object(object(configuration.parameters)[String(row.detection)]);
  if (changes.threat_level === value) return { value, origin: 'configuration' };
  if (rule === undefined) return { value, origin: 'unknown' };
  return { value, origin: changes.threat_level === undefined && rule.threat_level === value ? 'default' : 'rule' };
}

function scoreOf(
  window: readonly Row[],
  configuration: Readonly<Record<string, unknown>>,
  id: string,
  stored: unknown,
  alert: Row | undefined,
): Explanation['score'] {
  const scoring = configuration.scoring === 'slips' ? 'slips' : 'default';
  const factors: Factor[] = [];
  let rest = 1;
  for (const w of window) {
    const strongest = w.strongest as { evidence_id: string; weight: number; confidence: number } | null;
    if (strongest === null) continue;
    const s = Number(w.s);
    rest *= 1 - s;
    factors.push({
      detection: String(w.detection),
      ...strongest,
      s,
      counting: Number(w.counting),
      rest: round(rest),
    });
  }
  const score = scoring === 'slips' ? Number(alert?.score ?? stored ?? 0) : round(1 - rest);
  const held = alert?.score ?? stored;
  const threshold = alert?.threshold ?? configuration[scoring === 'slips' ? 'slipsThreshold' : 'evidenceThreshold'];
  return {
    scoring,
    factors,
    not_counting: window
      .filter((w) => Number(w.not_counting) > 0)
      .map((w) => ({
        detection: String(w.detection),
        findings: Number(w.not_counting),
        reasons: (w.reasons ?? []) as string[],
      })),
    score,
    threshold: Number(threshold ?? 0.85),
    agrees: held === null || held === undefined || Math.abs(Number(held) - score) < 1.5e-6,
    decides: factors.some((f) => f.evidence_id === id),
  };
}

const round = (x: number): number => Math.round(x * 1e6) / 1e6;

function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** An object from JSON text or a value; anything else is empty. */
function object(value: unknown): Record<string, unknown> {
  const inner = parsed(value);
  return inner !== null && typeof inner === 'object' && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {};
}
