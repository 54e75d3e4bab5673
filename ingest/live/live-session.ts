import { createWriteStream, type WriteStream } from 'node:fs';
import { detect } from '../../analysis/detect.js';
import type { Detection } from '../../analysis/detection/definition.js';
import { LivePasses } from '../../analysis/live-passes.js';
import type { AnalysisOptions } from '../../analysis/options.js';
import { CliError } from '../../cli/errors.js';
import { markUnfinished } from '../capture/unfinished.js';
import { CaseStore } from '../case/case-store.js';
import type { DissectorFactory } from '../pcap/dissect/dissector.js';
import type { Timeouts } from '../pcap/flow/timeouts.js';
import { type Capture, type EngineName, startCapture } from './capture-program.js';
import { missingSpace } from './disk-space.js';
import { Findings, type NewAlert, type NewEvidence } from './findings.js';
import { LiveFolder } from './live-folder.js';
import { LivePackets } from './live-packets.js';

export interface LiveOptions {
  readonly casePath: string;
  readonly iface: string;
  readonly engine: EngineName;
  readonly bpf: string | undefined;
  readonly snaplen: number;
  readonly bufferMb: number;
  readonly site: string;
  readonly timeouts: Timeouts;
  readonly dissectors: readonly DissectorFactory[];
  readonly analysis: AnalysisOptions;
  readonly detections: readonly Detection[];
  readonly threads: number;
  readonly memoryLimit: string;
  readonly flushSeconds: number;
  /** Keep flows of this time only (seconds), or as much as fits into this many bytes. */
  readonly retain: { readonly seconds: number } | { readonly bytes: number } | undefined;
  /** Also write the packets here, so that they can be cut out later. */
  readonly writePcap: string | undefined;
}

/** What a session tells while it runs. */
export interface LiveListener {
  evidence(found: NewEvidence): void;
  /** Called after the evidence of the alert; the next window waits for it. */
  alert(raised: NewAlert): void | Promise<void>;
  /** A window was analysed: its end, and how long that took. */
  window(end: string, seconds: number): void;
  status(status: LiveStatus): void;
  warning(message: string): void;
}

export interface LiveStatus {
  readonly packets: number;
  readonly bytes: number;
  readonly flows: number;
  readonly openFlows: number;
  readonly dropped: number;
  readonly received: number;
}

/** Rows waiting for the case at which reading pauses; the kernel's buffer takes what comes meanwhile. */
const MOST_WAITING = 400;
/** Flows of earlier windows that are analysed again with one that closes, because packets of them came. */
const MOST_AGAIN = 100_000;
/** What needs more than one window is analysed for this share of the time at most. */
const HISTORY_SHARE = 0.25;
/** Seconds of capture time that a window stays open after its end, for packets that come late. */
const GRACE = 1;

const widthOf = ({ window }: AnalysisOptions): number => (window === 'one' ? Number.MAX_SAFE_INTEGER : window);

/** One live capture into a case: packets in, windows analysed as capture time closes them. */
export class LiveSession {
  readonly #options: LiveOptions;
  readonly #listener: LiveListener;
  readonly #folder: LiveFolder;
  #store: CaseStore | undefined;
  #program: Capture | undefined;
  #packets: LivePackets | undefined;
  #findings: Findings | undefined;
  #pcap: WriteStream | undefined;
  #head: Uint8Array[] = [];
  #lock: Promise<void> = Promise.resolve();
  #lastPacketAt = 0;
  #lastPackets = 0;
  #windowEnd = Number.POSITIVE_INFINITY;
  #keepBefore: string | undefined;
  #passes: LivePasses | undefined;
  #lastHistory = Number.NEGATIVE_INFINITY;
  #historyCost = 0;
  #lastPublish = 0;
  #publishCost = 0;
  #stopping = false;
  /** The disk has no room. */
  #full = false;
  /** The analysis that runs now; flows are written beside it. */
  #analysis: Promise<void> | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;
  #counts = { received: 0, dropped: 0 };

  constructor(options: LiveOptions, listener: LiveListener) {
    this.#options = options;
    this.#listener = listener;
    this.#folder = new LiveFolder(options.casePath);
  }

