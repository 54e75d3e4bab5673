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
  skip = 0;
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
    if (side.skip >= bytes) side.skip -= bytes;
    else this.lose(side);
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
      // The content is of no interest: it need not be kept until it is complete.
      const have = Math.min(end - start, 5 + size);
      side.skip = 5 + size - have;
      records.drop(have);
      return records.length > 0;
    }
    if (end - start < 5 + size) return false;
    const from = start + 5;
    const to = from + size;
    if (type === 20) this.state.changeCipher(fromOrig, ts);
    else if (type === 21) {
      if (size === 2) this.state.alert(fromOrig, ts, buf[from + 1]!);
    } else if (type === 22) this.handshake(side, fromOrig, ts, buf, from, to);
    records.drop(5 + size);
    return records.length > 0;
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
