/** What a stream hands out in order. */
export interface StreamSink {
  data(ts: number, bytes: Uint8Array): void;
  gap(bytes: number): void;
}

/** One direction of a TCP connection, put in order the simple way; for tests only. */
export class NaiveStream {
  private next: number | undefined;
  private finAt: number | undefined;
  private readonly held: { at: number; ts: number; bytes: Uint8Array }[] = [];
  private readonly sink: StreamSink;

  constructor(sink: StreamSink) {
    this.sink = sink;
  }

  private offset(seq: number): number {
    return (seq - this.next!) | 0;
  }

  syn(seq: number): void {
    if (this.next === undefined) this.next = (seq + 1) >>> 0;
  }

  /** The stream ends before `seq`. */
  fin(seq: number): void {
    this.finAt = seq;
  }

  segment(ts: number, seq: number, bytes: Uint8Array): void {
    if (this.next === undefined) this.next = seq;
    if (this.offset(seq) < 0) {
      const skip = -this.offset(seq);
      if (skip >= bytes.length) return;
      this.segment(ts, this.next, bytes.subarray(skip));
      return;
    }
    this.held.push({ at: seq, ts, bytes });
    this.drain(ts);
  }

  /** The peer has everything before `seq`: what was not captured is a gap. */
  acked(ts: number, seq: number): void {
    if (this.next === undefined) return;
    while (this.offset(seq) > 0) {
      let to = this.offset(seq);
      if (this.finAt !== undefined) to = Math.min(to, this.offset(this.finAt));
      for (const part of this.held) to = Math.min(to, this.offset(part.at));
      if (to <= 0 || to > 1 << 24) return;
      this.next = (this.next + to) >>> 0;
      this.sink.gap(to);
      this.drain(ts);
    }
  }

  /** Nothing more will come. */
  finish(ts: number): void {
    while (this.held.length > 0) {
      this.held.sort((a, b) => this.offset(a.at) - this.offset(b.at));
      const to = this.offset(this.held[0]!.at);
      if (to > 0) {
        this.next = (this.next! + to) >>> 0;
        this.sink.gap(to);
      }
      this.drain(ts);
    }
  }

  private drain(ts: number): void {
    for (;;) {
      const i = this.held.findIndex((part) => this.offset(part.at) <= 0);
      if (i < 0) return;
      const [part] = this.held.splice(i, 1);
      const skip = -this.offset(part!.at);
      if (skip >= part!.bytes.length) continue;
      const fresh = part!.bytes.subarray(skip);
      this.next = (this.next! + fresh.length) >>> 0;
      this.sink.data(ts, fresh);
    }
  }
}
