import { createHash } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Database } from '../../../ingest/case/database.js';
import { lit } from '../../../ingest/case/sql.js';
import { runPass } from '../../passes.js';
import { AnswerCache } from '../answer-cache.js';

/** How resolvers are asked for names of addresses. */
export interface RdnsAccess {
  /** `address` or `address:port`; empty: those of the system. */
  readonly servers: readonly string[];
  readonly cacheFolder: string;
  /** Questions of one run. */
  readonly most: number;
  /** Questions under way at once. */
  readonly parallel: number;
  readonly timeoutMs: number;
  readonly tries: number;
  /** Seconds for which an answer of the cache is taken. */
  readonly maxAge: number;
  /** Milliseconds since the epoch, for the age of answers. */
  readonly now?: () => number;
}

/** What came of the questions. */
export interface RdnsSummary {
  readonly asked: number;
  readonly fromCache: number;
  /** Addresses that have a name now. */
  readonly named: number;
  /** Addresses without an answer: not asked about, or failed. */
  readonly left: number;
  readonly problem: string | undefined;
}

/** Names that are kept of one address. */
const NAMES = 10;
const answerSchema = z.object({ names: z.array(z.string().min(1).max(253)).max(NAMES) });
type Answer = z.infer<typeof answerSchema>;

/** Failures in a row after which nobody is asked any more. */
const FAILURES = 20;
/** The resolver says that there is no name: an answer. Everything else (ETIMEOUT, ESERVFAIL, EBADRESP, …) is none. */
const NO_NAME = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * Asks for the names of the public addresses that the case met and has no answer for: first the cache, then resolvers.
 * Answers are stored in `lookups` (kind `rdns`, `{"names": [...]}`, sorted; none: an empty list) as they come, so that an
 * interrupted run goes on where it was, and a later run needs no network. Fills `addresses.rdns`. Needs the views, `addresses`
 * and `staged_evidence` of a run; not inside a transaction.
 */
export async function askNames(
  db: Database,
  access: RdnsAccess,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<RdnsSummary> {
  await runPass(db, 'enrich/rdns/candidates.sql');
  const cache = new AnswerCache<Answer>(access.cacheFolder, answerSchema);
  const resolver = new Resolver({ timeout: access.timeoutMs, tries: access.tries });
  if (access.servers.length > 0) resolver.setServers(access.servers);
  const now = access.now ?? Date.now;
  const counts = { asked: 0, fromCache: 0, named: 0, left: 0 };
  const failures = new Map<string, number>();
  let inARow = 0;
  let done = 0;
  const subjects = (await db.all<{ address: string }>('SELECT address FROM rdns_candidates ORDER BY n')).map(
    (r) => r.address,
  );
  await db.run('DROP TABLE rdns_candidates');
  // Answers come side by side, statements on a connection one after the other.
  let stored: Promise<void> = Promise.resolve();
  const store = (address: string, answer: Answer): Promise<void> => {
    if (answer.names.length > 0) counts.named++;
    const text = JSON.stringify(answer);
    const hash = createHash('sha256').update(text).digest('hex');
    const sql = `INSERT INTO lookups VALUES ('rdns', ${lit(address)}, ${lit(text)}, ${lit(hash)})`;
    stored = stored.then(() => db.run(sql));
    return stored;
  };
  const one = async (address: string): Promise<void> => {
    progress(done++, subjects.length);
    const cached = cache.read('rdns', address);
    if (cached !== undefined && now() - cached.fetched <= access.maxAge * 1000) {
      counts.fromCache++;
      return store(address, cached.answer);
    }
    if (counts.asked >= access.most || inARow >= FAILURES) {
      counts.left++;
      return;
    }
    counts.asked++;
    try {
      const answer = { names: names(await resolver.resolvePtr(reverseName(address)).catch(noName)) };
      inARow = 0;
      cache.write('rdns', address, now(), answer);
      await store(address, answer);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      failures.set(code, (failures.get(code) ?? 0) + 1);
      inARow++;
      counts.left++;
    }
  };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < subjects.length) await one(subjects[next++]!);
  };
  await Promise.all(Array.from({ length: Math.max(1, access.parallel) }, worker));
  await runPass(db, 'enrich/rdns/answers.sql');
  await db.run(
    `UPDATE addresses SET rdns = r.name FROM address_rdns r WHERE r.address = addresses.address AND addresses.rdns IS NULL;
     DROP TABLE address_rdns`,
  );
  return { ...counts, problem: problemOf(failures, inARow >= FAILURES) };
}

/** `9.2.0.192.in-addr.arpa`. Not `reverse()`: that one calls every failure a name that does not exist. */
function reverseName(address: string): string {
  const bytes = ipaddr.parse(address).toByteArray();
  if (bytes.length === 4) return `${bytes.reverse().join('.')}.in-addr.arpa`;
  const nibbles = bytes.flatMap((b) => [(b >> 4).toString(16), (b & 15).toString(16)]);
  return `${nibbles.reverse().join('.')}.ip6.arpa`;
}

function noName(error: NodeJS.ErrnoException): string[] {
  if (NO_NAME.has(error.code ?? '')) return [];
  throw error;
}

/** What an answer says, fit to be kept: host names in lower case, sorted; an address in a name's place is none. */
const names = (answer: readonly string[]): string[] =>
  [...new Set(answer.map((n) => n.toLowerCase().replace(/\.$/, '')))]
    .filter((n) => n.length > 0 && n.length <= 253 && /^[\x21-\x5b\x5d-\x7e]+$/.test(n) && isIP(n) === 0)
    .sort()
    .slice(0, NAMES);

const WORDS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no answer in time',
  ESERVFAIL: 'the resolver failed',
  EREFUSED: 'the resolver refused',
  EBADRESP: 'an answer that is no DNS',
  ECONNREFUSED: 'no resolver there',
};

function problemOf(failures: ReadonlyMap<string, number>, stopped: boolean): string | undefined {
  if (failures.size === 0) return undefined;
  const parts = [...failures]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([code, n]) => `${n} times ${WORDS[code] ?? code}`);
  return `${parts.join(', ')}${stopped ? `; given up after ${FAILURES} in a row` : ''}`;
}
