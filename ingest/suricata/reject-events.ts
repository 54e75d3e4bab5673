import { lit } from '../case/sql.js';
import type { LoadContext } from '../reader.js';
import { CONTENT_KEYS, KNOWN_TYPES } from './columns.js';
import { CONTENTS } from './contents.js';
import { sql } from './sql-files.js';
import type { Staged } from './stage.js';

const PAGE = 20_000;

/** What the addresses of the staged events look like. */
export interface Addresses {
  /** Addresses that are not in canonical form. */
  readonly rewrite: boolean;
}

/** Takes events that cannot be kept out of `eve`, each as a reject with its line. Returns how many. */
export async function rejectEvents(
  context: LoadContext,
  staged: Staged,
): Promise<{ rejected: number; addresses: Addresses }> {
  const { db } = context.store;
  // Distinct addresses are few: testing them is cheaper than testing two of each event.
  await db.run(
    `CREATE OR REPLACE TEMP TABLE eve_ips AS
       SELECT ip, is_ip4(ip) AS v4, canonical_ip(ip) AS canonical FROM (
         SELECT src_ip AS ip FROM eve UNION SELECT dest_ip FROM eve
         UNION SELECT flow.src_ip FROM eve WHERE flow.src_ip IS NOT NULL UNION SELECT flow.dest_ip FROM eve WHERE flow.dest_ip IS NOT NULL)
       WHERE ip IS NOT NULL`,
  );
  const odd = await db.one<Record<string, string>>(
    `SELECT count(*) FILTER (canonical IS NULL OR contains(ip, '%')) AS bad, count(*) FILTER (canonical <> ip) AS rewrite FROM eve_ips`,
  );
  const bad = Number(odd?.bad) > 0;
  const badIps = "(SELECT ip FROM eve_ips WHERE canonical IS NULL OR contains(ip, '%'))";
  const columns = ['src_ip', 'dest_ip', 'flow.src_ip', 'flow.dest_ip'];
  await db.run(
    sql('bad-events', {
      bad_address: bad ? columns.map((c) => `coalesce(${c} IN ${badIps}, false)`).join(' OR ') : 'false',
      known: KNOWN_TYPES,
      values: valueChecks(),
    }),
  );
  await db.run('DROP TABLE eve_ips');
  const rejected = await db.number('SELECT count(DISTINCT id) FROM eve_bad');
  if (rejected > 0) {
    await report(context, staged);
    await db.run('DELETE FROM eve WHERE rowid IN (SELECT id FROM eve_bad)');
  }
  await db.run('DROP TABLE eve_bad');
  return { rejected, addresses: { rewrite: Number(odd?.rewrite) > 0 } };
}

/** Per event type: numbers of its object that are none, or out of range. */
function valueChecks(): string {
  const parts: string[] = [];
  for (const [type, key] of Object.entries(CONTENT_KEYS)) {
    const numbers = CONTENTS[key]?.numbers;
    if (!numbers) continue;
    const names = Object.keys(numbers);
    const shape = JSON.stringify(Object.fromEntries(names.map((n) => [n, 'VARCHAR'])));
    const cases = names.map((n) => {
      const [low, high] = numbers[n]!;
      return `WHEN eve_bad_number(v.${n}, ${low}, ${high}) THEN ${lit(`${key}.${n} is no number in range`)}`;
    });
    parts.push(
      `UNION ALL SELECT id, reason FROM (SELECT id, CASE ${cases.join(' ')} END AS reason
         FROM (SELECT rowid AS id, from_json(content, ${lit(shape)}) AS v FROM eve WHERE event_type = ${lit(type)})) WHERE reason IS NOT NULL`,
    );
  }
  return `${parts.join('\n')}\n${sql('netflow-checks')}`;
}

async function report(context: LoadContext, staged: Staged): Promise<void> {
  const lines = staged.lines();
  try {
    for (let from = 0; ; ) {
      const rows = await context.store.db.all<{ line: string; reason: string }>(
        `SELECT id - ${staged.first} + 1 AS line, min(reason) AS reason FROM eve_bad
         WHERE id - ${staged.first} + 1 > ${from} GROUP BY id ORDER BY id LIMIT ${PAGE}`,
      );
      for (const row of rows) {
        from = Number(row.line);
        const found = lines.pick(from);
        context.reject({ place: `line ${found?.line ?? from}`, reason: row.reason, sample: found?.text.slice(0, 400) });
      }
      if (rows.length < PAGE) return;
    }
  } finally {
    lines.close();
  }
}
