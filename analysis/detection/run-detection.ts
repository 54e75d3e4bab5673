import { createHash } from 'node:crypto';
import { CliError } from '../../cli/errors.js';
import type { Database } from '../../ingest/case/database.js';
import { ident, lit } from '../../ingest/case/sql.js';
import type { Detection } from './definition.js';
import { messageSql } from './message.js';
import { renderSql, type Settings } from './parameters.js';

const REQUIRED = ['profile', 'ts', 'key', 'attacker', 'victim', 'proto', 'port', 'confidence'];

/** Findings are wide: sorted by millions they would grow beside the memory limit. */
const BLOCK = 500_000;

/** Hash of what a detection does: its SQL, the flows behind it and the tables it brings. */
export const detectionHash = (d: Detection): string =>
  createHash('sha256')
    .update(`${d.sql}\x1f${d.flowsSql ?? ''}${(d.data ?? []).map((t) => `\x1f${t.name} ${t.sha256}`).join('')}`)
    .digest('hex');

/**
 * Runs one detection: its rows become `staged_evidence`, their flows `staged_evidence_flows` (temporary tables: a
 * detection that fails leaves the case as it is).
 * @param block findings made and sorted at once, about
 * @returns number of findings
 * @throws when its SQL fails or breaks the contract (a missing column, one finding twice)
 */
export async function runDetection(
  db: Database,
  detection: Detection,
  settings: Settings,
  defaultSite: string,
  block = BLOCK,
): Promise<number> {
  const sql = renderSql(detection.sql, detection.id, settings.parameters).replace(/;\s*$/, '');
  for (const table of detection.data ?? []) {
    await db.run(
      `CREATE OR REPLACE TEMP TABLE ${ident(`data_${table.name}`)} AS
         FROM read_csv(${lit(table.path)}, delim = ',', quote = '"', header = true, all_varchar = true)`,
    );
  }
  await db.run(`CREATE OR REPLACE TEMP TABLE detection_rows AS ${sql}`);
  const columns = new Set(
    (await db.all<{ column_name: string }>('SELECT column_name FROM (DESCRIBE detection_rows)')).map(
      (c) => c.column_name,
    ),
  );
  const missing = REQUIRED.filter((c) => !columns.has(c));
  if (missing.length > 0) throw new CliError(`detection ${detection.id}: its SQL gives no ${missing.join(', ')}`);
  const rows = await db.number('SELECT count(*) FROM detection_rows');
  if (rows === 0) return 0;
  for (const [i, times] of (await blocks(db, rows, block)).entries()) {
    const into = i === 0 ? 'CREATE OR REPLACE TEMP TABLE findings AS' : 'INSERT INTO findings';
    await db.run(`${into} ${findingsSql(detection, settings, columns, defaultSite, times)}`);
  }
  const twice = await db.one<{ key: string }>(
    'SELECT min(key) AS key FROM findings GROUP BY evidence_id HAVING count(*) > 1 ORDER BY key LIMIT 1',
  );
  if (twice)
    throw new CliError(`detection ${detection.id}: the finding ${JSON.stringify(twice.key)} came twice in one window`);
  await db.run('INSERT INTO staged_evidence FROM findings');
  const findings = await db.number('SELECT count(*) FROM findings');
  if (detection.flowsSql) await linkFlows(db, detection, settings);
  return findings;
}

/** Conditions on `ts` that part the rows of a detection in order of time, about `block` in each. */
async function blocks(db: Database, rows: number, block: number): Promise<string[]> {
  if (rows <= block) return ['true'];
  const bounds = await db.all<{ first: string; last: string }>(
    `SELECT min(ts)::VARCHAR AS first, max(ts)::VARCHAR AS last FROM (
       SELECT ts, (sum(count(*)) OVER (ORDER BY ts) - 1) // ${block} AS block FROM detection_rows WHERE ts IS NOT NULL GROUP BY ts)
     GROUP BY block ORDER BY block`,
  );
  if (bounds.length === 0) return ['true'];
  return bounds.map((b) => `ts BETWEEN ${lit(b.first)} AND ${lit(b.last)}`);
}