  /**
   * Captures until `stop` is called. The case takes the place of its old state in one step at the end.
   * @param opened called once the interface is open: rights that only opening needs may go
   * @throws CliError when the interface cannot be opened, the case is in use, or the disk is full
   */
  async run(opened: () => void = () => undefined): Promise<void> {
    const { casePath, threads, memoryLimit } = this.#options;
    // Makes the case where there is none, and brings in what a killed capture left behind.
    (await CaseStore.open(casePath, { mode: 'create', threads, memoryLimit })).close();
    await this.#folder.claim();
    this.#store = await CaseStore.open(this.#folder.work, { mode: 'update', threads, memoryLimit });
    // DuckDB fills what it may with blocks of the growing case: over days that would be all of it.
    await this.#store.shareMemory();
    this.#findings = await Findings.begin(this.#store.db);
    this.#passes = new LivePasses(this.#store, this.#options.analysis, this.#options.detections);
    try {
      await this.#capture(opened);
      await this.#finish();
    } catch (error) {
      this.#program?.stop();
      this.#store.close();
      throw error;
    }
  }

  /** Ends the capture: flows are written, the last window is analysed. */
  stop(): void {
    this.#stopping = true;
    this.#program?.stop();
    this.#wake();
  }

  async #capture(opened: () => void): Promise<void> {
    const { iface, engine, bpf, snaplen, bufferMb, flushSeconds } = this.#options;
    const timer = setInterval(() => this.#everySecond(), 1000);
    let nextFlush = performance.now() + flushSeconds * 1000;
    let first = true;
    try {
      while (!this.#stopping) {
        const program = await startCapture(engine, { iface, bpf, snaplen, bufferMb });
        this.#program = program;
        // The stop may have come while the capture was opened.
        if (this.#stopping) program.stop();
        let done = false;
        void program.ended.then(() => {
          done = true;
          this.#wake();
        });
        program.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
        while (!done) {
          await this.#sleep(200);
          if (first && this.#head.length > 0) {
            first = false;
            opened();
          }
          if (this.#short()) continue;
          await this.#begin();
          if (performance.now() >= nextFlush && this.#packets) {
            await this.#exclusive(() => this.#flush());
            nextFlush = performance.now() + flushSeconds * 1000;
          }
          await this.#closeWindows();
          if (this.#failure) throw this.#failure;
        }
        await this.#begin();
        const failure = await program.ended;
        this.#keepCounts(program);
        if (this.#stopping) break;
        if (first && failure !== undefined) throw new CliError(failure);
        this.#listener.warning(`${failure ?? `${engine} ended`}; trying again`);
        await this.#sleep(2000);
        this.#packets?.resume();
      }
    } finally {
      clearInterval(timer);
    }
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
    if (this.#options.writePcap !== undefined) {
      this.#pcap ??= this.#recording(this.#options.writePcap);
      if (!this.#pcap.destroyed) this.#pcap.write(chunk);
    }
    if (!this.#packets) {
      this.#head.push(chunk);
      if (this.#head.length > MOST_WAITING) this.#program?.stdout.pause();
      return;
    }
    this.#packets.push(chunk);
    if (this.#packets.waiting > MOST_WAITING) this.#program?.stdout.pause();
  }

  /** The file of `-w`. One that cannot be written ends there; the capture goes on. */
  #recording(path: string): WriteStream {
    return createWriteStream(path).on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOSPC' ? 'disk full' : error.message;
      this.#listener.warning(`${path}: ${why}; packets are not written there any more`);
    });
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
    if (now === undefined || window === 'one' || this.#analysis) return;
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
      const kept = this.#keepBefore === undefined ? 0 : Date.parse(`${this.#keepBefore.replace(' ', 'T')}Z`) * 1000;
      windows = await this.#packets!.touched.take(this.#store!.db, closed, kept, MOST_AGAIN);
    });
    this.#analysis = this.#analyseWindows(windows, closed, window)
      .catch((error: Error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#analysis = undefined;
        this.#wake();
      });
  }

  /** First what lies within the windows, then what needs all that is kept, if its share of the time allows. */
  async #analyseWindows(windows: readonly number[], closed: readonly [number, number], width: number): Promise<void> {
    const began = performance.now();
    if (windows.length > 0) {
      await this.#passes!.windows(
        windows.map((from) => [from, from + width] as const),
        this.#keepBefore,
      );
      await this.#tell();
      const from = performance.now();
      if (HISTORY_SHARE * (from - this.#lastHistory) >= this.#historyCost) {
        await this.#passes!.history(this.#keepBefore);
        await this.#tell();
        this.#lastHistory = performance.now();
        this.#historyCost = this.#lastHistory - from;
      }
    }
    const seconds = (performance.now() - began) / 1000;
    for (let end = closed[0] + width; end <= closed[1]; end += width)
      this.#listener.window(new Date(end / 1000).toISOString(), seconds);
    await this.#exclusive(() => this.#publish(0));
  }

  async #tell(): Promise<void> {
    const { evidence, alerts } = await this.#findings!.fresh();
    for (const e of evidence) this.#listener.evidence(e);
    for (const a of alerts) await this.#listener.alert(a);
  }

  async #flush(): Promise<void> {
    await this.#packets?.flush();
    this.#program?.stdout.resume();
    if (!this.#analysis) await this.#publish(5000);
  }

  /** `least`: milliseconds since the last time. */
  async #publish(least: number): Promise<void> {
    // Looking on may not cost more than a twentieth of the time.
    if (performance.now() - this.#lastPublish <= Math.max(least, 20 * this.#publishCost)) return;
    // Those who look on keep the state before where a copy has no room.
    if (missingSpace(this.#folder.work, 1) > 0) return;
    const began = performance.now();
    await this.#store!.db.run('CHECKPOINT');
    await this.#folder.publish();
    this.#lastPublish = performance.now();
    this.#publishCost = this.#lastPublish - began;
  }

  /** Old flows go; what was found in their windows stays. */
  async #retain(now: number, window: number): Promise<void> {
    const { retain } = this.#options;
    if (!retain || !this.#packets) return;
    let from: number;
    if ('seconds' in retain) from = now - retain.seconds * 1e6;
    else {
      // The file itself never shrinks: room in it is used again.
      const used = await this.#store!.db.number(
        'SELECT sum(used_blocks * block_size)::BIGINT FROM pragma_database_size() WHERE database_name = current_database()',
      );
      if (used <= retain.bytes) return;
      const oldest = await this.#store!.db.number(
        `SELECT coalesce(epoch_us(min(ts)), ${now}) FROM flows WHERE capture_id = '${this.#packets.captureId}'`,
      );
      from = oldest + (now - oldest) / 4;
    }
    const edge = Math.floor(from / window) * window;
    if (edge <= 0) return;
    await this.#packets.forget(edge);
    this.#keepBefore = new Date(edge / 1000).toISOString().replace('T', ' ').replace('Z', '');
    // Findings that stay lose their flows, which are gone or about to be numbered anew.
    await this.#store!.db.run(
      `DELETE FROM evidence_flows WHERE evidence_id IN
         (SELECT evidence_id FROM evidence WHERE tw_start < TIMESTAMP '${this.#keepBefore}')`,
    );
    await this.#store!.db.run('CHECKPOINT');
  }

