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
    if (!side.records.push(buf, at, end)) {
      this.lose(side);
      return;
    }
    while (this.active && !side.lost && this.record(side, fromOrig, ts));
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
    this.state.finish();
    for (const side of this.sides) {
      side.records.release();
      side.handshake.release();
    }
  }

  private lose(side: Side): void {
    side.lost = true;
    side.skip = 0;
    side.records.clear();
    side.handshake.clear();
  }

  /** Handles the next complete record; false when there is none. */
  private record(side: Side, fromOrig: boolean, ts: number): boolean {
    const { records } = side;
    const { buf, start, end } = records;
    if (end - start < 5) return false;
    if (!this.old && isOldHello(buf, start, end)) return this.oldHello(side, fromOrig, ts);
    if (!recordHeader(buf, start, end)) {
      this.lose(side);
      return false;
    }
    const type = buf[start]!;
    const size = u16(buf, start + 3);
    const ciphered = type === 23 || (type !== 20 && this.state.isCiphering(fromOrig));
    if (ciphered) {
      if (this.state.ciphered(fromOrig)) {
        this.end();
        return false;
      }
      return this.use(side, size, false);
    }
    const from = start + 5;
    if (type === 22) {
      // Messages are read as they come: a record may be cut by the capture.
      this.handshake(side, fromOrig, ts, buf, from, Math.min(end, from + size));
      return this.use(side, size, true);
    }
    if (end - start < 5 + size) return false;
    if (type === 20) this.state.changeCipher(fromOrig, ts);
    else if (type === 21) {
      if (size === 2) this.state.alert(fromOrig, ts, buf[from + 1]!);
    }
    records.drop(5 + size);
    return records.length > 0;
  }

  /** Drops a record of which the rest may still come. */
  private use(side: Side, size: number, plain: boolean): boolean {
    const have = Math.min(side.records.length, 5 + size);
    side.skip = 5 + size - have;
    side.plain = plain;
    side.records.drop(have);
    return side.records.length > 0;
  }

  private handshake(side: Side, fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    const queue = side.handshake;
    if (!queue.push(buf, start, end)) {
      queue.clear();
      return;
    }
    while (queue.length >= 4) {
      const size = u24(queue.buf, queue.start + 1);
      if (size > MAX_HANDSHAKE - 4) {
        queue.clear();
        return;
      }
      if (queue.length < 4 + size) return;
      const from = queue.start + 4;
      this.state.message(fromOrig, ts, queue.buf[queue.start]!, queue.buf, from, from + size);
      queue.drop(4 + size);
    }
  }

  private oldHello(side: Side, fromOrig: boolean, ts: number): boolean {
    const { buf, start, length } = side.records;
    const size = 2 + (u16(buf, start) & 0x7fff);
    if (length < size) return false;
    this.old = true;
    if (buf[start + 2] === 1) this.state.oldClientHello(ts);
    side.records.drop(size);
    if (u16(buf, start + 3) === 2 || !fromOrig) this.lose(side);
    return side.records.length > 0;
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
