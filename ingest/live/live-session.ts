import type { AnalysisOptions } from '../../analysis/options.js';
import { markUnfinished } from '../capture/unfinished.js';
import { CaseStore } from '../case/case-store.js';
import { lit } from '../case/sql.js';
import { collectGarbage } from './collect-garbage.js';
import { missingSpace } from './disk-space.js';
import { LiveAnalysis } from './live-analysis.js';
import { LiveFolder } from './live-folder.js';
import type { LiveListener, LiveOptions } from './live-options.js';
import { LivePackets } from './live-packets.js';
import { PacketFeed } from './packet-feed.js';
import { Publisher } from './publisher.js';
import { forgetBefore, keptFrom } from './retention.js';

/** Rows waiting for the case at which reading pauses; the kernel's buffer takes what comes meanwhile. */
const MOST_WAITING = 400;
/** Flows of earlier windows that are analysed again with one that closes, because packets of them came. */
const MOST_AGAIN = 100_000;
/** Seconds of capture time that a window stays open after its end, for packets that come late. */
const GRACE = 1;

const widthOf = ({ window }: AnalysisOptions): number => (window === 'one' ? Number.MAX_SAFE_INTEGER : window);

/** One live capture into a case: packets in, windows analysed as capture time closes them. */
export class LiveSession {
  readonly #options: LiveOptions;
  readonly #listener: LiveListener;
  readonly #folder: LiveFolder;
  readonly #feed: PacketFeed;
  #store: CaseStore | undefined;
  #packets: LivePackets | undefined;
  #analysis: LiveAnalysis | undefined;
  #publisher: Publisher | undefined;
  /** The stream's first bytes. */
  #head: Uint8Array[] = [];
  #lock: Promise<void> = Promise.resolve();
  #lastPacketAt = 0;
  #lastPackets = 0;
  #windowEnd = Number.POSITIVE_INFINITY;
  #keptFrom = 0;
  #keepBefore: string | undefined;
  /** The disk has no room. */
  #full = false;
  /** The analysis that runs now; flows are written beside it. */
  #analysing: Promise<void> | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(options: LiveOptions, listener: LiveListener) {
    this.#options = options;
    this.#listener = listener;
    this.#folder = new LiveFolder(options.casePath);
    this.#feed = new PacketFeed(options, listener);
  }

  /**
   * Captures until `stop` is called. The case takes the place of its old state in one step at the end.
   * @param opened called once the interface is open and before the case is: rights that only opening needs may go
   * @throws CliError when the interface cannot be opened, the case is in use, or the disk is full
   */
  async run(opened: () => void = () => undefined): Promise<void> {
    try {
      await this.#feed.open();
      opened();
      await this.#open();
      await this.#capture();
      await this.#finish();
    } catch (error) {
      this.#feed.stop();
      await this.#store?.close();
      throw error;
    }
  }

  /** Ends the capture: flows are written, the last window is analysed. */
  stop(): void {
    this.#feed.stop();
    this.#wake();
  }

  async #open(): Promise<void> {
    const { casePath, threads, memoryLimit, analysis, detections } = this.#options;
    // Makes the case where there is none, and brings in what a killed capture left behind.
    await (await CaseStore.open(casePath, { mode: 'create', threads, memoryLimit })).close();
    await this.#folder.claim();
    this.#store = await CaseStore.open(this.#folder.work, { mode: 'update', threads, memoryLimit });
    // DuckDB fills what it may with blocks of the growing case: over days that would be all of it.
    await this.#store.shareMemory();
    this.#analysis = await LiveAnalysis.begin(this.#store, analysis, detections, this.#listener);
    this.#publisher = new Publisher(this.#store, this.#folder);
  }

  async #capture(): Promise<void> {
    const { flushSeconds } = this.#options;
    const timer = setInterval(() => this.#everySecond(), 1000);
    let nextFlush = performance.now() + flushSeconds * 1000;
    let over = false;
    const reading = this.#feed
      .read(
        (chunk) => this.#take(chunk),
        () => this.#anew(),
      )
      .catch((error: Error) => {
        this.#failure = error;
      })
      .finally(() => {
        over = true;
        this.#wake();
      });
    try {
      while (!over) {
        await this.#sleep(200);
        if (this.#failure) throw this.#failure;
        if (this.#short()) continue;
        await this.#begin();
        if (performance.now() >= nextFlush && this.#packets) {
          await this.#exclusive(() => this.#flush());
          nextFlush = performance.now() + flushSeconds * 1000;
        }
        await this.#closeWindows();
      }
      await this.#begin();
    } finally {
      clearInterval(timer);
      this.#feed.stop();
      await reading;
      this.#everySecond();
    }
  }

  /** A new stream follows the one that broke off. */
  async #anew(): Promise<void> {
    await this.#begin();
    if (this.#packets) this.#packets.resume();
    else this.#head = [];
  }

  /**
   * True while the disk has no room. Packets are still decoded; when enough rows wait reading stops, and what the kernel's
   * buffer cannot hold it counts as dropped.
   */
  #short(): boolean {
    const missing = missingSpace(this.#folder.work, 0);
    if (missing > 0 && !this.#full) {
      const mb = Math.ceil(missing / 1e6);
      this.#listener.warning(
        `${this.#options.casePath}: disk full; nothing is written until ${mb} MB more are free; packets wait, then the kernel drops and counts them`,
      );
    } else if (missing === 0 && this.#full) this.#listener.warning('there is space again; writing goes on');
    this.#full = missing > 0;
    return this.#full;
  }

  #take(chunk: Buffer): void {
    if (this.#packets) this.#packets.push(chunk);
    else this.#head.push(chunk);
    if ((this.#packets?.waiting ?? this.#head.length) > MOST_WAITING) this.#feed.pause();
  }

  /** The capture enters the case with its first packet: until then there is nothing to name it by. */
  async #begin(): Promise<void> {
    if (this.#packets || this.#head.reduce((n, c) => n + c.length, 0) < 64) return;
    const { iface, site, dissectors, timeouts, analysis } = this.#options;
    const head = Buffer.concat(this.#head);
    const packets = await LivePackets.begin(
      await this.#store!.connect(),
      { iface, site, dissectors, timeouts, window: widthOf(analysis) },
      head.subarray(0, 64),
    );
    this.#packets = packets;
    for (const chunk of this.#head.splice(0)) packets.push(chunk);
    const first = packets.counts.lastTs ?? Date.now() * 1000;
    const { window } = this.#options.analysis;
    if (window !== 'one') this.#windowEnd = this.#boundary(first, window);
  }

  /** End of the window that holds a time. */
  #boundary(ts: number, width: number): number {
    return (Math.floor(ts / width) + 1) * width;
  }

  /** Capture time: that of the last packet, and as much as has gone by since where none came. */
  #clock(): number | undefined {
    const counts = this.#packets?.counts;
    if (counts?.lastTs === undefined) return undefined;
    if (counts.packets !== this.#lastPackets) {
      this.#lastPackets = counts.packets;
      this.#lastPacketAt = performance.now();
    }
    return counts.lastTs + (performance.now() - this.#lastPacketAt) * 1000;
  }

  async #closeWindows(): Promise<void> {
    const now = this.#clock();
    const { window } = this.#options.analysis;
    if (now === undefined || window === 'one' || this.#analysing) return;
    // The machine's clock was set back: windows close by what it says now.
    if (now < this.#windowEnd - 2 * window) this.#windowEnd = this.#boundary(now, window);
    if (now < this.#windowEnd + GRACE * 1e6) return;
    this.#packets!.tick(now);
    const first = this.#windowEnd - window;
    this.#windowEnd = this.#boundary(now - GRACE * 1e6, window);
    // The analysis of the one before may have taken longer than a window.
    const closed = [first, Math.max(first + window, this.#windowEnd - window)] as const;
    let windows: number[] = [];
    await this.#exclusive(async () => {
      await this.#flush();
      await this.#retain(now, window);
      windows = await this.#packets!.touched.take(this.#store!.db, closed, this.#keptFrom, MOST_AGAIN);
    });
    this.#analysing = this.#analyseWindows(windows, closed, window)
      .catch((error: Error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#analysing = undefined;
        this.#wake();
      });
  }

  async #analyseWindows(windows: readonly number[], closed: readonly [number, number], width: number): Promise<void> {
    const began = performance.now();
    await this.#store!.shareMemory(1);
    if (windows.length > 0) await this.#analysis!.windows(windows, width, this.#keepBefore);
    // Setting the limit makes DuckDB's allocator give back what it keeps: else that grows for as long as analyses go on.
    await collectGarbage();
    // A flush may hold more just now: then the next window lowers it.
    await this.#store!.shareMemory().catch(() => undefined);
    if (this.#analysis!.worn) await this.#exclusive(() => this.#renew());
    const seconds = (performance.now() - began) / 1000;
    for (let end = closed[0] + width; end <= closed[1]; end += width)
      this.#listener.window(new Date(end / 1000).toISOString(), seconds);
    await this.#exclusive(async () => {
      await this.#publisher!.publish(0);
    });
  }

  async #renew(): Promise<void> {
    this.#packets?.release();
    await this.#analysis!.renew();
    await this.#store!.shareMemory();
  }

  async #flush(): Promise<void> {
    await this.#packets?.flush();
    this.#feed.resume();
    if (!this.#analysing) await this.#publisher!.publish(5000);
  }

  /** Old flows go; what was found in their windows stays. */
  async #retain(now: number, window: number): Promise<void> {
    const { retain } = this.#options;
    if (!retain || !this.#packets) return;
    const { db } = this.#store!;
    const own = `capture_id = ${lit(this.#packets.captureId)}`;
    const edge = await keptFrom(db, retain, own, now, window);
    if (edge === undefined) return;
    this.#keptFrom = edge;
    this.#keepBefore = await forgetBefore(db, own, edge);
  }

  async #finish(): Promise<void> {
    const store = this.#store!;
    await this.#analysing;
    if (this.#failure) throw this.#failure;
    await store.shareMemory(1);
    await this.#exclusive(async () => {
      if (this.#packets) {
        const { counts } = this.#feed;
        await this.#packets.finish(counts.received > 0 ? counts : undefined);
        await markUnfinished(store.db, this.#packets.sourceId);
        await this.#analysis!.all(this.#keepBefore);
      }
      await store.db.run('CHECKPOINT');
    });
    await store.close();
    this.#folder.finish();
    await this.#feed.close();
  }

  #everySecond(): void {
    this.#feed.ask();
    const c = this.#packets?.counts;
    this.#listener.status({
      packets: c?.packets ?? 0,
      bytes: c?.bytes ?? 0,
      flows: c?.flows ?? 0,
      openFlows: c?.openFlows ?? 0,
      ...this.#feed.counts,
    });
  }

  /** One piece of work on the case at a time. */
  #exclusive(work: () => Promise<void>): Promise<void> {
    const mine = this.#lock.then(work);
    this.#lock = mine.catch(() => undefined);
    return mine;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
