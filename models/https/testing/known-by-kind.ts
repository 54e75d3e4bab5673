import type { Database } from '../../../ingest/case/database.js';
import { featureNames, makeRows } from '../features.js';

/** Share of TLS flows where a feature is known, by kind of source. */
export interface Known {
  readonly kind: string;
  readonly rows: number;
  readonly shares: Readonly<Record<string, number>>;
}

/** How often each feature is known by kind of source: one that only pcaps have would teach a model the kind of source. */
export async function knownByKind(db: Database): Promise<Known[]> {
  await makeRows(db);
  const names = featureNames('tls');
  const rows = await db.all<Record<string, number | string>>(
    `SELECT s.kind, count(*)::INTEGER AS rows, ${names.map((n) => `1 - avg(isnan(r.${n})::INTEGER) AS ${n}`).join(', ')}
     FROM https_rows r JOIN d_flows f USING (flow_id) JOIN sources s ON s.source_id = f.source_id
     WHERE r.tls GROUP BY s.kind ORDER BY s.kind`,
  );
  await db.run('DROP TABLE https_rows');
  return rows.map((r) => ({
    kind: String(r.kind),
    rows: Number(r.rows),
    shares: Object.fromEntries(names.map((n) => [n, Number(r[n])])),
  }));
}
