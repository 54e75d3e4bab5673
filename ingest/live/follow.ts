import { existsSync } from 'node:fs';
import { detect } from '../../analysis/detect.js';
import type { Detection } from '../../analysis/detection/definition.js';
import type { RunSettings } from '../../cli/config.js';
import { inputError } from '../../cli/errors.js';
import { CaseStore } from '../case/case-store.js';
import { ingest } from '../ingest.js';
import { Findings, type KnownFindings } from './findings.js';
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
 * Reads what growing logs gain, again and again, and analyses a window once their time has passed its end. The case is
 * open only while something is read: between two looks anyone may use it.
 */
export async function followLogs(options: FollowOptions, listener: LiveListener, stop: AbortSignal): Promise<void> {
  const { settings, casePath, path } = options;
  if (!existsSync(path)) throw inputError(`${path}: no such file or folder`);
  const width = settings.analysis.window;
  let analysed = 0;
  let seen: KnownFindings | undefined;
  for (let last = false; !last; ) {
    last = stop.aborted;
    const store = await CaseStore.open(casePath, { mode: 'create', ...settings });
    try {
      const findings = await Findings.begin(store.db, seen);
      seen ??= await findings.known();
      await ingest(store, [path], { site: settings.site, warn: (m) => listener.warning(m) }).catch((error: Error) => {
        // A log that has no record yet is no reason to stop waiting for one.
        if (last) throw error;
      });
      const newest = await store.db.number('SELECT coalesce(epoch_us(max(ts)), 0) FROM flows');
      const edge = width === 'one' ? 0 : Math.floor(newest / width) * width;
      if (edge > analysed || (last && newest > 0)) {
        const began = performance.now();
        await detect(store, settings.analysis, undefined, options.detections);
        const { evidence, alerts } = await findings.fresh();
        for (const e of evidence) listener.evidence(e);
        for (const a of alerts) await listener.alert(a);
        seen = await findings.known();
        analysed = edge;
        listener.window(new Date(edge / 1000).toISOString(), (performance.now() - began) / 1000);
      }
    } finally {
      store.close();
    }
    if (!last) await rest(options.every * 1000, stop);
  }
}

function rest(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
