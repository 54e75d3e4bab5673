import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import type { Database } from '../../ingest/case/database.js';
import { lit } from '../../ingest/case/sql.js';
import { type AnalysisOptions, defaultOptions } from '../options.js';
import { configurationSchema } from '../options-schema.js';
import { runPass, sqlOf } from '../passes.js';
import { setVariables } from '../windows/set-variables.js';

/** Flows of a window from which its story is left to the `timeline` command. */
const WINDOW_ROWS = 20_000;

/** One line of a host's story, as table `timeline` has it; times `YYYY-MM-DD HH:MM:SS[.ffffff]`, UTC. */
export interface Activity {
  readonly profile: string;
  readonly site: string;
  readonly tw_start: string;
  readonly ts: string;
  readonly flow_id: string | null;
  /** flow | icmp | dns | http | tls | ssh | smtp | dhcp | finding | alert. */
  readonly kind: string;
  /** Text of captures in it is as the case has it: make it safe before showing. */
  readonly summary: string;
  /** JSON. */
  readonly details: string;
}

export interface TimelineQuestion {
  readonly profile: string;
  /** Only this site. */
  readonly site?: string | undefined;
  /** From (inclusive) and to (exclusive), `YYYY-MM-DD HH:MM:SS.ffffff`. */
  readonly since?: string | null;
  readonly until?: string | null;
  /** Lines at most; undefined: all. */
  readonly limit?: number | undefined;
}

/**
 * Fills table `timeline` for windows with findings that count, up to `timelineRows` flows; `data.timeline` in the
 * provenance says how many windows are there and how many are not.
 * @param keepBefore rows of windows before this time stay: their flows are gone
 */
export async function fillTimeline(db: Database, options: AnalysisOptions, keepBefore?: string): Promise<void> {
  const fresh = keepBefore === undefined ? 'true' : `tw_start >= ${lit(keepBefore)}::TIMESTAMP`;
  await db.run(`DELETE FROM timeline WHERE ${fresh}`);
  await db.run(`SET VARIABLE timeline_rows = ${options.timelineRows}::BIGINT`);
  await db.run(`SET VARIABLE timeline_window_rows = ${WINDOW_ROWS}::BIGINT`);
  await runPass(db, 'timeline/choose.sql');
  if (keepBefore !== undefined) {
    await db.run(`DELETE FROM timeline_scope WHERE from_ts < ${lit(keepBefore)}::TIMESTAMP`);
  }
  if ((await db.number('SELECT count(*) FROM timeline_scope')) > 0) await addActivities(db);
  await db.run("DELETE FROM provenance WHERE key = 'timeline'");
  await db.run(
    `INSERT INTO provenance SELECT 'timeline', to_json({windows: count(*) FILTER (stored), left_out: count(*) FILTER (NOT stored)})::VARCHAR
     FROM timeline_candidates`,
  );
  await db.run('DROP TABLE timeline_candidates; DROP TABLE timeline_scope');
}

async function addActivities(db: Database): Promise<void> {
  await prepare(db);
  await db.run(
    `INSERT INTO timeline SELECT * FROM (${sqlOf('timeline/activities.sql')}) ORDER BY profile, site, ${ORDER}`,
  );
}

/**
 * The story of any host, made on demand by the SQL that fills the table; works on a case opened read only. One question at a
 * time on a connection: it keeps its scope in a temporary table.
 * @param take called with each line, in order of time
 */
