import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { detect } from '../../analysis/detect.js';
import type { Detection } from '../../analysis/detection/definition.js';
import type { RunSettings } from '../../cli/config.js';
import { inputError } from '../../cli/errors.js';
import { CaseStore } from '../case/case-store.js';
import { ingest } from '../ingest.js';
import { Findings } from './findings.js';
import { LiveFolder } from './live-folder.js';
import type { LiveListener } from './live-session.js';

export interface FollowOptions {
  /** A Zeek folder or log, or an EVE file, that grows. */
  readonly path: string;
  readonly casePath: string;
  readonly settings: RunSettings;
  readonly detections: readonly Detection[];
  /** Seconds between two looks at the logs. */
  readonly every: number;
}

/**
 * Reads what growing logs gain, again and again, and analyses a window once their time has passed its end. Like a capture it
 * works on a copy, so that others may look at the case meanwhile; the copy takes the case's place at the end.
 */
export async function followLogs(options: FollowOptions, listener: LiveListener, stop: AbortSignal): Promise<void> {
  const { settings, casePath, path } = options;
  if (!existsSync(path)) throw inputError(`${path}: no such file or folder`);
  const width = settings.analysis.window;
  // Makes the case where there is none, and brings in what a killed one left behind.
  (await CaseStore.open(casePath, { mode: 'create', ...settings })).close();
  const folder = new LiveFolder(casePath);
  await folder.claim();
  const store = await CaseStore.open(folder.work, { mode: 'update', ...settings });
  try {
    await follow();
  } finally {
    store.close();
  }
  folder.finish();

  async function follow(): Promise<void> {
    const { db } = store;
    let analysed = 0;
    let published = -1;
    let publishedAt = 0;
    let publishCost = 0;
    const findings = await Findings.begin(db);
    for (let last = false; !last; ) {
      last = stop.aborted;
      await ingest(store, [path], { site: settings.site, warn: (m) => listener.warning(m) }).catch((error: Error) => {
        // A log that has no record yet is no reason to stop waiting for one.
        if (last) throw error;
      });
      const newest = await db.number('SELECT coalesce(epoch_us(max(ts)), 0) FROM flows');
      const edge = width === 'one' ? 0 : Math.floor(newest / width) * width;
      if (edge > analysed || (last && newest > 0)) {
        const began = performance.now();
        await detect(store, settings.analysis, undefined, options.detections);
        const { evidence, alerts } = await findings.fresh();
        for (const e of evidence) listener.evidence(e);
        for (const a of alerts) await listener.alert(a);
        analysed = edge;
        published = -1;
        listener.window(new Date(edge / 1000).toISOString(), (performance.now() - began) / 1000);
      }
      if (last) return;
      const records = await db.number('SELECT coalesce(sum(records), 0)::BIGINT FROM captures');
      const began = performance.now();
      // Looking on may not cost more than a twentieth of the time.
      if (records !== published && began - publishedAt > 20 * publishCost) {
        await db.run('CHECKPOINT');
        await folder.publish();
        published = records;
        publishedAt = performance.now();
        publishCost = publishedAt - began;
      }
      await rest(options.every * 1000, stop);
    }
  }
}

/** Waits, or less when told to stop. */
const rest = (ms: number, stop: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal: stop }).catch(() => undefined);