/** SELECT of the findings in order; `times`: a condition on `ts`. */
function findingsSql(
  d: Detection,
  settings: Settings,
  columns: ReadonlySet<string>,
  defaultSite: string,
  times: string,
): string {
  const level = columns.has('threat_level')
    ? `coalesce(threat_level, ${lit(settings.threatLevel)})`
    : lit(settings.threatLevel);
  const site = columns.has('site') ? 'site' : lit(defaultSite);
  const details = columns.has('details') ? 'to_json(details)' : 'NULL::JSON';
  const counts = d.role === 'attacker' || d.victim_counts ? `level_weight(threat_level) > 0` : 'false';
  const techniques = `[${d.techniques.map(lit).join(', ')}]::VARCHAR[]`;
  return `SELECT
      stable_id([${lit(d.id)}, site, profile, tw_start::VARCHAR, key]) AS evidence_id,
      ${lit(d.id)} AS detection, ${lit(d.module)} AS module, ts, profile, site, tw_start, ${lit(d.role)} AS role,
      ${counts} AS counts, threat_level, level_weight(threat_level) AS weight, confidence(confidence) AS confidence, key,
      attacker, CASE WHEN attacker IS NOT NULL THEN ${lit(d.attacker_kind)} END AS attacker_kind,
      victim, CASE WHEN victim IS NOT NULL THEN ${lit(d.victim_kind)} END AS victim_kind,
      proto, port, ${messageSql(d.message)} AS description, ${techniques} AS techniques, details
    FROM (${withNetwork(`
      SELECT profile, ts, window_start(ts) AS tw_start, ${site} AS site, key::VARCHAR AS key, attacker::VARCHAR AS attacker,
        victim::VARCHAR AS victim, proto::VARCHAR AS proto, port::INTEGER AS port, confidence::DOUBLE AS confidence,
        ${level} AS threat_level, ${details} AS details
      FROM detection_rows WHERE profile IS NOT NULL AND ts IS NOT NULL AND key IS NOT NULL AND ${times}`)})
    ORDER BY ts, site, profile, key`;
}

/**
 * Findings with the network of the end outside, the victim before the attacker: `details.network` (address, asn, as_org,
 * country, as far as they are known), and `network_note` for the sentence.
 */
function withNetwork(findings: string): string {
  const of = (column: string): string => `CASE WHEN v.address IS NOT NULL THEN v.${column} ELSE a.${column} END`;
  return `
    SELECT * EXCLUDE (details, words, asn, as_org, country), CASE WHEN words <> '' THEN ' (' || words || ')' ELSE '' END AS network_note,
      CASE WHEN words = '' THEN details ELSE json_merge_patch(coalesce(details, '{}'), json_object('network', json_merge_patch('{}',
        json_object('address', network_address, 'asn', asn, 'as_org', as_org, 'country', country)))) END AS details
    FROM (
      SELECT *, concat_ws(', ', coalesce(as_org, 'AS' || asn), country) AS words
      FROM (
        SELECT e.*, ${of('address')} AS network_address, ${of('asn')} AS asn, ${of('as_org')} AS as_org, ${of('country')} AS country
        FROM (${findings}) e
        LEFT JOIN addresses v ON v.address = e.victim AND NOT v.is_local
        LEFT JOIN addresses a ON a.address = coalesce(e.attacker, e.profile) AND NOT a.is_local))`;
}

/** `flows.sql` gives (profile, tw_start, key, flow_id), with `site` where profiles of several sites may share an address. */
async function linkFlows(db: Database, detection: Detection, settings: Settings): Promise<void> {
  const sql = renderSql(detection.flowsSql!, detection.id, settings.parameters).replace(/;\s*$/, '');
  await db.run(`CREATE OR REPLACE TEMP VIEW detection_flows AS ${sql}`);
  const columns = new Set(
    (await db.all<{ column_name: string }>('SELECT column_name FROM (DESCRIBE detection_flows)')).map(
      (c) => c.column_name,
    ),
  );
  const site = columns.has('site') ? ' AND f.site = e.site' : '';
  await db.run(
    `INSERT INTO staged_evidence_flows
       SELECT DISTINCT e.evidence_id, f.flow_id
       FROM findings e JOIN detection_flows f
         ON f.profile = e.profile AND f.tw_start = e.tw_start AND f.key::VARCHAR = e.key${site}
       WHERE f.flow_id IS NOT NULL
       ORDER BY 1, 2`,
  );
}
