import { createHash } from 'node:crypto';
import { getDomain } from 'tldts';
import type { Database } from '../../../ingest/case/database.js';
import { lit } from '../../../ingest/case/sql.js';
import { runPass } from '../../passes.js';
import { VT_KINDS, type VtAnswer, type VtKind } from './answer.js';
import { VtCache } from './cache.js';
import { type Clock, realClock, VtClient, VtFailure, VtStop } from './client.js';

/** How VirusTotal is asked. The key is nowhere but here: never in options, tables, cache or messages. */
export interface VtAccess {
  readonly key: string;
  readonly base: string;
  readonly cacheFolder: string;
  readonly perMinute: number;
  readonly perDay: number;
  /** Questions of one run. */
  readonly most: number;
  /** Seconds for which an answer of the cache is taken. */
  readonly maxAge: number;
  readonly timeoutMs: number;
  readonly clock?: Clock;
}

/** What came of the questions. */
export interface LookUpSummary {
  readonly asked: number;
  readonly fromCache: number;
  readonly known: number;
  /** Subjects without an answer. */
  readonly left: number;
  /** Why it stopped, or what could not be answered. */
  readonly problem: string | undefined;
}

/** Failures in a row after which the server is not asked again. */
const FAILURES = 5;
const PAGE = 500;
const DAY = 86_400_000;

/** Names that mean something only inside a network. */
const INSIDE =
  /\.(local|localdomain|lan|home|internal|intranet|corp|private|arpa|test|example|invalid|localhost|onion)$/;

/**
 * Asks about what the case met outside and has no answer in `lookups` yet: first the cache, then VirusTotal, at its pace.
 * Each answer is stored at once, so that an interrupted run goes on where it was. Needs the views, `addresses` and
 * `intel_hits` of a run; not inside a transaction.
 */
export async function askVirusTotal(
  db: Database,
  access: VtAccess,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<LookUpSummary> {
  await runPass(db, 'enrich/virustotal/candidates.sql');
  const clock = access.clock ?? realClock;
  const cache = new VtCache(access.cacheFolder);
  const client = new VtClient({ ...access, clock, turn: pace(access, cache, clock) });
  const counts = { asked: 0, fromCache: 0, known: 0, left: 0 };
  let problem: string | undefined;
  let stopped = false;
  let failures = 0;
  let failed = 0;
  const total = await db.number('SELECT count(*) FROM vt_candidates');
  for (let from = 0; from < total; from += PAGE) {
    const page = await db.all<{ n: string; kind: VtKind; subject: string; have: boolean }>(
      `SELECT n, kind, subject, EXISTS (SELECT 1 FROM lookups l WHERE l.kind = c.kind AND l.subject = c.subject) AS have
       FROM vt_candidates c WHERE n > ${from} AND n <= ${from + PAGE} ORDER BY n`,
    );
    for (const { n, kind, subject, have } of page) {
      progress(Number(n), total);
      if (have) {
        counts.known++;
        continue;
      }
      if (kind === 'virustotal-domain' && !isPublicName(subject)) continue;
      const cached = cache.read(kind, subject);
      const fresh = cached !== undefined && clock.now() - cached.fetched <= access.maxAge * 1000;
      if (!fresh && !stopped && counts.asked < access.most) {
        try {
          counts.asked++;
          const answer = await client.ask(kind, subject);
          cache.write(kind, subject, clock.now(), answer);
          await store(db, kind, subject, answer);
          failures = 0;
          continue;
        } catch (error) {
          if (!(error instanceof VtStop || error instanceof VtFailure)) throw error;
          if (error instanceof VtFailure) failed++;
          if (error instanceof VtStop || ++failures >= FAILURES) {
            stopped = true;
            problem =
              error instanceof VtStop ? error.message : `${FAILURES} questions in a row failed: ${error.message}`;
          } else problem ??= error.message;
        }
      }
      // An answer that is too old is better than none.
      if (cached === undefined) counts.left++;
      else {
        counts.fromCache++;
        await store(db, kind, subject, cached.answer);
      }
    }
  }
  await db.run('DROP TABLE vt_candidates');
  const some = failed > 0 && !stopped ? `${failed} without an answer (${problem})` : problem;
  return { ...counts, problem: some };
}

/** Evenly spaced questions, and no more than the day's. */
function pace(access: VtAccess, cache: VtCache, clock: Clock): () => Promise<void> {
  let next = 0;
  return async () => {
    const day = new Date(clock.now()).toISOString().slice(0, 10);
    if (cache.asked(day) >= access.perDay) {
      const rest = Math.ceil((DAY - (clock.now() % DAY)) / 3_600_000);
      throw new VtStop(
        `today's ${access.perDay} questions are asked: run again in ${rest} h, what is answered is kept`,
      );
    }
    const wait = next - clock.now();
    if (wait > 0) await clock.sleep(wait);
    next = clock.now() + 60_000 / access.perMinute;
    cache.count(day);
  };
}

async function store(db: Database, kind: VtKind, subject: string, answer: VtAnswer): Promise<void> {
  const text = JSON.stringify(answer);
  const hash = createHash('sha256').update(text).digest('hex');
  await db.run(`INSERT INTO lookups VALUES (${lit(kind)}, ${lit(subject)}, ${lit(text)}, ${lit(hash)})`);
}

/** A name under a public suffix: others are of this network, and nobody else's business. */
const isPublicName = (name: string): boolean =>
  !INSIDE.test(name) && getDomain(name, { validateHostname: false }) !== null && /\.[a-z]/.test(name);

/** Whether the case has answers of VirusTotal. */
export const hasAnswers = async (db: Database): Promise<boolean> =>
  (await db.number(`SELECT count(*) FROM lookups WHERE kind IN (${VT_KINDS.map(lit).join(', ')})`)) > 0;
