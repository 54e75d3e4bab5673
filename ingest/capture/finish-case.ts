import type { CaseStore } from '../case/case-store.js';
import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';
import type { Reader } from '../reader.js';
import { renumberFlows } from './renumber-flows.js';
import { clearUnfinished, unfinishedSources } from './unfinished.js';

/** What has to be done once all captures are in: duplicates, joins across files of a source, dense flow numbers. */
export async function finishCase(store: CaseStore, readers: readonly Reader[]): Promise<void> {
  const { db } = store;
  const sources = await unfinishedSources(db);
  if (sources.length === 0) return;
  await db.transaction(async () => {
    for (const sourceId of sources) {
      await rejectDuplicateUids(db, sourceId);
      const kind = await db.one<{ kind: string }>(`SELECT kind FROM sources WHERE source_id = ${lit(sourceId)}`);
      const reader = readers.find((r) => r.kind === kind?.kind);
      await reader?.finishSource?.(store, sourceId);
    }
    await renumberFlows(db);
    await clearUnfinished(db);
  });
}

/** Flows per pass of the search for duplicates: bounds its memory, whatever the size of the case. */
const DUPLICATE_PASS = 2_000_000;

/** Fills `duplicate_uids`: first by hash, a share of the hashes at a time, then exactly for the few that are left. */
async function findDuplicateUids(db: Database, source: string): Promise<void> {
  const flows = await db.number(`SELECT count(*) FROM flows WHERE source_id = ${source}`);
  const passes = Math.max(1, Math.min(64, Math.ceil(flows / DUPLICATE_PASS)));
  await db.run('CREATE OR REPLACE TEMP TABLE suspect_hashes (h UBIGINT)');
  for (let pass = 0; pass < passes; pass++) {
    await db.run(
      `INSERT INTO suspect_hashes SELECT h FROM (SELECT hash(uid) AS h FROM flows WHERE source_id = ${source})
       WHERE h % ${passes} = ${pass} GROUP BY h HAVING count(*) > 1`,
    );
  }
  await db.run(
    `CREATE OR REPLACE TEMP TABLE duplicate_uids AS
       SELECT uid FROM flows WHERE source_id = ${source} AND hash(uid) IN (SELECT h FROM suspect_hashes)
       GROUP BY uid HAVING count(*) > 1`,
  );
  await db.run('DROP TABLE suspect_hashes');
}

/** A uid names one flow of a source: the closed one, else the longest snapshot; the others become rejects. */
async function rejectDuplicateUids(db: Database, sourceId: string): Promise<void> {
  const source = lit(sourceId);
  await findDuplicateUids(db, source);
  if ((await db.number('SELECT count(*) FROM duplicate_uids')) > 0) {
    await db.run(
      `CREATE OR REPLACE TEMP TABLE losing_flows AS
         SELECT rid, capture_id, "row", uid, orig_h, resp_h, ended FROM (
           SELECT f.rowid AS rid, f.capture_id, f."row", f.uid, f.orig_h, f.resp_h, f.ended,
             row_number() OVER (
               PARTITION BY f.uid
               ORDER BY f.ended = 'open', CASE WHEN f.ended = 'open' THEN -round(f.duration * 1000000)::BIGINT END,
                        c.first_ts, c.sha256, f."row") AS k
           FROM flows f JOIN duplicate_uids USING (uid) JOIN captures c ON c.capture_id = f.capture_id
           WHERE f.source_id = ${source})
         WHERE k > 1`,
    );
    await db.run(
      `INSERT INTO rejects
         SELECT capture_id, 'record ' || "row", CASE WHEN ended = 'open' THEN 'open snapshot replaced' ELSE 'duplicate uid' END,
                left(uid || ' ' || orig_h || ' > ' || resp_h, 200)
         FROM losing_flows ORDER BY capture_id, "row"`,
    );
    await db.run('DELETE FROM flows WHERE rowid IN (SELECT rid FROM losing_flows)');
    await db.run(
      `UPDATE captures SET
         records = records - l.n, rejected = rejected + l.n
       FROM (SELECT capture_id, count(*) AS n FROM losing_flows GROUP BY capture_id) l
       WHERE captures.capture_id = l.capture_id`,
    );
    await db.run('DROP TABLE losing_flows');
  }
  await db.run('DROP TABLE duplicate_uids');
  // Labels follow the same rule: one row per uid, the first capture's.
  await db.run(
    `CREATE OR REPLACE TEMP TABLE double_labels AS
       SELECT rid FROM (SELECT rowid AS rid, row_number() OVER (
         PARTITION BY uid ORDER BY label IS NULL, origin, label, detailed_label) AS k
       FROM labels WHERE source_id = ${source}) WHERE k > 1`,
  );
  await db.run('DELETE FROM labels WHERE rowid IN (SELECT rid FROM double_labels)');
  await db.run('DROP TABLE double_labels');
}
