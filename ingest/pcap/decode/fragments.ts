import type { Frame } from './frame.js';
import { fragment } from './ip.js';
import { Spans } from './spans.js';

/** Bounds of fragment reassembly. */
export interface FragmentLimits {
  /** Datagrams put together at the same time. */
  datagrams: number;
  /** Bytes held for all of them. */
  bytes: number;
  /** Seconds of capture time after which an incomplete datagram is dropped. */
  timeout: number;
}

export const DEFAULT_FRAGMENT_LIMITS: FragmentLimits = { datagrams: 4096, bytes: 16 << 20, timeout: 30 };

interface Partial {
  started: number;
  bytes: number;
  /** Payload length once the last fragment was seen, -1 before. */
  total: number;
  /** IP header bytes of the first fragment (0 until it is seen). */
  header: number;
  proto: number;
  parts: { offset: number; data: Uint8Array }[];
  /** Which bytes of the payload are there. */
  covered: Spans;
}

const MAX_DATAGRAM = 65535;
const MAX_PARTS = 8192;

/** Reassembles IPv4 and IPv6 datagrams from their fragments, within fixed bounds. */
export class Fragments {
  private readonly pending = new Map<string, Partial>();
  private held = 0;
  /** Fragments seen, datagrams completed, datagrams given up. */
  readonly counters = { fragments: 0, reassembled: 0, dropped: 0 };

  constructor(private readonly limits: FragmentLimits = DEFAULT_FRAGMENT_LIMITS) {}

  /**
   * Take the fragment that the frame holds (header fields in `fragment`). When it completes its datagram, the frame
   * is pointed at the whole datagram and the result is true.
   */
  add(f: Frame): boolean {
    this.counters.fragments++;
    const start = f.l4At;
    const length = f.l4Len;
    if (length <= 0 || f.l4End - start < length || fragment.offset + length > MAX_DATAGRAM) {
      this.counters.dropped++;
      return false;
    }
    const v4 = f.addr[2] === 0xffff && f.addr[0] === 0 && f.addr[1] === 0;
    const key = `${f.addr.join(',')},${fragment.id},${v4 ? f.proto : 'v6'}`;
    let entry = this.pending.get(key);
    if (entry && f.ts - entry.started > this.limits.timeout * 1e6) {
      this.drop(key, entry);
      entry = undefined;
    }
    if (!entry) {
      entry = { started: f.ts, bytes: 0, total: -1, header: 0, proto: f.proto, parts: [], covered: new Spans() };
      this.pending.set(key, entry);
    }
    entry.parts.push({ offset: fragment.offset, data: f.buf.slice(start, start + length) });
    entry.covered.add(fragment.offset, fragment.offset + length);
    entry.bytes += length;
    this.held += length;
    if (!fragment.more) entry.total = Math.max(entry.total, fragment.offset + length);
    if (fragment.offset === 0) {
      entry.header = start - f.l3At - (v4 ? 0 : 8);
      entry.proto = f.proto;
    }
    const payload = this.complete(entry);
    if (payload) {
      this.pending.delete(key);
      this.held -= entry.bytes;
      this.counters.reassembled++;
      this.point(f, payload, entry);
      return true;
    }
    if (entry.parts.length > MAX_PARTS) this.drop(key, entry);
    this.bound();
    return false;
  }

  private complete(entry: Partial): Uint8Array | undefined {
    if (entry.total < 0 || entry.header === 0 || !entry.covered.reach(entry.total)) return undefined;
    const out = new Uint8Array(entry.total);
    // Later writes win below, so the first copy of overlapping bytes is written last.
    for (let i = entry.parts.length - 1; i >= 0; i--) {
      const part = entry.parts[i]!;
      if (part.offset < entry.total) out.set(part.data.subarray(0, entry.total - part.offset), part.offset);
    }
    return out;
  }

  private point(f: Frame, payload: Uint8Array, entry: Partial): void {
    f.buf = payload;
    f.end = payload.length;
    f.l3At = 0;
    f.l4At = 0;
    f.l4Len = payload.length;
    f.l4End = payload.length;
    f.ipLen = entry.header + payload.length;
    f.proto = entry.proto;
    f.reassembled = true;
  }

  private bound(): void {
    while (this.pending.size > this.limits.datagrams || this.held > this.limits.bytes) {
      const oldest = this.pending.entries().next().value;
      if (!oldest) return;
      this.drop(oldest[0], oldest[1]);
    }
  }

  private drop(key: string, entry: Partial): void {
    this.pending.delete(key);
    this.held -= entry.bytes;
    this.counters.dropped++;
  }
}
