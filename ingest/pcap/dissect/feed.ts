import type { Dissector, DissectorFactory, FlowContext } from './dissector.js';
import { ByteQueue } from './queue.js';
import type { DissectSession } from './session.js';

/** Bytes per direction that are kept while the protocol is unknown. */
const PROBE_BYTES = 2048;
/** Datagrams that are looked at before a UDP flow counts as unknown. */
const PROBE_DATAGRAMS = 8;

const NOBODY: readonly DissectorFactory[] = [];

interface Chunk {
  readonly fromOrig: boolean;
  readonly ts: number;
  readonly bytes: Uint8Array;
}

/** Shared and never written to. */
const NO_CHUNKS: Chunk[] = [];

/**
 * The way from a flow to its dissector: the first bytes are shown to every factory of the session, the one that says
 * yes gets them again and everything after. A flow makes one of these for its first payload and asks `active` before
 * each call. Errors inside a parser end in a `weird` row here, and only here.
 */
export class FlowFeed implements Dissector {
  private readonly flow: FlowContext;
  private readonly session: DissectSession;
  private target: Dissector | undefined;
  private done = false;
  private failed = false;
  private origCandidates: readonly DissectorFactory[];
  private respCandidates: readonly DissectorFactory[];
  private readonly stream: boolean;
  /** Beginnings of both directions, once the first payload was not enough. */
  private heads: [ByteQueue, ByteQueue] | undefined;
  private chunks: Chunk[] = NO_CHUNKS;
  private datagrams = 0;

  /** `inside` another protocol: nothing is expected for such a stream. */
  constructor(flow: FlowContext, session: DissectSession, inside = false) {
    this.flow = flow;
    this.session = session;
    this.target = inside ? undefined : session.expected(flow);
    const fitting = flow.proto === 'tcp' ? session.fitting.tcp : flow.proto === 'udp' ? session.fitting.udp : [];
    this.origCandidates = fitting;
    this.respCandidates = fitting;
    this.stream = flow.proto === 'tcp';
  }

  get service(): string | undefined {
    return this.target?.service;
  }

  get active(): boolean {
    return !this.done && (this.target === undefined || this.target.active);
  }

  /** Nothing more can come of it: its `service` is all that needs to be kept. */
  get over(): boolean {
    return this.done ? this.target === undefined || this.failed : this.target?.over === true;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    if (this.done || end <= start) return;
    try {
      if (this.target !== undefined) {
        if (this.target.active) this.target.data(fromOrig, ts, buf, start, end);
      } else if (this.stream) this.probeStream(fromOrig, ts, buf, start, end);
      else this.probeDatagram(fromOrig, ts, buf, start, end);
    } catch (error) {
      this.fail(ts, error);
    }
  }

  gap(fromOrig: boolean, bytes: number): void {
    if (this.done || bytes <= 0) return;
    if (this.target === undefined) {
      // What follows a hole at the beginning of a stream cannot be told by its first bytes.
      this.candidates(fromOrig ? 0 : 1, NOBODY);
      this.giveUpIfHopeless();
      return;
    }
    try {
      if (this.target.active) this.target.gap(fromOrig, bytes);
    } catch (error) {
      this.fail(undefined, error);
    }
  }

  end(ts: number): void {
    if (this.target !== undefined && !this.failed) {
      try {
        this.target.end(ts);
      } catch (error) {
        this.fail(ts, error);
      }
    }
    this.stop();
  }

  private fail(ts: number | undefined, error: unknown): void {
    this.failed = true;
    this.stop();
    const addl = error instanceof Error ? error.message.slice(0, 200) : undefined;
    const { uid, orig_h, orig_p, resp_h, resp_p } = this.flow;
    const name = 'dissector_failed';
    this.session.out.emit('weird', { uid, ts, orig_h, orig_p, resp_h, resp_p, name, addl });
  }

  private stop(): void {
    this.done = true;
    this.chunks = NO_CHUNKS;
    this.heads?.[0].release();
    this.heads?.[1].release();
  }

  private probeStream(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    const side = fromOrig ? 0 : 1;
    if (this.heads === undefined) {
      // Most flows are known by their first payload: nothing need be copied then.
      const stop = Math.min(end, start + PROBE_BYTES);
      if (this.ask(side, buf, start, stop, stop - start === PROBE_BYTES)) {
        this.target?.data(fromOrig, ts, buf, start, end);
        return;
      }
      this.heads = [new ByteQueue(PROBE_BYTES), new ByteQueue(PROBE_BYTES)];
      this.heads[side].push(buf, start, stop);
      this.chunks = [];
      this.chunks.push({ fromOrig, ts, bytes: buf.slice(start, end) });
    } else {
      const head = this.heads[side];
      this.chunks.push({ fromOrig, ts, bytes: buf.slice(start, end) });
      head.push(buf, start, Math.min(end, start + PROBE_BYTES - head.length));
      if (this.ask(side, head.buf, head.start, head.end, head.length === PROBE_BYTES)) {
        this.replay();
        return;
      }
    }
    this.giveUpIfHopeless();
  }

  /** Shows the beginning of one direction to what is left of the factories; true when one took the flow. */
  private ask(side: 0 | 1, buf: Uint8Array, start: number, end: number, full: boolean): boolean {
    let left: DissectorFactory[] | undefined;
    const candidates = side === 0 ? this.origCandidates : this.respCandidates;
    for (let k = 0; k < candidates.length; k++) {
      const factory = candidates[k]!;
      const answer = factory.probe(side === 0, buf, start, end, this.flow);
      if (answer === 'yes') {
        this.target = factory.create(this.flow, this.session.out, this.session);
        return true;
      }
      if (answer === 'more' && !full) {
        left ??= [];
        left.push(factory);
      }
    }
    this.candidates(side, left ?? NOBODY);
    return false;
  }

  private candidates(side: 0 | 1, left: readonly DissectorFactory[]): void {
    if (side === 0) this.origCandidates = left;
    else this.respCandidates = left;
  }

  private giveUpIfHopeless(): void {
    let kept = 0;
    for (const chunk of this.chunks) kept += chunk.bytes.length;
    if ((this.origCandidates.length === 0 && this.respCandidates.length === 0) || kept > 4 * PROBE_BYTES) this.stop();
  }

  /** Hands on what was kept while the protocol was unknown. */
  private replay(): void {
    const { chunks, target } = this;
    this.heads?.[0].release();
    this.heads?.[1].release();
    this.chunks = NO_CHUNKS;
    if (target === undefined) return;
    for (const { fromOrig, ts, bytes } of chunks) if (target.active) target.data(fromOrig, ts, bytes, 0, bytes.length);
  }

  private probeDatagram(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    for (const factory of this.origCandidates) {
      if (factory.probe(fromOrig, buf, start, end, this.flow) !== 'yes') continue;
      this.target = factory.create(this.flow, this.session.out, this.session);
      this.target.data(fromOrig, ts, buf, start, end);
      return;
    }
    if (++this.datagrams >= PROBE_DATAGRAMS) this.stop();
  }
}
