import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import type { CasePair } from '../../ingest/case/case-pair.js';
import type { Database, Row } from '../../ingest/case/database.js';
import { lit, litOrNull } from '../../ingest/case/sql.js';
import { allKinds } from '../../models/registry.js';

/** How two cases differ. Text from captures in it is as the cases have it. */
export interface CaseDiff {
  readonly same: boolean;
  /** Numbers of both cases: flows, findings, alerts, hosts with an alert. */
  readonly numbers: readonly { readonly what: string; readonly was: number; readonly is: number }[];
  /** What went in otherwise: the reasons for what came out otherwise. */
  readonly why: {
    readonly inputs: readonly Row[];
    readonly configuration: readonly Row[];
    readonly rules: readonly Row[];
    readonly models: readonly Row[];
    readonly feeds: readonly Row[];
    readonly lookups: readonly Row[];
    readonly versions: readonly Row[];
  };
  readonly evidence: Readonly<Record<'gained' | 'lost' | 'changed', Listed>>;
  readonly hosts: Listed;
}

/** Rows, strongest first, and how many there are in all. */
export interface Listed {
  readonly total: number;
  readonly rows: readonly Row[];
}

/** Compares two cases, `a` before and `b` after; lists at most `limit` rows of each kind. */
export async function diffCases({ db }: CasePair, limit: number): Promise<CaseDiff> {
  await configurationChanges(db);
  await db.run('CREATE OR REPLACE TEMP TABLE model_detections (module VARCHAR, detection VARCHAR)');
  for (const kind of await allKinds()) {
    await db.run(`INSERT INTO model_detections VALUES (${lit(kind.name)}, ${lit(kind.detection)})`);
  }
  await db.run(readFileSync(asset('reports', 'diff', 'tables.sql'), 'utf8'));
  const why = {
    inputs: await db.all(
      'SELECT * REPLACE (was::BIGINT::VARCHAR AS was, is_now::BIGINT::VARCHAR AS is_now) FROM input_changes ORDER BY path, sha256',
    ),
    configuration: await db.all('SELECT * FROM configuration_changes ORDER BY name'),
    rules: await db.all('SELECT * FROM rule_changes ORDER BY detection'),
    models: await db.all('SELECT * FROM model_changes ORDER BY ALL'),
    feeds: await db.all('SELECT * FROM feed_changes ORDER BY ALL'),
    lookups: await db.all('SELECT kind, n::INTEGER AS n FROM lookup_changes ORDER BY kind'),
    versions: await versions(db),
  };
  const evidence = {
    gained: await evidenceOf(db, 'gained', limit),
    lost: await evidenceOf(db, 'lost', limit),
    changed: await evidenceOf(db, 'changed', limit),
  };
  const hosts = await hostsOf(db, limit);
  const numbers = await numbersOf(db);
  const came = [evidence.gained, evidence.lost, evidence.changed, hosts].reduce((n, l) => n + l.total, 0);
  const went = Object.values(why).reduce((n, rows) => n + rows.length, 0);
  return { same: came === 0 && went === 0 && numbers.every((n) => n.was === n.is), numbers, why, evidence, hosts };
}

/** Options of the analysis that differ, in `configuration_changes`; parameters of rules are compared with the rules. */
async function configurationChanges(db: Database): Promise<void> {
  const read = async (side: string): Promise<Record<string, unknown>> => {
    const row = await db.one<{ value: string | null }>(
      `SELECT min(value) AS value FROM ${side}.main.provenance WHERE key = 'configuration'`,
    );
    try {
      const value = JSON.parse(row?.value ?? '{}') as unknown;
      return value !== null && typeof value === 'object' && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : {};
    } catch {
      return {};
    }
  };
  const [was, is] = [await read('a'), await read('b')];
  await db.run('CREATE OR REPLACE TEMP TABLE configuration_changes (name VARCHAR, was VARCHAR, is_now VARCHAR)');
  for (const name of [...new Set([...Object.keys(was), ...Object.keys(is)])].sort()) {
    const text = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value).slice(0, 2000));
    const [x, y] = [text(was[name]), text(is[name])];
    if (name === 'parameters' || x === y) continue;
    await db.run('INSERT INTO configuration_changes VALUES ($name, $x, $y)', { name, x, y });
  }
}

