import { lit } from '../case/sql.js';
import type { LoadContext } from '../reader.js';

/** Gives the label of the command line to the capture's flows that have none of their own. */
export async function labelAll(context: LoadContext, label: string): Promise<void> {
  await context.store.db.run(
    `INSERT INTO labels SELECT source_id, uid, ${lit(label)}, NULL, label_class(${lit(label)}), 'option'
     FROM flows WHERE capture_id = ${lit(context.captureId)} AND uid NOT IN (
       SELECT uid FROM labels WHERE source_id = ${lit(context.sourceId)}) ORDER BY "row"`,
  );
}
