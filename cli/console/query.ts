import { readFileSync } from 'node:fs';
import type { Database, Row } from '../../ingest/case/database.js';
import { asset } from '../package-root.js';

/** What a screen asks of the case: one host, maybe one of its windows. */
export interface Subject {
  readonly profile: string;
  readonly site: string;
  /** `tw_start` as text; empty: all windows. */
  readonly window: string;
  /** Its end as text. */
  readonly windowEnd: string;
}

/** Rows that a screen holds at most; the rest is counted. */
export const ROW_LIMIT = 10_000;

const texts = new Map<string, string>();

/**
 * Runs one of `queries/*.sql`; values that its text does not name are left out. Rows are made a chunk at a time, so that keys
 * are not kept waiting.
 */
export async function ask(
  db: Database,
  name: string,
  values: Readonly<Record<string, string | number | boolean>>,
): Promise<Row[]> {
  if (!texts.has(name)) texts.set(name, readFileSync(asset('cli', 'console', 'queries', `${name}.sql`), 'utf8'));
  const sql = texts.get(name)!;
  const used = Object.entries(values).filter(([key]) => new RegExp(`\\$${key}\\b`).test(sql));
  const result = await db.result(sql, Object.fromEntries(used));
  const rows: Row[] = [];
  for await (const chunk of result.yieldRowObjectJson()) rows.push(...(chunk as Row[]));
  return rows;
}

/** Rows that a LIMIT left out, by the `total` column. */
export const leftOut = (rows: readonly Row[]): number => Number(rows[0]?.total ?? 0) - rows.length;