async function versions(db: Database): Promise<Row[]> {
  const keys = ['slipstream', 'schema_version', 'storage_version'].map((k) => litOrNull(k)).join(', ');
  return db.all(
    `SELECT coalesce(y.key, x.key) AS name, x.value AS was, y.value AS is_now
     FROM (SELECT key, min(value) AS value FROM a.main.provenance WHERE key IN (${keys}) GROUP BY key) x
     FULL JOIN (SELECT key, min(value) AS value FROM b.main.provenance WHERE key IN (${keys}) GROUP BY key) y ON y.key = x.key
     WHERE x.value IS DISTINCT FROM y.value ORDER BY name`,
  );
}

async function evidenceOf(db: Database, change: string, limit: number): Promise<Listed> {
  const rows = await db.all(
    `SELECT evidence_id, detection, profile, site, iso(ts) AS ts, threat_level, strength, description, what, why
     FROM evidence_changes WHERE change = ${lit(change)} ORDER BY strength DESC, ts, evidence_id LIMIT ${limit}`,
  );
  return { total: await db.number(`SELECT count(*) FROM evidence_changes WHERE change = ${lit(change)}`), rows };
}

async function hostsOf(db: Database, limit: number): Promise<Listed> {
  const rows = await db.all(
    `SELECT profile, site, is_local, score_was, score_is, alerts_were::INTEGER AS alerts_were, alerts_are::INTEGER AS alerts_are, change
     FROM host_changes
     ORDER BY change = 'score or alerts', is_local DESC, greatest(score_was, score_is) DESC, profile, site LIMIT ${limit}`,
  );
  return { total: await db.number('SELECT count(*) FROM host_changes'), rows };
}

async function numbersOf(db: Database): Promise<CaseDiff['numbers']> {
  const queries: readonly (readonly [string, string])[] = [
    ['flows', 'SELECT count(*) FROM X.main.flows'],
    ['findings', 'SELECT count(*) FROM X.main.evidence'],
    ['suppressed findings', 'SELECT count(DISTINCT evidence_id) FROM X.main.suppressed'],
    ['alerts', 'SELECT count(*) FROM X.main.alerts'],
    ['hosts with an alert', 'SELECT count(DISTINCT (site, profile)) FROM X.main.alerts'],
  ];
  const out: { what: string; was: number; is: number }[] = [];
  for (const [what, sql] of queries) {
    out.push({ what, was: await db.number(sql.replace('X', 'a')), is: await db.number(sql.replace('X', 'b')) });
  }
  return out;
}

/** The reasons as one line each, in words. */
export function reasons(why: CaseDiff['why']): { readonly kind: string; readonly text: string }[] {
  const to = (r: Row): string => `${r.was ?? 'not there'} to ${r.is_now ?? 'not there'}`;
  const short = (value: unknown): string => (value === null ? 'not there' : String(value).slice(0, 12));
  return [
    ...why.inputs.map((r) => ({
      kind: 'input',
      text: `${r.path} ${r.change} (SHA-256 ${short(r.sha256)}, ${r.change === 'added' ? r.is_now : r.was} records)`,
    })),
    ...why.configuration.map((r) => ({ kind: 'configuration', text: `${r.name}: ${to(r)}` })),
    ...why.rules.map((r) => ({ kind: 'rule', text: `${r.detection}: ${(r.what as string[]).join(', ')}` })),
    ...why.models.map((r) => ({ kind: 'model', text: `${r.module}: ${short(r.was)} to ${short(r.is_now)}` })),
    ...why.feeds.map((r) => ({ kind: 'feed', text: `${r.feed}: ${short(r.was)} to ${short(r.is_now)}` })),
    ...why.lookups.map((r) => ({ kind: 'look-ups', text: `${r.n} other answers of ${r.kind}` })),
    ...why.versions.map((r) => ({ kind: 'version', text: `${r.name}: ${to(r)}` })),
  ];
}
