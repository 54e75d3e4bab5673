import type { LoadContext } from '../reader.js';
import { linePlace, type ReadableText, rowLines, takeRefused } from './lines.js';

/** Where rows that are no record are found. */
export interface BadRowSource {
  /** Lines before the first data line. */
  readonly skip: number;
  /** Prefix of the CSV reader's temporary tables. */
  readonly prefix: string;
  /** View with `n`, `reason` (`header` for repeated header lines) and `line`. */
  readonly rows: string;
}

const PAGE = 20_000;

/** Makes rejects of refused lines and of rows with a reason; repeated header lines are only counted. */
export async function rejectBadRows(
  context: LoadContext,
  text: ReadableText,
  source: BadRowSource,
): Promise<{ rejected: number; headers: number }> {
  const { db } = context.store;
  let rejected = 0;
  const refused = await takeRefused(db, source.prefix, (line) => {
    rejected++;
    context.reject({ place: linePlace(text, line.line), reason: line.reason, sample: line.text });
  });
  await db.run(
    `CREATE OR REPLACE TEMP TABLE bad_rows AS
       SELECT n, reason, left(line, 400) AS sample FROM ${source.rows} WHERE reason IS NOT NULL`,
  );
  const lineOf = rowLines(source.skip, refused);
  let headers = 0;
  for (let last = 0; ; ) {
    const rows = await db.all<{ n: string; reason: string; sample: string }>(
      `SELECT n, reason, sample FROM bad_rows WHERE n > ${last} ORDER BY n LIMIT ${PAGE}`,
    );
    for (const row of rows) {
      last = Number(row.n);
      if (row.reason === 'header') headers++;
      else context.reject({ place: linePlace(text, lineOf(last)), reason: row.reason, sample: row.sample });
    }
    rejected += rows.filter((r) => r.reason !== 'header').length;
    if (rows.length < PAGE) break;
  }
  await db.run('DROP TABLE bad_rows');
  return { rejected, headers };
}
