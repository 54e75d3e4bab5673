import { readFileSync } from 'node:fs';
import { asset } from '../cli/package-root.js';
import type { Database } from '../ingest/case/database.js';

/** Text of one `.sql` file of `analysis/`. */
export const sqlOf = (file: string): string => readFileSync(asset('analysis', file), 'utf8');

/** Runs the statements of one `.sql` file of `analysis/`. */
export async function runPass(db: Database, file: string): Promise<void> {
  await db.run(sqlOf(file));
}
