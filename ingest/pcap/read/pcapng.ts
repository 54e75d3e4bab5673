import type { CaptureFormat, PacketHandler } from './parser.js';
import { CaptureRefused, type Problems } from './problems.js';
import { MAX_RECORD_BYTES } from './record-header.js';

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const OBSOLETE_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
/** Blocks above this size are passed over without being buffered. */
const MAX_BUFFERED_BLOCK = MAX_RECORD_BYTES + 0x10000;

/** The end of the year 9999, microseconds. */
const END_OF_TIME = 253_402_300_800_000_000;

interface Interface {
  linkType: number;
  snapLen: number;
  /** Timestamp units per second, and how to read them. */
  kind: 'micro' | 'nano' | 'other';
  perSecond: bigint;
  /** Seconds added to every timestamp. */
  offset: number;
}

/** pcapng: any number of sections and interfaces, enhanced, simple and obsolete packet blocks; other blocks are skipped. */
export class PcapngFormat implements CaptureFormat {
  need = 12;
  skip = 0;
  done = false;
  final = false;
  private little = true;
  private sections = 0;
  private interfaces: Interface[] = [];

  constructor(
    private readonly handler: PacketHandler,
    private readonly problems: Problems,
    private readonly file: number,
    private readonly name: string,
  ) {}

  parse(buf: Uint8Array, view: DataView, from: number, end: number, base: number): number {
    let pos = from;
    for (;;) {
      if (pos + 12 > end) {
        this.need = 12;
        return pos;
      }
      const isSection = view.getUint32(pos) === SECTION_HEADER;
      if (isSection && !this.order(view, pos)) return this.stop('bad-block', base + pos, 'byte-order magic', pos);
      const type = view.getUint32(pos, this.little);
      const length = view.getUint32(pos + 4, this.little);
      if (length < 12 || length % 4 !== 0) {
        // Without a length the next block cannot be found.
        return this.stop('bad-block-length', base + pos, `${length}; the rest is not read`, pos);
      }
      const wanted = isSection || type === INTERFACE || isPacket(type);
      if (length > MAX_BUFFERED_BLOCK || (!wanted && pos + length > end)) {
        if (wanted) this.problems.add('record-too-large', this.file, base + pos, `${length} bytes`);
        const inside = Math.min(end - pos, length);
        this.skip = length - inside;
        pos += inside;
        if (this.skip > 0) {
          this.need = 12;
          return pos;
        }
        continue;
      }
      if (pos + length > end) {
        this.need = length;
        return pos;
      }
      if (view.getUint32(pos + length - 4, this.little) !== length) {
        this.problems.add('bad-block-length', this.file, base + pos, 'the two lengths differ');
      }
      this.block(type, isSection, buf, view, pos, length, base);
      pos += length;
    }
  }

  private block(
    type: number,
    isSection: boolean,
    buf: Uint8Array,
    view: DataView,
    pos: number,
    length: number,
    base: number,
  ): void {
    if (isSection) {
      this.sections++;
      this.interfaces = [];
    } else if (type === INTERFACE) this.interface(view, pos, length, base);
    else if (type === ENHANCED_PACKET && length >= 32) {
      this.packet(buf, view, pos, length, base, view.getUint32(pos + 8, this.little), pos + 12, 28);
    } else if (type === OBSOLETE_PACKET && length >= 32) {
      this.packet(buf, view, pos, length, base, view.getUint16(pos + 8, this.little), pos + 12, 28);
    } else if (type === SIMPLE_PACKET && length >= 16) this.simple(buf, view, pos, length, base);
    else if (isPacket(type)) this.problems.add('bad-block', this.file, base + pos, 'packet block too short');
  }

