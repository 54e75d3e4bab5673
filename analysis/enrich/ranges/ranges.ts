import type { Database } from '../../../ingest/case/database.js';
import { lit } from '../../../ingest/case/sql.js';
import { runPass } from '../../passes.js';
import { dataFile } from '../data-sets.js';

/** Addresses up to which comparing each with every range is cheaper than sorting half a million ranges. */
export const FEW = 32;

/**
 * Makes the temporary table `range_answers(address, …)` with the values that a shipped table of ranges has for the public
 * addresses of the temporary table `subjects(address, number, scope)`.
 * @param few addresses that are compared one by one
 */
export async function answerRanges(db: Database, file: string, subjects: string, few = FEW): Promise<void> {
  await db.run(`CREATE OR REPLACE TEMP VIEW range_subjects AS SELECT address, number FROM ${subjects} WHERE scope = 'public';
    SET VARIABLE range_file = ${lit(dataFile(file))}`);
  const many = (await db.number('SELECT count(*) FROM range_subjects')) > few;
  await runPass(db, `enrich/ranges/${many ? 'sorted' : 'few'}.sql`);
}
