import { existsSync, rmSync } from 'node:fs';
import { CliError } from '../../cli/errors.js';
import { markUnfinished } from '../capture/unfinished.js';
import type { CaseStore } from '../case/case-store.js';
import type { Database } from '../case/database.js';
import { LiveFolder } from './live-folder.js';

/**
 * The file to open for a case: itself, or while a capture runs into it and one only looks, the state that the capture
 * published last. What a killed capture left behind is brought into the case first.
 * @param open opens a case for writing
 * @throws CliError when a capture runs into the case and one wants to write
 */
export async function liveTarget(
  path: string,
  mode: 'create' | 'update' | 'read',
  open: (work: string) => Promise<CaseStore>,
): Promise<string> {
  const live = new LiveFolder(path);
  if (!existsSync(live.folder)) return path;
  const running = live.runningPid();
  if (running !== undefined) {
    if (mode !== 'read') throw new CliError(`${path}: process ${running} captures into this case; stop it first`);
    return existsSync(live.view) ? live.view : path;
  }
  if (live.abandoned) await recover(live, open);
  else rmSync(live.folder, { recursive: true, force: true });
  return path;
}

/** Brings the work of a killed capture into its case. */
async function recover(live: LiveFolder, open: (work: string) => Promise<CaseStore>): Promise<void> {
  const store = await open(live.work);
  try {
    await closeLiveCaptures(store.db);
    await store.db.run('CHECKPOINT');
  } finally {
    store.close();
  }
  live.finish();
}

/** Captures that were still going on are over: their open flows ended with the capture. */
export async function closeLiveCaptures(db: Database): Promise<void> {
  await db.transaction(async () => {
    await db.run(
      `UPDATE flows SET ended = 'eof' WHERE ended = 'open'
         AND capture_id IN (SELECT capture_id FROM captures WHERE status = 'live')`,
    );
    for (const { id } of await db.all<{ id: string }>(
      "SELECT DISTINCT source_id AS id FROM captures WHERE status = 'live' ORDER BY id",
    )) {
      await markUnfinished(db, id);
    }
    await db.run(
      `UPDATE captures SET status = 'complete', details = json_merge_patch(coalesce(details, '{}'), '{"interrupted":true}')
       WHERE status = 'live'`,
    );
  });
}
