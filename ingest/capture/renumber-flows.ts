import type { Database } from '../case/database.js';

/**
 * flow_id is dense in (capture, row) order, captures ordered by (first_ts, sha256): the same numbers whatever
 * the order in which files were given. Costs nothing when the order already holds, as for a single capture.
 */
export async function renumberFlows(db: Database): Promise<void> {
  await db.run(
    `CREATE OR REPLACE TEMP TABLE flow_ranges AS
       SELECT f.capture_id, f.lo, f.n, f.dense,
              coalesce(sum(f.n) OVER (ORDER BY c.first_ts, c.sha256 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::BIGINT AS want
       FROM (SELECT capture_id, min(flow_id) AS lo, count(*) AS n, max(flow_id) - min(flow_id) + 1 = count(*) AS dense
             FROM flows GROUP BY capture_id) f
       JOIN captures c USING (capture_id)`,
  );
  const wrong = await db.number('SELECT count(*) FROM flow_ranges WHERE lo <> want OR NOT dense');
  if (wrong > 0) {
    await db.run(
      `CREATE OR REPLACE TEMP TABLE flow_numbers AS
         SELECT f.flow_id AS old, r.want + row_number() OVER (PARTITION BY f.capture_id ORDER BY f."row", f.flow_id) - 1 AS new
         FROM flows f JOIN flow_ranges r USING (capture_id)`,
    );
    for (const table of ['flows', 'packet_index', 'evidence_flows', 'timeline']) {
      await db.run(
        `UPDATE ${table} SET flow_id = n.new FROM flow_numbers n WHERE ${table}.flow_id = n.old AND n.old <> n.new`,
      );
    }
    await db.run('DROP TABLE flow_numbers');
  }
  await db.run('DROP TABLE flow_ranges');
}