export async function hostTimeline(
  db: Database,
  question: TimelineQuestion,
  take: (line: Activity) => void | Promise<void>,
): Promise<{ lines: number; more: boolean }> {
  await setVariables(db, { ...defaultOptions, ...(await recordedWindow(db)) });
  await prepare(db);
  const { limit } = question;
  const bounds = limit === undefined ? [undefined] : [await boundFor(db, question, limit), undefined];
  for (const bound of bounds) {
    await setScope(db, question, bound);
    const wanted = limit === undefined ? '' : ` LIMIT ${limit + 1}`;
    const sql = `SELECT profile, site, tw_start::VARCHAR AS tw_start, ts::VARCHAR AS ts, flow_id::VARCHAR AS flow_id, kind, summary,
      details::VARCHAR AS details FROM (${sqlOf('timeline/activities.sql')}) t ORDER BY t.${ORDER.replaceAll(', ', ', t.')}${wanted}`;
    if (limit !== undefined) {
      const rows = await db.all<Activity>(sql);
      // Fewer than wanted although the question was narrowed: what is missing lies behind the bound.
      if (bound !== undefined && rows.length <= limit) continue;
      for (const row of rows.slice(0, limit)) await take(row);
      return { lines: Math.min(rows.length, limit), more: rows.length > limit };
    }
    const result = await db.stream(sql);
    let lines = 0;
    for (;;) {
      const chunk = await result.fetchChunk();
      if (!chunk || chunk.rowCount === 0) return { lines, more: false };
      for (const row of chunk.getRowObjects(result.deduplicatedColumnNames())) {
        await take(row as unknown as Activity);
        lines++;
      }
    }
  }
  return { lines: 0, more: false };
}

const ORDER = 'ts, flow_id, kind, summary, details';

/** A time behind which the first `limit` lines are most likely not: a host with a million flows need not be read whole. */
async function boundFor(db: Database, question: TimelineQuestion, limit: number): Promise<string | undefined> {
  await setScope(db, question, undefined);
  const row = await db.one<{ ts: string }>(
    `SELECT (f.ts + INTERVAL 1 MICROSECOND)::VARCHAR AS ts FROM records_of_scope('flows') f ORDER BY f.ts LIMIT 1 OFFSET ${2 * limit}`,
  );
  return row?.ts;
}

async function setScope(db: Database, question: TimelineQuestion, bound: string | undefined): Promise<void> {
  const until = bound ?? question.until ?? undefined;
  await db.run(
    `CREATE OR REPLACE TEMP TABLE timeline_scope AS
     SELECT canonical_ip($profile) AS profile, site, coalesce($since::VARCHAR, '-infinity')::TIMESTAMP AS from_ts,
       coalesce($until::VARCHAR, 'infinity')::TIMESTAMP AS to_ts
     FROM (SELECT DISTINCT site FROM sources WHERE $site::VARCHAR IS NULL OR site = $site) ORDER BY site`,
    {
      profile: question.profile,
      since: question.since ?? null,
      until: until ?? null,
      site: question.site ?? null,
    },
  );
}

/** Macros and port names: temporary, so that a read-only case can have them. */
async function prepare(db: Database): Promise<void> {
  // The macro is bound when it is made: its scope has to be there.
  await db.run(
    'CREATE TEMP TABLE IF NOT EXISTS timeline_scope (profile VARCHAR, site VARCHAR, from_ts TIMESTAMP, to_ts TIMESTAMP)',
  );
  await runPass(db, 'timeline/records.sql');
  // Lines and not VALUES: thousands of rows of an expression list take longer to bind than the query that needs them.
  const lines = readFileSync(asset('analysis/detections/unknown-port/data/known_ports.csv'), 'utf8').trim().split('\n');
  await db.run(
    `CREATE OR REPLACE TEMP TABLE port_names AS
     SELECT port, proto, min(name) AS name FROM (
       SELECT c[1]::INTEGER AS port, unnest(CASE c[2] WHEN 'both' THEN ['tcp', 'udp'] ELSE [c[2]] END) AS proto, c[3] AS name
       FROM (SELECT string_split(unnest(string_split($lines, chr(10))), ',') AS c)
     ) GROUP BY ALL`,
    { lines: lines.slice(1).join('\n') },
  );
}

/** Width and origin of windows as the last analysis had them. */
async function recordedWindow(db: Database): Promise<Partial<Pick<AnalysisOptions, 'window' | 'windowOrigin'>>> {
  const row = await db.one<{ value: string }>("SELECT min(value) AS value FROM provenance WHERE key = 'configuration'");
  try {
    const { window, windowOrigin } = configurationSchema
      .pick({ window: true, windowOrigin: true })
      .loose()
      .parse(JSON.parse(row?.value ?? ''));
    return { window, windowOrigin };
  } catch {
    return {};
  }
}
