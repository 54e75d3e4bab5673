import type { FlowContext } from '../dissect/dissector.js';
import { FlowFeed } from '../dissect/feed.js';
import type { DissectSession } from '../dissect/session.js';
import { D_SERIAL, I_ADDR, I_PORTS, I_PROTO, I_STREAM, STRIDE_D, STRIDE_I } from '../flow/layout.js';
import type { FlowTable } from '../flow/table.js';
import { AddressCache } from '../output/address.js';

/** Bounds of what dissectors are given. */
export interface StreamLimits {
  /** Bytes per direction and flow given to a dissector; what is beyond counts as a gap. */
  bytes: number;
  /** Other limits by service, as in `{ ssl: 65536 }`. */
  byService?: Readonly<Record<string, number>>;
}

export const DEFAULT_STREAM_LIMITS: StreamLimits = { bytes: Number.POSITIVE_INFINITY };

/** A flow that nobody has looked at yet. */
const UNSEEN = 0;
const NOBODY = -1;

/** Names a flow by its serial. */
export type UidOf = (serial: number) => string;

const PROTOS: Readonly<Record<number, FlowContext['proto']>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmp',
  132: 'sctp',
};

const words = new Int32Array(4);

/** What dissectors may know of a flow; text is made when it is asked for. */
class FlowInfo implements FlowContext {
  // The last word of an address, which is all of IPv4, and the others where there are any.
  private readonly orig: number;
  private readonly resp: number;
  private readonly more: Int32Array | undefined;
  private readonly ports: number;
  private readonly serial: number;
  readonly proto: FlowContext['proto'];
  /** The uid, once somebody has asked for it. */
  uidText: string | undefined;

  constructor(
    t: FlowTable,
    f: number,
    private readonly addresses: AddressCache,
    private readonly uidOf: UidOf,
  ) {
    const r = f * STRIDE_I;
    this.orig = t.i[r + I_ADDR + 3]!;
    this.resp = t.i[r + I_ADDR + 7]!;
    if (!isIPv4(t.i, r + I_ADDR) || !isIPv4(t.i, r + I_ADDR + 4)) this.more = t.i.slice(r + I_ADDR, r + I_ADDR + 8);
    this.ports = t.i[r + I_PORTS]!;
    this.serial = t.d[f * STRIDE_D + D_SERIAL]!;
    this.proto = PROTOS[t.i[r + I_PROTO]!] ?? 'udp';
  }

  get uid(): string {
    this.uidText ??= this.uidOf(this.serial);
    return this.uidText;
  }
  get orig_h(): string {
    return this.more ? this.addresses.text(this.more, 0) : this.text(this.orig);
  }
  get orig_p(): number {
    return this.ports >>> 16;
  }
  get resp_h(): string {
    return this.more ? this.addresses.text(this.more, 4) : this.text(this.resp);
  }
  get resp_p(): number {
    return this.ports & 0xffff;
  }

  private text(address: number): string {
    words[2] = 0xffff;
    words[3] = address;
    return this.addresses.text(words, 0);
  }
}

function isIPv4(i: Int32Array, at: number): boolean {
  return i[at] === 0 && i[at + 1] === 0 && i[at + 2] === 0xffff;
}

class Stream {
  /** Bytes given to the dissector. */
  orig = 0;
  resp = 0;
  constructor(
    readonly feed: FlowFeed,
    readonly info: FlowInfo,
  ) {}
}

/** What is left of a stream that nothing more can come of. */
class Rest {
  constructor(
    readonly service: string | undefined,
    readonly uidText: string | undefined,
  ) {}
}

/**
 * Connects flows with dissectors: makes a feed for the first payload of a flow, applies the limits, and ends feeds.
 * The flow's stream slot is {@link UNSEEN}, the number of a stream here, or negative when nothing is read any more
 * (-2 - slot keeps the stream for its end).
 */
export class Streams {
  private readonly slots: (Stream | Rest | undefined)[] = [undefined];
  private readonly free: number[] = [];
  private readonly addresses = new AddressCache();
  /** The uid of the flow that ended last, when it was asked for. */
  lastUid: string | undefined;

