import { u16, u24 } from '../bytes.js';
import type { Dissector, FlowContext, Session } from '../dissector.js';
import { HandshakeState } from './state.js';

const MAX_MESSAGE = 1 << 17;
const MAX_MESSAGES = 8;

/** A handshake message whose fragments arrive in any order. */
interface Partial {
  readonly bytes: Uint8Array;
  readonly seen: Uint8Array;
  left: number;
}

/** DTLS: a handshake message may come in fragments, twice, and out of order. */
export class DtlsDissector implements Dissector {
  active = true;
  private readonly state: HandshakeState;
  private readonly partial = new Map<string, Partial>();
  private readonly handled: [number, number] = [-1, -1];

  constructor(flow: FlowContext, session: Session) {
    this.state = new HandshakeState(flow, session, 'd');
  }

  get service(): string | undefined {
    return this.state.confirmed ? 'ssl' : undefined;
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at + 13 <= end && this.active && isDtlsRecord(buf, at, end); ) {
      const size = u16(buf, at + 11);
      const stop = at + 13 + size;
      if (stop > end) return;
      this.record(fromOrig, ts, buf[at]!, u16(buf, at + 3) > 0, buf, at + 13, stop);
      at = stop;
    }
  }

  gap(): void {}

  end(): void {
    this.active = false;
    this.state.finish();
    this.partial.clear();
  }

  private record(
    fromOrig: boolean,
    ts: number,
    type: number,
    ciphered: boolean,
    buf: Uint8Array,
    start: number,
    end: number,
  ) {
    if (ciphered || type === 23) {
      if (this.state.ciphered(fromOrig)) this.end();
    } else if (type === 20) this.state.changeCipher(fromOrig, ts);
    else if (type === 21 && end - start === 2) this.state.alert(fromOrig, ts, buf[start + 1]!);
    else if (type === 22) this.fragments(fromOrig, ts, buf, start, end);
  }

  private fragments(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at + 12 <= end; ) {
      const total = u24(buf, at + 1);
      const sequence = u16(buf, at + 4);
      const offset = u24(buf, at + 6);
      const size = u24(buf, at + 9);
      const from = at + 12;
      at = from + size;
      if (at > end || offset + size > total || total > MAX_MESSAGE) return;
      const side = fromOrig ? 0 : 1;
      if (sequence <= this.handled[side]) continue;
      if (size === total) this.complete(fromOrig, ts, sequence, buf[from - 12]!, buf, from, at);
      else this.fragment(fromOrig, ts, sequence, buf[from - 12]!, total, offset, buf.subarray(from, at));
    }
  }

  private fragment(
    fromOrig: boolean,
    ts: number,
    sequence: number,
    type: number,
    total: number,
    offset: number,
    part: Uint8Array,
  ) {
    const key = `${fromOrig} ${sequence}`;
    let message = this.partial.get(key);
    if (message === undefined) {
      if (this.partial.size >= MAX_MESSAGES) return;
      message = { bytes: new Uint8Array(total), seen: new Uint8Array(total), left: total };
      this.partial.set(key, message);
    }
    if (message.bytes.length !== total) return;
    message.bytes.set(part, offset);
    for (let i = offset; i < offset + part.length; i++) {
      if (message.seen[i] === 0) message.left--;
      message.seen[i] = 1;
    }
    if (message.left > 0) return;
    this.partial.delete(key);
    this.complete(fromOrig, ts, sequence, type, message.bytes, 0, total);
  }

  private complete(
    fromOrig: boolean,
    ts: number,
    sequence: number,
    type: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ) {
    this.handled[fromOrig ? 0 : 1] = sequence;
    this.state.message(fromOrig, ts, type, buf, start, end);
  }
}

/** Whether a DTLS record stands here. */
export function isDtlsRecord(buf: Uint8Array, at: number, end: number): boolean {
  if (end - at < 13) return false;
  const type = buf[at]!;
  const version = u16(buf, at + 1);
  return type >= 20 && type <= 23 && (version === 0xfeff || version === 0xfefd || version === 0x0100);
}
