import { floats, integers } from '../../ingest/case/read-vectors.js';
import type { ForestData } from '../forest/forest.js';
import type { LabelledData } from '../kind.js';
import { featureNames, makeRows } from './features.js';
import { eachChunk } from './rows.js';

/** Labelled flows with all features; rows lie by group, groups by the hash of their first file. */
export interface LabelledRows extends ForestData {
  /** Index into the groups of the data. */
  readonly groups: Int32Array;
  /** 1 where the source knows handshakes. */
  readonly tls: Uint8Array;
}

/** The labelled rows of the captures; memory: 4 bytes per row and feature. */
export async function labelledRows(data: LabelledData): Promise<LabelledRows> {
  const { db } = data.store;
  const names = featureNames('tls');
  await makeRows(db);
  const ranks = data.groups
    .map((g, number) => ({ number, key: `${g.files[0]?.sha256 ?? ''} ${g.name}` }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ number }, rank) => `(${number}, ${rank})`);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE https_labelled AS
     SELECT g.number, k.rank, (l.class = 'malicious')::INTEGER AS label, r.tls::INTEGER AS tls, r.flow_id, ${names.map((n) => `r.${n}`).join(', ')}
     FROM https_rows r
     JOIN d_flows f USING (flow_id)
     JOIN (SELECT source_id, uid, max(class) AS class FROM labels WHERE class IS NOT NULL GROUP BY source_id, uid) l
       ON l.source_id = f.source_id AND l.uid = f.uid
     JOIN model_groups g ON g.site = f.site
     JOIN (VALUES ${ranks.join(', ') || '(NULL, NULL)'}) k(number, rank) ON k.number = g.number`,
  );
  await db.run('DROP TABLE https_rows');
  const n = await db.number('SELECT count(*) FROM https_labelled');
  const groups = new Int32Array(n);
  const labels = new Uint8Array(n);
  const tls = new Uint8Array(n);
  const columns = names.map(() => new Float32Array(n));
  let at = 0;
  await eachChunk(
    db,
    `SELECT number, label, tls, ${names.join(', ')} FROM https_labelled ORDER BY rank, flow_id`,
    (chunk, rows) => {
      groups.set(integers(chunk, 0), at);
      labels.set(integers(chunk, 1), at);
      tls.set(integers(chunk, 2), at);
      for (const [f, column] of columns.entries()) column.set(floats(chunk, f + 3), at);
      at += rows;
    },
  );
  await db.run('DROP TABLE https_labelled');
  return { names, columns, labels, groups, tls };
}

/** Some of the rows, in their order, with the features of `names` only. All rows are shared, not copied. */
export function pick(all: LabelledRows, rows: Int32Array, names: readonly string[]): LabelledRows {
  if (rows.length === all.labels.length) {
    return { ...all, names, columns: names.map((name) => all.columns[all.names.indexOf(name)]!) };
  }
  return {
    names,
    columns: names.map((name) => {
      const column = all.columns[all.names.indexOf(name)]!;
      return Float32Array.from(rows, (r) => column[r]!);
    }),
    labels: Uint8Array.from(rows, (r) => all.labels[r]!),
    groups: Int32Array.from(rows, (r) => all.groups[r]!),
    tls: Uint8Array.from(rows, (r) => all.tls[r]!),
  };
}
