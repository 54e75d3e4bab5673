import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Detection } from '../../analysis/detection/definition.js';
import type { RunSettings } from '../../cli/config.js';
import { inputError } from '../../cli/errors.js';
import { CaseStore } from '../case/case-store.js';
import { lit } from '../case/sql.js';
import { ingest } from '../ingest.js';
import { ChangedWindows } from './changed-windows.js';
import { LiveAnalysis } from './live-analysis.js';
import { LiveFolder } from './live-folder.js';
import type { LiveListener } from './live-options.js';
import { Publisher } from './publisher.js';
import { forgetBefore, keptFrom, type Retention } from './retention.js';

export interface FollowOptions {
  /** A Zeek folder or log, or an EVE file, that grows. */
  readonly path: string;
  readonly casePath: string;
  readonly settings: RunSettings;
  readonly detections: readonly Detection[];
  /** Seconds between two looks at the logs. */
  readonly every: number;
  readonly retain: Retention | undefined;
}

/** Microseconds of the logs' time that a window stays open after its end, for records that come late. */
const GRACE = 1e6;

/**
 * Reads what growing logs gain, again and again, and analyses a window once their time has passed its end. Like a capture it
 * works on a copy, so that others may look at the case meanwhile; the copy takes the case's place at the end.
 */
export async function followLogs(options: FollowOptions, listener: LiveListener, stop: AbortSignal): Promise<void> {
  const { settings, casePath, path } = options;
  if (!existsSync(path)) throw inputError(`${path}: no such file or folder`);
  // Makes the case where there is none, and brings in what a killed one left behind.
  await (await CaseStore.open(casePath, { mode: 'create', ...settings })).close();
  const folder = new LiveFolder(casePath);
  await folder.claim();
  const store = await CaseStore.open(folder.work, { mode: 'update', ...settings });
  try {
    const follower = await Follower.begin(options, listener, store, new Publisher(store, folder));
    while (!stop.aborted) {
      await follower.look();
      await sleep(options.every * 1000, undefined, { signal: stop }).catch(() => undefined);
    }
    await follower.finish();
  } finally {
    await store.close();
  }
  folder.finish();
}

class Follower {
  /** Time of the newest flow in microseconds since the epoch, and when it came. */
  #newest = 0;
  #newestAt = 0;
  /** Windows that end by then are analysed. */
  #edge = 0;
  #records = -1;
  /** Those who look on do not see all that is there. */
  #news = false;
  /** Captures that were read. */
  #captures: readonly string[] = [];
  #keptFrom = 0;
  #keepBefore: string | undefined;

  private constructor(
    readonly options: FollowOptions,
    readonly listener: LiveListener,
    readonly store: CaseStore,
    readonly publisher: Publisher,
    readonly analysis: LiveAnalysis,
    readonly changed: ChangedWindows,
  ) {}

  static async begin(
    options: FollowOptions,
    listener: LiveListener,
    store: CaseStore,
    publisher: Publisher,
  ): Promise<Follower> {
    const { analysis } = options.settings;
    const width = analysis.window === 'one' ? 3600e6 : analysis.window;
    return new Follower(
      options,
      listener,
      store,
      publisher,
      await LiveAnalysis.begin(store, analysis, options.detections, listener),
      await ChangedWindows.begin(store.db, width),
    );
  }

  /** Reads what is new and analyses the windows that closed, and earlier ones that got new records. */
  async look(): Promise<void> {
    // A log that has no record yet is no reason to stop waiting for one.
    await this.#read().catch(() => undefined);
    const { window } = this.options.settings.analysis;
    const now = await this.#clock();
    const edge = window === 'one' || now === 0 ? 0 : Math.floor((now - GRACE) / window) * window;
    if (window !== 'one' && edge > this.#edge) {
      await this.#retain(now, window);
      await this.#analyse(edge, window);
      this.#edge = edge;
    }
    const { db } = this.store;
    const records = await db.number('SELECT coalesce(sum(records), 0)::BIGINT FROM captures');
    this.#news ||= records !== this.#records;
    this.#records = records;
    if (this.#news && (await this.publisher.publish(0))) this.#news = false;
  }

  /**
   * Reads what is left and makes the case what a batch run makes it.
   * @throws CliError when nothing could be read
   */
  async finish(): Promise<void> {
    await this.#read();
    if ((await this.#clock()) > 0) await this.analysis.all(this.#keepBefore);
  }

  async #analyse(edge: number, width: number): Promise<void> {
    const began = performance.now();
    const { windows, most } = await this.changed.look(this.#keptFrom, edge);
    if (windows.length === 0) return;
    this.#news = true;
    if (most) await this.analysis.all(this.#keepBefore);
    else await this.analysis.windows(windows, width, this.#keepBefore);
    await this.changed.analysed(most ? undefined : windows);
    this.listener.window(new Date(edge / 1000).toISOString(), (performance.now() - began) / 1000);
    if (this.analysis.worn) await this.changed.over(() => this.analysis.renew());
  }

  async #read(): Promise<void> {
    const { site } = this.options.settings;
    const warn = (m: string): void => this.listener.warning(m);
    const results = await ingest(this.store, [this.options.path], { site, warn });
    this.#captures = results.flatMap((r) => r.captureId ?? []);
  }

  /** The logs' time: that of the newest flow, and as much as has gone by since it came. 0: there is none. */
  async #clock(): Promise<number> {
    const newest = await this.store.db.number('SELECT coalesce(epoch_us(max(ts)), 0) FROM flows');
    if (newest !== this.#newest) [this.#newest, this.#newestAt] = [newest, performance.now()];
    return newest === 0 ? 0 : newest + (performance.now() - this.#newestAt) * 1000;
  }

  async #retain(now: number, width: number): Promise<void> {
    const { retain } = this.options;
    if (!retain || this.#captures.length === 0) return;
    const own = `capture_id IN (${this.#captures.map(lit).join(', ')})`;
    const edge = await keptFrom(this.store.db, retain, own, now, width);
    if (edge === undefined || edge < this.#keptFrom) return;
    this.#keptFrom = edge;
    this.#keepBefore = await forgetBefore(this.store.db, own, edge);
  }
}