  private packet(
    buf: Uint8Array,
    view: DataView,
    pos: number,
    length: number,
    base: number,
    id: number,
    at: number,
    header: number,
  ): void {
    const face = this.interfaces[id];
    if (!face) {
      this.problems.add('unknown-interface', this.file, base + pos, `interface ${id}`);
      return;
    }
    const little = this.little;
    let ts = timestamp(face, view.getUint32(at, little), view.getUint32(at + 4, little));
    if (!(ts >= 0 && ts < END_OF_TIME)) {
      this.problems.add('no-time', this.file, base + pos, 'no date can be so far away');
      ts = 0;
    }
    let capLen = view.getUint32(at + 8, little);
    const wireLen = view.getUint32(at + 12, little);
    const room = length - header - 4;
    if (capLen > room) {
      this.problems.add('bad-block', this.file, base + pos, 'captured length beyond the block');
      capLen = room;
    }
    if (capLen > wireLen) this.problems.add('caplen-exceeds-length', this.file, base + pos);
    if (capLen === 0) this.problems.add('empty-record', this.file, base + pos);
    this.handler.packet(buf, pos + header, capLen, wireLen, ts, face.linkType, base + pos);
  }

  private simple(buf: Uint8Array, view: DataView, pos: number, length: number, base: number): void {
    const face = this.interfaces[0];
    if (!face) {
      this.problems.add('unknown-interface', this.file, base + pos, 'simple packet without an interface');
      return;
    }
    const wireLen = view.getUint32(pos + 8, this.little);
    const snap = face.snapLen === 0 ? wireLen : Math.min(face.snapLen, wireLen);
    const capLen = Math.min(snap, length - 16);
    if (capLen === 0) this.problems.add('empty-record', this.file, base + pos);
    this.problems.add('no-time', this.file, base + pos, 'simple packet block');
    this.handler.packet(buf, pos + 12, capLen, wireLen, 0, face.linkType, base + pos);
  }

  private interface(view: DataView, pos: number, length: number, base: number): void {
    if (length < 20) {
      this.problems.add('bad-block', this.file, base + pos, 'interface block too short');
      return;
    }
    const little = this.little;
    const face: Interface = {
      linkType: view.getUint16(pos + 8, little),
      snapLen: view.getUint32(pos + 12, little),
      kind: 'micro',
      perSecond: 1_000_000n,
      offset: 0,
    };
    let at = pos + 16;
    const stop = pos + length - 4;
    while (at + 4 <= stop) {
      const code = view.getUint16(at, little);
      const size = view.getUint16(at + 2, little);
      if (code === 0 || at + 4 + size > stop) break;
      if (code === 9 && size >= 1) resolution(face, view.getUint8(at + 4));
      if (code === 14 && size >= 8) face.offset = Number(view.getBigInt64(at + 4, little));
      at += 4 + ((size + 3) & ~3);
    }
    this.interfaces.push(face);
  }

  private order(view: DataView, pos: number): boolean {
    const magic = view.getUint32(pos + 8);
    if (magic === 0x1a2b3c4d) this.little = false;
    else if (magic === 0x4d3c2b1a) this.little = true;
    else if (this.sections === 0) {
      throw new CaptureRefused('not-a-capture', `${this.name}: pcapng without a byte-order magic`);
    } else return false;
    return true;
  }

  private stop(kind: 'bad-block' | 'bad-block-length', offset: number, detail: string, pos: number): number {
    this.problems.add(kind, this.file, offset, detail);
    this.done = true;
    return pos;
  }
}

function isPacket(type: number): boolean {
  return type === ENHANCED_PACKET || type === SIMPLE_PACKET || type === OBSOLETE_PACKET;
}

function resolution(face: Interface, value: number): void {
  const exponent = value & 0x7f;
  face.perSecond = value & 0x80 ? 1n << BigInt(Math.min(exponent, 63)) : 10n ** BigInt(Math.min(exponent, 19));
  face.kind = value === 6 ? 'micro' : value === 9 ? 'nano' : 'other';
}

/** Microseconds since the epoch; exact, although the 64-bit value may exceed 2^53. */
function timestamp(face: Interface, high: number, low: number): number {
  const offset = face.offset * 1e6;
  if (face.kind === 'micro') return high * 0x100000000 + low + offset;
  // 2^32 = 4294967 * 1000 + 296
  if (face.kind === 'nano') return high * 4294967 + Math.floor((high * 296 + low) / 1000) + offset;
  const units = (BigInt(high) << 32n) | BigInt(low);
  return Number((units * 1_000_000n) / face.perSecond) + offset;
}
