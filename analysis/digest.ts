import { createHash } from 'node:crypto';
import type { Database } from '../ingest/case/database.js';
import { columnsOf, tables } from '../ingest/case/schema.js';
import { ident } from '../ingest/case/sql.js';

/** Columns in whose order the rows of a table are hashed; the rest of the row breaks ties. */
const KEYS: Readonly<Record<string, string>> = {
  flows: 'flow_id',
  evidence: 'evidence_id',
  evidence_flows: 'evidence_id, flow_id',
  alert_evidence: 'alert_id, evidence_id',
  alerts: 'alert_id',
  provenance: 'key',
};

const BLOCK = 200_000;

/**
 * SHA-256 of each table's rows in key order: equal for equal content, wherever and however the file was made.
 * Rows are hashed one by one in the database; only hashes are sorted, a block at a time.
 */
export async function tableDigests(db: Database): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const { name } of tables) out[name] = await tableDigest(db, name);
  return out;
}

async function tableDigest(db: Database, table: string): Promise<string> {
  const columns = columnsOf(table);
  // One call, not a chain of ||, which copies the beginning of the row again for each column.
  const row = `concat_ws(chr(31), ${columns.map((c) => `coalesce(${ident(c.name)}::VARCHAR, chr(0))`).join(', ')})`;
  const order =
    KEYS[table] ??
    columns
      .filter((c) => ['capture_id', 'row'].includes(c.name))
      .map((c) => ident(c.name))
      .join(', ');
  const hash = createHash('sha256');
  const total = await db.number(`SELECT count(*) FROM ${table}`);
  hash.update(`${table} ${columns.map((c) => `${c.name} ${c.type}`).join(', ')} ${total}\n`);
  if (total === 0) return hash.digest('hex');
  await db.run(
    `CREATE OR REPLACE TEMP TABLE row_hashes AS
       SELECT row_number() OVER (ORDER BY ${order === '' ? '' : `${order}, `}h) AS n, h
       FROM (SELECT ${order === '' ? '' : `${order}, `}sha256(${row}) AS h FROM ${table})`,
  );
  for (let from = 1; from <= total; from += BLOCK) {
    const block = await db.one<{ h: string }>(
      `SELECT sha256(string_agg(h, '' ORDER BY n)) AS h FROM row_hashes WHERE n BETWEEN ${from} AND ${from + BLOCK - 1}`,
    );
    hash.update(block!.h);
  }
  await db.run('DROP TABLE row_hashes');
  return hash.digest('hex');
}
