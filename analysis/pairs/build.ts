import { getDomain } from 'tldts';
import type { Database } from '../../ingest/case/database.js';
import { tables } from '../../ingest/case/schema.js';
import { lit } from '../../ingest/case/sql.js';
import { runPass } from '../passes.js';

export interface PairsOptions {
  /** `case`: everything. `day`: the last 24 hours before the last kept flow, with the rest of the hour before them. */
  readonly scope?: 'case' | 'day';
  /** Connections whose times and sizes are sorted in memory at once. */
  readonly part?: number;
}

/** Pairs ranked at once: joins and rows on their way to the table of more of them grow beside the limit. */
const RANKED = 1_000_000;
/** Connections scored at once: sums and sorted lists of more of them spill. */
const PART = 2_000_000;
/** Parts whose connections are gathered at once, 20 bytes for each: fewer times that all flows are read. */
const GATHERED = 5;
const DAY = 86_400;
/** Longest sorted list that DuckDB's min(x, n) makes. */
const LONGEST = 1_000_000;

/** Tables of this stage that nobody needs afterwards: they would hold memory. */
const TEMPORARY = [
  'ip_pairs',
  'sni_flows',
  'pair_bounds',
  'listed_pairs',
  'candidates',
  'beacon_scores',
  'network_sizes',
  'destination_hosts',
  'missing_hosts',
  'rare_signatures',
  'mime_mismatches',
  'last_labels',
  'public_suffixes',
];

/** Fills `pairs` and `domains`; needs the views, `addresses`, `names` and `intel_hits` of a run. `domain_names` stays for detections. */
export async function buildPairs(db: Database, options: PairsOptions = {}): Promise<void> {
  await runPass(db, 'pairs/macros.sql');
  await renew(db);
  await db.run('SET VARIABLE pairs_rows_from = NULL::TIMESTAMP');
  await sums(db);
  if (options.scope === 'day') await lastDay(db);
  const { lo, hi } = (await db.one<{ lo: string | null; hi: string | null }>('SELECT lo, hi FROM pair_bounds'))!;
  const strobe = Math.min(LONGEST, Math.max(DAY, Number(hi ?? 0) - Number(lo ?? 0)));
  for (const [name, value] of [
    ['lo', lo ?? 0],
    ['hi', hi ?? 0],
    ['strobe', strobe],
  ] as const)
    await db.run(`SET VARIABLE pairs_${name} = ${value}::BIGINT`);
  await runPass(db, 'pairs/listed.sql');
  await runPass(db, 'pairs/candidates.sql');
  await scoreBeacons(db, options.part ?? PART);
  await runPass(db, 'pairs/modifiers.sql');
  await rank(db);
  await nameDomains(db);
  await runPass(db, 'pairs/domains.sql');
  for (const table of TEMPORARY) await db.run(`DROP TABLE ${table}`);
}

/** Both tables are made anew, so that a case of an earlier version has their columns too. */
async function renew(db: Database): Promise<void> {
  for (const name of ['pairs', 'domains']) {
    await db.run(`DROP TABLE IF EXISTS ${name}`);
    await db.run(tables.find((t) => t.name === name)!.sql);
  }
}

async function sums(db: Database): Promise<void> {
  for (const pass of ['ip-pairs', 'sni-flows', 'bounds']) await runPass(db, `pairs/${pass}.sql`);
}

/** Again over the last day: rows from the start of the hour in which it begins, the span from the exact second. */
async function lastDay(db: Database): Promise<void> {
  const all = await db.one<{ lo: string | null; hi: string | null }>('SELECT lo, hi FROM pair_bounds');
  if (all?.hi == null) return;
  const from = Math.max(Number(all.lo), Number(all.hi) - DAY);
  await db.run(`SET VARIABLE pairs_rows_from = make_timestamp(${Math.floor(from / 3600) * 3600}::BIGINT * 1000000)`);
  await sums(db);
  await db.run(`UPDATE pair_bounds SET lo = greatest(lo, ${from})`);
}

/** Parts of whole pairs, so that the sorted lists of one part fit in memory. */
async function scoreBeacons(db: Database, part: number): Promise<void> {
  await db.run(
    `CREATE OR REPLACE TEMP TABLE beacon_scores (id INTEGER, ts_score DOUBLE, ds_score DOUBLE, dur_score DOUBLE,
       hist_score DOUBLE, beacon_score DOUBLE, interval_seconds DOUBLE)`,
  );
  const parts = await db.all<{ first: number; last: number }>(
    `SELECT min(id) AS first, max(id) AS last FROM (
       SELECT id, sum(connections) OVER (ORDER BY id) // ${part} AS part FROM candidates WHERE eligible
     ) GROUP BY part ORDER BY part`,
  );
  for (let i = 0; i < parts.length; i += GATHERED) {
    const together = parts.slice(i, i + GATHERED);
    await choose(db, together[0]!.first, together.at(-1)!.last);
    await runPass(db, 'pairs/beacon-rows.sql');
    for (const { first, last } of together) {
      await choose(db, first, last);
      await runPass(db, 'pairs/beacons.sql');
    }
  }
  await db.run('DROP TABLE IF EXISTS beacon_rows');
}

async function rank(db: Database): Promise<void> {
  const pairs = await db.number('SELECT max(id) FROM candidates');
  for (let first = 1; first <= pairs; first += RANKED) {
    await choose(db, first, first + RANKED - 1);
    await runPass(db, 'pairs/rank.sql');
  }
}

const choose = (db: Database, first: number, last: number): Promise<void> =>
  db.run(`SET VARIABLE pairs_from = ${first}; SET VARIABLE pairs_to = ${last}`);

/** Temporary table `domain_names` alone, of the names in the views, as `buildPairs` leaves it. */
export async function buildDomainNames(db: Database): Promise<void> {
  await db.run('SET VARIABLE pairs_rows_from = NULL::TIMESTAMP');
  await nameDomains(db);
  await db.run('DROP TABLE last_labels; DROP TABLE public_suffixes');
}

/** The endings that are public suffixes of two labels come from the list; there are few, whatever the number of names. */
async function nameDomains(db: Database): Promise<void> {
  await runPass(db, 'pairs/suffixes.sql');
  const endings = await db.all<{ ending: string }>('SELECT ending FROM last_labels ORDER BY ending');
  await db.run('CREATE OR REPLACE TEMP TABLE public_suffixes (ending VARCHAR)');
  const suffixes = endings.map((e) => e.ending).filter((e) => getDomain(e, { validateHostname: false }) === null);
  for (let at = 0; at < suffixes.length; at += 1000) {
    const values = suffixes.slice(at, at + 1000).map((s) => `(${lit(s)})`);
    await db.run(`INSERT INTO public_suffixes VALUES ${values.join(', ')}`);
  }
  await runPass(db, 'pairs/domain-names.sql');
}
