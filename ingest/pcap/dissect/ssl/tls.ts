import { u16, u24 } from '../bytes.js';
import type { Dissector, FlowContext, Session } from '../dissector.js';
import { ByteQueue } from '../queue.js';
import { HandshakeState } from './state.js';

const MAX_RECORD = 16384 + 2048;
const MAX_HANDSHAKE = 1 << 18;

/** One direction: records being cut, handshake messages being put together. */
class Side {
  readonly records = new ByteQueue(2 * MAX_RECORD + 65536);
  readonly handshake = new ByteQueue(MAX_HANDSHAKE);
  lost = false;
  /** Bytes of the current record that are still to come, for records that need not be complete to be used. */
  skip = 0;
  /** Whether those bytes are handshake messages. */
  plain = false;
}

/** TLS over a byte stream. */
export class TlsDissector implements Dissector {
  active = true;
  over = false;
  private readonly state: HandshakeState;
  private readonly sides: [Side, Side] = [new Side(), new Side()];
  private old = false;

  constructor(flow: FlowContext, session: Session) {
    this.state = new HandshakeState(flow, session, 't');
  }

  get service(): string | undefined {
    return this.state.confirmed ? 'ssl' : undefined;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    const side = this.sides[fromOrig ? 0 : 1];
    let at = start;
    if (side.skip > 0) {
      const n = Math.min(side.skip, end - at);
      side.skip -= n;
      if (side.plain) this.handshake(side, fromOrig, ts, buf, at, at + n);
      at += n;
      if (at >= end) return;
    }
    if (side.lost) {
      if (!recordHeader(buf, at, end)) return;
      side.lost = false;
    }
    const queue = side.records;
    if (queue.length === 0) {
      // Most segments hold whole records, or long ones of which only the beginning matters: nothing is copied.
      const used = this.cut(side, fromOrig, ts, buf, at, end);
      if (used < end && !queue.push(buf, used, end)) this.lose(side);
    } else if (queue.push(buf, at, end)) {
      const { start: from } = queue;
      queue.drop(this.cut(side, fromOrig, ts, queue.buf, from, queue.end) - from);
    } else this.lose(side);
  }

  /** Handles the complete records of `buf[start, end)`; the result is where the first incomplete one begins. */
  private cut(side: Side, fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const next = this.record(side, fromOrig, ts, buf, at, end);
      if (!this.active || side.lost) return end;
      if (next < 0) break;
      at = next;
    }
    return at;
  }

  gap(fromOrig: boolean, bytes: number): void {
    const side = this.sides[fromOrig ? 0 : 1];
    if (side.skip < bytes) this.lose(side);
    else {
      // Where the next handshake message begins cannot be known; the next record is.
      side.skip -= bytes;
      side.plain = false;
      side.handshake.clear();
    }
  }

  end(): void {
    this.active = false;
    this.over = true;
    this.state.finish();
  }

  private lose(side: Side): void {
    side.lost = true;
    side.skip = 0;
    side.records.clear();
    side.handshake.clear();
  }

  /** Handles the record at `start`; the result is the position after it, -1 when it is not complete. */
  private record(side: Side, fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): number {
    if (end - start < 5) return -1;
    if (!this.old && isOldHello(buf, start, end)) return this.oldHello(side, fromOrig, ts, buf, start, end);
    if (!recordHeader(buf, start, end)) {
      this.lose(side);
      return -1;
    }
    const type = buf[start]!;
    const size = u16(buf, start + 3);
    const ciphered = type === 23 || (type !== 20 && this.state.isCiphering(fromOrig));
    if (ciphered) {
      if (this.state.ciphered(fromOrig)) {
        this.end();
        return -1;
      }
      return this.use(side, start, end, size, false);
    }
    const from = start + 5;
    if (type === 22) {
      // Messages are read as they come: a record may be cut by the capture.
      this.handshake(side, fromOrig, ts, buf, from, Math.min(end, from + size));
      return this.use(side, start, end, size, true);
    }
    if (end - start < 5 + size) return -1;
    if (type === 20) this.state.changeCipher(fromOrig, ts);
    else if (type === 21) {
      if (size === 2) this.state.alert(fromOrig, ts, buf[from + 1]!);
    }
    return from + size;
  }

  /** Passes a record of which the rest may still come. */
  private use(side: Side, start: number, end: number, size: number, plain: boolean): number {
    const next = Math.min(end, start + 5 + size);
    side.skip = start + 5 + size - next;
    side.plain = plain;
    return next;
  }

  private handshake(side: Side, fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    const queue = side.handshake;
    if (queue.length === 0) {
      const used = this.messages(fromOrig, ts, buf, start, end);
      if (used < end && !queue.push(buf, used, end)) queue.clear();
    } else if (queue.push(buf, start, end)) {
      const { start: from } = queue;
      queue.drop(this.messages(fromOrig, ts, queue.buf, from, queue.end) - from);
    } else queue.clear();
  }

  /** Handles the complete messages of `buf[start, end)`; the result is where the first incomplete one begins. */
  private messages(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): number {
    let at = start;
    while (end - at >= 4) {
      const size = u24(buf, at + 1);
      if (size > MAX_HANDSHAKE - 4) return end;
      const from = at + 4;
      if (end - from < size) break;
      this.state.message(fromOrig, ts, buf[at]!, buf, from, from + size);
      at = from + size;
    }
    return at;
  }

  private oldHello(side: Side, fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): number {
    const next = start + 2 + (u16(buf, start) & 0x7fff);
    if (end < next) return -1;
    this.old = true;
    if (buf[start + 2] === 1) this.state.oldClientHello(ts);
    if (u16(buf, start + 3) === 2 || !fromOrig) this.lose(side);
    return next;
  }
}

/** Whether a TLS record can begin here. */
export function recordHeader(buf: Uint8Array, at: number, end: number): boolean {
  const type = buf[at]!;
  if (type < 20 || type > 24) return false;
  if (end - at < 5) return true;
  const version = u16(buf, at + 1);
  return (version >> 8 === 3 || version >> 8 === 0x7f) && u16(buf, at + 3) <= MAX_RECORD;
}

/** Whether a version 2 ClientHello stands here, its lengths adding up. */
export function isOldHello(buf: Uint8Array, at: number, end: number): boolean {
  if (end - at < 11 || (buf[at]! & 0x80) === 0 || buf[at + 2] !== 1) return false;
  const version = u16(buf, at + 3);
  if (version !== 2 && version >> 8 !== 3) return false;
  const [ciphers, session, challenge] = [u16(buf, at + 5), u16(buf, at + 7), u16(buf, at + 9)];
  return ciphers > 0 && ciphers % 3 === 0 && (u16(buf, at) & 0x7fff) === 9 + ciphers + session + challenge;
}
