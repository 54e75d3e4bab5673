import { PassThrough } from 'node:stream';
import type { Capture, CaptureCounts, CaptureOptions } from './capture-program.js';

/** What we use of the package `cap`, which brings no types. */
interface CapModule {
  readonly Cap: new () => {
    open(device: string, filter: string, bufferBytes: number, packet: Buffer): string;
    setMinBytes?(bytes: number): void;
    on(event: 'packet', take: (bytes: number, truncated: boolean) => void): void;
    on(event: 'error', take: (error: Error) => void): void;
    close(): void;
  };
}

/** Numbers of libpcap's link types, by the names that `cap` gives. */
const LINK_TYPES: Readonly<Record<string, number>> = { ETHERNET: 1, NULL: 0, RAW: 101, LINKTYPE_LINUX_SLL: 113 };
export const CAP_INSTALL = 'apt-get install libpcap-dev && npm install cap@0.2.1';

/** Bytes that are handed on at once: a write for each packet would cost more than the packet. */
const CHUNK = 256 * 1024;
/** Bytes that may wait to be read; what comes then is dropped and counted. */
const MOST_WAITING = 128 * 1024 * 1024;
const HEADER = 16;

/** The package `cap` when it is installed and could be built. The user installs it: npm would build it for everyone. */
export async function loadCap(): Promise<CapModule | undefined> {
  const name = 'cap';
  try {
    const loaded = (await import(name)) as CapModule & { readonly default?: CapModule };
    return loaded.Cap ? loaded : loaded.default;
  } catch {
    return undefined;
  }
}

/**
 * Captures in this process through the package `cap`, for machines without a capture program. It passes on neither the
 * kernel's timestamps nor its drops: packets get the time at which they are read, and `counts` stays undefined until packets
 * are dropped here.
 */
export class CapCapture implements Capture {
  readonly stdout = new PassThrough({ highWaterMark: 16 * 1024 * 1024 });
  readonly opened: Promise<undefined>;
  readonly ended: Promise<string | undefined>;
  readonly #cap: InstanceType<CapModule['Cap']>;
  #end: (failure: string | undefined) => void = () => undefined;
  #over = false;
  #chunk = Buffer.allocUnsafe(CHUNK);
  #filled = 0;
  #received = 0;
  #dropped = 0;

  constructor(module: CapModule, options: CaptureOptions) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    let open: (value: undefined) => void = () => undefined;
    this.opened = new Promise((resolve) => {
      open = resolve;
    });
    this.#cap = new module.Cap();
    const packet = Buffer.alloc(65_535);
    try {
      const link = LINK_TYPES[this.#cap.open(options.iface, options.bpf ?? '', options.bufferMb * 1024 * 1024, packet)];
      if (link === undefined) throw new Error('a link type that cap does not name');
      this.#cap.setMinBytes?.(0);
      this.stdout.write(fileHeader(link));
    } catch (error) {
      this.#over = true;
      this.#end(reason(options.iface, (error as Error).message));
      return;
    }
    open(undefined);
    this.#cap.on('packet', (bytes) => this.#take(packet, bytes, Math.min(bytes, packet.length, options.snaplen)));
    this.#cap.on('error', (error) => this.#finish(reason(options.iface, error.message)));
  }

  ask(): void {}

  stop(): void {
    this.#finish(undefined);
  }

  get counts(): CaptureCounts | undefined {
    return this.#dropped > 0 ? { received: this.#received, dropped: this.#dropped } : undefined;
  }

  #take(packet: Buffer, bytes: number, kept: number): void {
    this.#received++;
    if (this.stdout.writableLength + this.stdout.readableLength > MOST_WAITING) {
      this.#dropped++;
      return;
    }
    if (this.#filled + HEADER + kept > this.#chunk.length) this.#renew();
    if (this.#filled === 0) setImmediate(() => this.#hand());
    const now = performance.timeOrigin + performance.now();
    const [chunk, at] = [this.#chunk, this.#filled];
    chunk.writeUInt32LE(Math.floor(now / 1000), at);
    chunk.writeUInt32LE(Math.floor((now % 1000) * 1000), at + 4);
    chunk.writeUInt32LE(kept, at + 8);
    chunk.writeUInt32LE(bytes, at + 12);
    packet.copy(chunk, at + HEADER, 0, kept);
    this.#filled = at + HEADER + kept;
  }

  /** Hands on what has gathered. */
  #hand(): void {
    if (this.#filled === 0 || this.stdout.writableEnded) return;
    this.stdout.write(this.#chunk.subarray(0, this.#filled));
    this.#chunk = this.#chunk.subarray(this.#filled);
    this.#filled = 0;
  }

  #renew(): void {
    this.#hand();
    this.#chunk = Buffer.allocUnsafe(CHUNK);
  }

  #finish(failure: string | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#cap.close();
    this.#hand();
    // What was written is read before the capture counts as ended.
    this.stdout.end();
    this.stdout.once('end', () => this.#end(failure));
    this.stdout.resume();
  }
}

function reason(iface: string, said: string): string {
  if (/permission|not permitted/i.test(said)) {
    return `${iface}: no permission to capture; run as root, or take --engine tcpdump, which can be given the right`;
  }
  if (/no such device|doesn't exist/i.test(said)) return `${iface}: no such interface; 'ip link' lists them`;
  if (/filter|syntax/i.test(said)) return `--bpf: ${said}`;
  return `${iface}: ${said}`;
}

/** Header of a pcap file with microseconds. */
function fileHeader(link: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(link, 20);
  return header;
}