  async #finish(): Promise<void> {
    const store = this.#store!;
    await this.#analysis;
    if (this.#failure) throw this.#failure;
    await this.#exclusive(async () => {
      if (this.#packets) {
        await this.#packets.finish(this.#counts.received > 0 ? this.#counts : undefined);
        await markUnfinished(store.db, this.#packets.sourceId);
        // As a batch run would: what was learned late says more of early windows.
        await detect(store, this.#options.analysis, undefined, this.#options.detections, this.#keepBefore);
        await this.#tell();
      }
      await store.db.run('CHECKPOINT');
    });
    store.close();
    this.#folder.finish();
    await new Promise<void>((resolve) => (this.#pcap && !this.#pcap.destroyed ? this.#pcap.end(resolve) : resolve()));
  }

  #everySecond(): void {
    this.#program?.ask();
    const c = this.#packets?.counts;
    const running = this.#program?.counts;
    this.#listener.status({
      packets: c?.packets ?? 0,
      bytes: c?.bytes ?? 0,
      flows: c?.flows ?? 0,
      openFlows: c?.openFlows ?? 0,
      received: this.#counts.received + (running?.received ?? 0),
      dropped: this.#counts.dropped + (running?.dropped ?? 0),
    });
  }

  #keepCounts(program: Capture): void {
    if (!program.counts) return;
    this.#counts = {
      received: this.#counts.received + program.counts.received,
      dropped: this.#counts.dropped + program.counts.dropped,
    };
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