  constructor(
    private readonly tableOf: () => FlowTable,
    private readonly session: DissectSession | undefined,
    private readonly uidOf: UidOf,
    private readonly limits: StreamLimits = DEFAULT_STREAM_LIMITS,
  ) {}

  /** Stream slot for a new flow. */
  slotFor(proto: number): number {
    return this.session && (proto === 6 || proto === 17) ? UNSEEN : NOBODY;
  }

  data(slot: number, f: number, dir: number, ts: number, buf: Uint8Array, start: number, end: number): void {
    if (end <= start) return;
    const stream = slot === UNSEEN ? this.open(f) : this.streamAt(slot);
    if (!stream) return;
    const room = this.limit(stream) - (dir === 0 ? stream.orig : stream.resp);
    if (dir === 0) stream.orig += end - start;
    else stream.resp += end - start;
    if (room >= end - start) stream.feed.data(dir === 0, ts, buf, start, end);
    else {
      if (room > 0) stream.feed.data(dir === 0, ts, buf, start, start + room);
      if (stream.feed.active) stream.feed.gap(dir === 0, end - start - Math.max(0, room));
    }
    if (!stream.feed.active) this.rest(f, slot);
  }

  gap(slot: number, f: number, dir: number, bytes: number): void {
    const stream = slot === UNSEEN ? this.open(f) : this.streamAt(slot);
    if (!stream) return;
    stream.feed.gap(dir === 0, bytes);
    if (!stream.feed.active) this.rest(f, slot);
  }

  /** The flow is over; the result is its service. */
  end(f: number, ts: number): string | undefined {
    this.lastUid = undefined;
    const at = f * STRIDE_I + I_STREAM;
    const value = this.tableOf().i[at]!;
    const slot = value < NOBODY ? -2 - value : value;
    if (slot <= UNSEEN) return undefined;
    const entry = this.slots[slot]!;
    this.slots[slot] = undefined;
    this.free.push(slot);
    if (entry instanceof Rest) {
      this.lastUid = entry.uidText;
      return entry.service;
    }
    entry.feed.end(ts);
    this.lastUid = entry.info.uidText;
    return entry.feed.service;
  }

  /** Service of a flow that goes on, as far as it is known. */
  serviceOf(f: number): string | undefined {
    const value = this.tableOf().i[f * STRIDE_I + I_STREAM]!;
    const slot = value < NOBODY ? -2 - value : value;
    if (slot <= UNSEEN) return undefined;
    const entry = this.slots[slot];
    return entry instanceof Rest ? entry.service : entry?.feed.service;
  }

  private streamAt(slot: number): Stream | undefined {
    const entry = this.slots[slot];
    return entry instanceof Rest ? undefined : entry;
  }

  private open(f: number): Stream {
    const slot = this.free.pop() ?? this.slots.length;
    const info = new FlowInfo(this.tableOf(), f, this.addresses, this.uidOf);
    const stream = new Stream(new FlowFeed(info, this.session!), info);
    this.slots[slot] = stream;
    this.tableOf().i[f * STRIDE_I + I_STREAM] = slot;
    return stream;
  }

  /** Nothing more is read of a flow; what its end does not need is given back. */
  private rest(f: number, known: number): void {
    const t = this.tableOf();
    const at = f * STRIDE_I + I_STREAM;
    const slot = known === UNSEEN ? t.i[at]! : known;
    t.i[at] = -2 - slot;
    const stream = this.streamAt(slot);
    if (!stream?.feed.over) return;
    const { service } = stream.feed;
    const { uidText } = stream.info;
    if (service === undefined && uidText === undefined) {
      this.slots[slot] = undefined;
      this.free.push(slot);
      t.i[at] = NOBODY;
    } else this.slots[slot] = new Rest(service, uidText);
  }

  private limit(stream: Stream): number {
    const own = this.limits.byService;
    const service = own ? stream.feed.service : undefined;
    return (service !== undefined ? own?.[service] : undefined) ?? this.limits.bytes;
  }
}
