import { copy, u24 } from '../bytes.js';
import type { Dissector, DissectorFactory, FlowContext, Probe, Session } from '../dissector.js';
import { HandshakeState } from '../ssl/state.js';
import { InitialKeys, type QuicVersion, quicVersion } from './keys.js';
import { cryptoFrames, longHeader, varint } from './packets.js';

const MAX_CRYPTO = 1 << 16;
const MAX_PACKETS = 100;

/** Handshake bytes of one direction, put in order. */
class CryptoStream {
  private bytes = new Uint8Array(0);
  private seen = new Uint8Array(0);
  private read = 0;

  add(offset: number, part: Uint8Array): void {
    const end = offset + part.length;
    if (end > MAX_CRYPTO) return;
    if (end > this.bytes.length) {
      this.bytes = grow(this.bytes, end);
      this.seen = grow(this.seen, end);
    }
    this.bytes.set(part, offset);
    this.seen.fill(1, offset, end);
  }

  /** The next complete handshake message. */
  next(): { type: number; bytes: Uint8Array } | undefined {
    const at = this.read;
    if (this.seen.length < at + 4 || this.seen.subarray(at, at + 4).includes(0)) return undefined;
    const end = at + 4 + u24(this.bytes, at + 1);
    if (end > this.seen.length || this.seen.subarray(at, end).includes(0)) return undefined;
    this.read = end;
    return { type: this.bytes[at]!, bytes: this.bytes.subarray(at + 4, end) };
  }
}

function grow(old: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const grown = new Uint8Array(Math.max(1024, size, Math.min(MAX_CRYPTO, 2 * old.length)));
  grown.set(old);
  return grown;
}

class QuicDissector implements Dissector {
  active = true;
  private readonly state: HandshakeState;
  private readonly streams: [CryptoStream, CryptoStream] = [new CryptoStream(), new CryptoStream()];
  private keys: [InitialKeys, InitialKeys] | undefined;
  private packets = 0;

  constructor(flow: FlowContext, session: Session) {
    this.state = new HandshakeState(flow, session, 'q');
  }

  get service(): string {
    return this.state.confirmed ? 'quic,ssl' : 'quic';
  }

  data(fromOrig: boolean, ts: number, buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end && this.active; ) {
      const header = longHeader(buf, at, end);
      const version = header && quicVersion(header.version);
      if (header === undefined || version === undefined || header.type === version.retry) return;
      let next = header.next;
      if (header.type === version.initial) {
        const token = varint(buf, next, end);
        if (token === undefined || token[1] + token[0] > end) return;
        next = token[1] + token[0];
      }
      const length = varint(buf, next, end);
      if (length === undefined || length[1] + length[0] > end) return;
      const stop = length[1] + length[0];
      if (header.type === version.initial) this.initial(fromOrig, ts, version, buf, at, header.dcid, length[1], stop);
      at = stop;
    }
  }

  gap(): void {}

  end(): void {
    this.active = false;
    this.state.finish();
  }

  private initial(
    fromOrig: boolean,
    ts: number,
    version: QuicVersion,
    buf: Uint8Array,
    start: number,
    dcid: readonly [number, number],
    number: number,
    end: number,
  ): void {
    if (++this.packets > MAX_PACKETS) {
      this.end();
      return;
    }
    const side = fromOrig ? 0 : 1;
    let frames = this.keys?.[side].open(buf, start, number, end);
    if (frames === undefined && fromOrig) {
      // The first packet, or the first after a Retry: its own destination makes the keys.
      const id = copy(buf, dcid[0], dcid[1]);
      const keys: [InitialKeys, InitialKeys] = [
        new InitialKeys(version, id, true),
        new InitialKeys(version, id, false),
      ];
      frames = keys[0].open(buf, start, number, end);
      if (frames !== undefined) this.keys = keys;
    }
    if (frames === undefined) return;
    const stream = this.streams[side];
    const plain = frames;
    cryptoFrames(plain, (offset, from, to) => stream.add(offset, plain.subarray(from, to)));
    for (let message = stream.next(); message !== undefined; message = stream.next()) {
      this.state.message(fromOrig, ts, message.type, message.bytes, 0, message.bytes.length);
    }
    if (this.state.greeted) this.end();
  }
}

function probe(_fromOrig: boolean, buf: Uint8Array, start: number, end: number, _flow: FlowContext): Probe {
  const header = longHeader(buf, start, end);
  if (header === undefined || (buf[start]! & 0x40) === 0 || end - start < 40) return 'no';
  return quicVersion(header.version) === undefined ? 'no' : 'yes';
}

/** QUIC's initial packets: the TLS hellos inside become a row of `ssl`. */
export const dissector: DissectorFactory = {
  name: 'quic',
  transport: 'udp',
  order: 30,
  probe,
  create: (flow, _out, session) => new QuicDissector(flow, session),
};
