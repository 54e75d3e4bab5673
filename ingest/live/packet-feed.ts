import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../../cli/errors.js';
import { type Capture, type CaptureCounts, startCapture } from './capture-program.js';
import type { LiveListener, LiveOptions } from './live-options.js';

/** Milliseconds between the end of a capture program and the next one. */
const AGAIN_MS = 2000;

/** The packets of an interface as a pcap stream, whatever becomes of the program that captures them. */
export class PacketFeed {
  readonly #options: LiveOptions;
  readonly #listener: LiveListener;
  readonly #stop = new AbortController();
  #program: Capture | undefined;
  #pcap: WriteStream | undefined;
  #before: CaptureCounts = { received: 0, dropped: 0 };
  #warned = '';

  constructor(options: LiveOptions, listener: LiveListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /**
   * Opens the interface. Packets wait in the kernel until they are read.
   * @throws CliError when it cannot be opened
   */
  async open(): Promise<void> {
    const program = await this.#start();
    const failure = await Promise.race([program.opened, program.ended]);
    if (failure !== undefined && !this.stopping) throw new CliError(failure);
    this.#listener.capturing(this.#options.iface, this.#options.engine);
  }

  /**
   * Reads until `stop`, starting the program anew when it ends.
   * @param take gets the bytes
   * @param anew called before a new stream begins
   */
  async read(take: (chunk: Buffer) => void, anew: () => Promise<void>): Promise<void> {
    for (;;) {
      const program = this.#program!;
      program.stdout.on('data', (chunk: Buffer) => {
        this.#record(chunk);
        take(chunk);
      });
      const failure = await program.ended;
      this.#before = this.counts;
      this.#program = undefined;
      if (this.stopping) return;
      this.#warn(`${failure ?? `${this.#options.engine} ended`}; trying again`);
      await sleep(AGAIN_MS, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.stopping) return;
      await anew();
      const next = await this.#start();
      void Promise.race([next.opened, next.ended.then(() => 'ended')]).then((said) => {
        if (said !== undefined) return;
        this.#warned = '';
        this.#listener.capturing(this.#options.iface, this.#options.engine);
      });
    }
  }

  get stopping(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Packets as the kernel counted them, of all programs so far. */
  get counts(): CaptureCounts {
    const now = this.#program?.counts;
    return {
      received: this.#before.received + (now?.received ?? 0),
      dropped: this.#before.dropped + (now?.dropped ?? 0),
    };
  }

  /** Asks the program for its counts. */
  ask(): void {
    this.#program?.ask();
  }

  /** Reading pauses: what comes waits in the kernel's buffer. */
  pause(): void {
    this.#program?.stdout.pause();
  }

  resume(): void {
    this.#program?.stdout.resume();
  }

  /** Ends the capture; what the kernel still holds is read first. */
  stop(): void {
    this.#stop.abort();
    this.#program?.stop();
  }

  /** The file of `writePcap` is whole afterwards. */
  async close(): Promise<void> {
    const pcap = this.#pcap;
    if (pcap && !pcap.destroyed) await new Promise<void>((resolve) => pcap.end(resolve));
  }

  async #start(): Promise<Capture> {
    const program = await startCapture(this.#options.engine, this.#options);
    this.#program = program;
    // The stop may have come while the capture was opened.
    if (this.stopping) program.stop();
    return program;
  }

  /** One that goes on is said once. */
  #warn(message: string): void {
    if (message !== this.#warned) this.#listener.warning(message);
    this.#warned = message;
  }

  /** A file that cannot be written ends there; the capture goes on. */
  #record(chunk: Buffer): void {
    const path = this.#options.writePcap;
    if (path === undefined) return;
    this.#pcap ??= createWriteStream(path).on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'ENOSPC' ? 'disk full' : error.message;
      this.#listener.warning(`${path}: ${why}; packets are not written there any more`);
    });
    if (!this.#pcap.destroyed) this.#pcap.write(chunk);
  }
}
