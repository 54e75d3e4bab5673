import { getDomain } from 'tldts';
import type { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { lit, litOrNull } from '../../ingest/case/sql.js';
import { shortMessage } from '../../ingest/ingest.js';
import type { RunFacts } from '../detection/requires.js';
import { runPass } from '../passes.js';
import type { IntelKind } from './definition.js';
import { type FeedRead, readFeed } from './read-feed.js';
import { type FeedSource, folderFeeds, knownFeeds } from './sources.js';

/** Tables that nobody needs after the hits: they would hold memory. */
const PASSING = [
  'intel_seen',
  'intel_ranges',
  'intel_range_hits',
  'intel_addresses',
  'intel_names',
  'intel_below',
  'intel_parsed',
];

/** The word for "the intelligence that this case has used": a run is repeated without the feeds. */
export const FROM_CASE = 'case';

/** Intelligence of a run. */
export interface Intelligence {
  /** What detections may require: `intel.ip`, … */
  readonly facts: RunFacts;
  /** Feeds that could not be used, with the reason. */
  readonly problems: readonly { feed: string; reason: string }[];
}

interface UsedFeed extends FeedRead {
  readonly feed: string;
  readonly as_of: string | null;
}

/** Kinds whose values in the case come from these passes. */
const SEEN: readonly (readonly [file: string, kinds: readonly IntelKind[]])[] = [
  ['seen-addresses', ['ip', 'cidr', 'asn', 'tor']],
  ['seen-domains', ['domain']],
  ['seen-values', ['ja3', 'ja3s', 'ja4', 'certificate', 'file']],
  ['seen-urls', ['url']],
];

/**
 * Reads the feeds and compares them with the case: `indicators` (those that match), `feeds`, and the temporary table
 * `intel_hits` for detections. Runs after the views, addresses and names are made, outside a transaction: a feed that
 * cannot be read is a problem of its own.
 * @param folder a folder of feeds; `case`: what the case has used before; undefined: only what ships
 */
export async function loadIntelligence(store: CaseStore, folder: string | undefined): Promise<Intelligence> {
  const { db } = store;
  await runPass(db, 'intel/sql/macros.sql');
  const replay = folder === FROM_CASE;
  const sources = replay ? [] : [...knownFeeds().filter((f) => f.shipped), ...(folder ? folderFeeds(folder) : [])];
  const wanted = replay
    ? await kindsOfCase(db)
    : new Map<string, number>(sources.flatMap((s) => s.definition.kinds.map((k) => [k, 0])));
  await runPass(db, 'intel/sql/tables.sql');
  await seen(db, wanted);
  const problems: { feed: string; reason: string }[] = [];
  let kinds: ReadonlyMap<string, number> = wanted;
  if (replay) {
    if (wanted.has('cidr')) await runPass(db, 'intel/sql/ranges-of-case.sql');
  } else {
    const used = await readAll(store, sources, problems);
    kinds = added(used);
    await note(db, used);
  }
  if (wanted.has('cidr')) await runPass(db, 'intel/sql/ranges.sql');
  if (!replay) {
    await dropSuffixes(db);
    await runPass(db, 'intel/sql/keep.sql');
  }
  if (wanted.has('domain')) await runPass(db, 'intel/sql/below.sql');
  if (wanted.size > 0) await runPass(db, 'intel/sql/hits.sql');
  await runPass(db, 'intel/sql/shown.sql');
  for (const table of PASSING) await db.run(`DROP TABLE IF EXISTS ${table}`);
  return { facts: facts(kinds), problems };
}

/** What detections may require of the feeds, and what to say where it is missing. */
function facts(kinds: ReadonlyMap<string, number>): RunFacts {
  const fields = new Set([...kinds.keys()].map((k) => `intel.${k}`));
  return {
    fields,
    missing: (need) =>
      `no feeds with ${need.map((f) => f.replace('intel.', '')).join(', ')} indicators: add some with 'slipstream feeds add'`,
    had: (need) => {
      const counts = need
        .map((f) => f.replace('intel.', ''))
        .filter((k) => kinds.has(k))
        .map((k) => `${kinds.get(k)} ${k}`);
      return `compared with ${counts.join(', ')} ${counts.length === 1 && counts[0]!.startsWith('1 ') ? 'indicator' : 'indicators'}`;
    },
  };
}

/** Indicators of each kind over all feeds, as the feeds have them. */
function added(feeds: readonly { readonly kinds?: Readonly<Record<string, number>> }[]): Map<string, number> {
  const out = new Map<string, number>();
  for (const { kinds } of feeds)
    for (const [kind, n] of Object.entries(kinds ?? {})) out.set(kind, (out.get(kind) ?? 0) + Number(n));
  return out;
}

async function seen(db: Database, wanted: ReadonlyMap<string, number>): Promise<void> {
  for (const [file, kinds] of SEEN) {
    if (kinds.some((k) => wanted.has(k))) await runPass(db, `intel/sql/${file}.sql`);
  }
}

/** Every feed by itself: what is wrong with one is said and the others go on. */
async function readAll(
  store: CaseStore,
  sources: readonly FeedSource[],
  problems: { feed: string; reason: string }[],
): Promise<UsedFeed[]> {
  const { db } = store;
  await db.run('DELETE FROM indicators');
  const used: UsedFeed[] = [];
  for (const source of sources) {
    if (source.path === undefined) continue;
    try {
      const read = await readFeed(db, store.tempDir, source.path, source.definition);
      if (read.entries === 0) throw new Error(noEntries(read));
      await db.run(`SET VARIABLE intel_feed = ${lit(source.id)}`);
      await runPass(db, 'intel/sql/take.sql');
      used.push({ ...read, feed: source.id, as_of: source.state?.fetched ?? null });
    } catch (error) {
      problems.push({ feed: source.id, reason: shortMessage(error) });
    }
  }
  return used;
}

/** Why a feed gave nothing. */
export function noEntries(read: FeedRead): string {
  const reasons = Object.entries(read.invalid).sort(([, a], [, b]) => b - a);
  const total = reasons.reduce((sum, [, n]) => sum + n, 0);
  return total === 0 ? 'no rows' : `none of ${total} rows is an indicator (${reasons[0]![0]})`;
}

/** `feeds`, and what detections of a replay have to know. */
async function note(db: Database, used: readonly UsedFeed[]): Promise<void> {
  await db.run('DELETE FROM feeds');
  for (const u of used) {
    await db.run(
      `INSERT INTO feeds VALUES (${lit(u.feed)}, ${lit(u.sha256)}, TRY_CAST(${litOrNull(u.as_of?.replace(/Z$/, ''))} AS TIMESTAMP), ${u.entries})`,
    );
  }
  const text = JSON.stringify(
    used.map(({ feed, sha256, kinds, invalid }) => ({
      feed,
      invalid,
      kinds: Object.fromEntries(Object.entries(kinds).sort(([a], [b]) => (a < b ? -1 : 1))),
      sha256,
    })),
  );
  await db.run("DELETE FROM provenance WHERE key = 'feeds'");
  if (used.length > 0) await db.run(`INSERT INTO provenance VALUES ('feeds', ${lit(text)})`);
}

/** Kinds that the feeds of the last run had, with or without a match. */
async function kindsOfCase(db: Database): Promise<Map<string, number>> {
  const noted = await db.one<{ value: string }>("SELECT value FROM provenance WHERE key = 'feeds'");
  const of = await db.all<{ kind: string; n: string }>(
    'SELECT kind, count(*) AS n FROM indicators GROUP BY kind ORDER BY kind',
  );
  const kinds = new Map(of.map((r) => [r.kind, Number(r.n)]));
  try {
    const feeds = JSON.parse(noted?.value ?? '[]') as { kinds?: Record<string, number> }[];
    for (const [kind, n] of added(feeds)) kinds.set(kind, n);
  } catch {
    // A case of others may say anything there.
  }
  return kinds;
}

/** A domain under which anybody registers names (`co.uk`) is no indicator: everything would be below it. */
async function dropSuffixes(db: Database): Promise<void> {
  const domains = await db.all<{ indicator: string }>(
    "SELECT DISTINCT indicator FROM indicators WHERE kind = 'domain' ORDER BY indicator",
  );
  const suffixes = domains.map((d) => d.indicator).filter((d) => getDomain(d, { validateHostname: false }) === null);
  for (let at = 0; at < suffixes.length; at += 500) {
    const list = suffixes
      .slice(at, at + 500)
      .map(lit)
      .join(', ');
    await db.run(`DELETE FROM indicators WHERE kind = 'domain' AND indicator IN (${list})`);
  }
}
