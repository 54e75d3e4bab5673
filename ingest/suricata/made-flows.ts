import type { CaseStore } from '../case/case-store.js';
import { lit } from '../case/sql.js';
import type { LoadContext } from '../reader.js';
import { sql } from './sql-files.js';
import { STAGING_SHARE } from './stage.js';

/**
 * Flows made from events of this source go before a file is loaded and are made anew when all files are in:
 * so they do not depend on the order of files, and never stand beside the true flow.
 */
export async function dropMadeFlows(context: LoadContext, loaded: ReadonlySet<string>): Promise<void> {
  const { store, captureId, sourceId } = context;
  const source = lit(sourceId);
  await store.db.run(`DELETE FROM flows WHERE source_id = ${source} AND ended = 'event'`);
  if (!loaded.has('flow')) return;
  // A flow event tells more than the two netflow records of the same flow in another file.
  const netflow = await store.db.number(
    `SELECT count(*) FROM captures WHERE source_id = ${source} AND json_exists(details, '$.events.netflow')`,
  );
  if (netflow === 0) return;
  await store.db.run(
    `DELETE FROM flows WHERE source_id = ${source} AND capture_id <> ${lit(captureId)} AND json_exists(extra, '$.netflow')
       AND uid IN (SELECT flow_id::VARCHAR FROM eve WHERE event_type = 'flow')`,
  );
}

/** The label of the run for every flow of the file, those made from its events included. */
export async function labelFlows(context: LoadContext, label: string): Promise<void> {
  await context.store.db.run(
    `INSERT INTO labels BY NAME
       SELECT ${lit(context.sourceId)} AS source_id, uid, ${lit(label)} AS label, label_class(${lit(label)}) AS class, 'option' AS origin
       FROM (SELECT uid FROM flows WHERE capture_id = ${lit(context.captureId)}
             UNION SELECT flow_id::VARCHAR FROM eve WHERE flow_id IS NOT NULL) ORDER BY uid`,
  );
}

/** Joins across the files of a source: originators told by another file's flows, flows for events that have none. */
export async function finishSource(store: CaseStore, sourceId: string): Promise<void> {
  const source = lit(sourceId);
  await store.db.run(sql('macros'));
  await store.db.run(`DELETE FROM flows WHERE source_id = ${source} AND ended = 'event'`);
  if ((await store.db.number(`SELECT count(*) FROM captures WHERE source_id = ${source}`)) > 1) {
    for (const table of ['suricata_alert', 'weird', 'files']) {
      await store.db.run(
        sql('turn-events', { source, table, more: table === 'files' ? ', is_orig = NOT is_orig' : '' }),
      );
    }
  }
  // Sorts and groups all events without a flow.
  await store.shareMemory(STAGING_SHARE);
  await store.db.run(sql('made-flows', { source }));
  await store.shareMemory();
}
