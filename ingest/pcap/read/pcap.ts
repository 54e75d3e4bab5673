import type { CaptureFormat, PacketHandler } from './parser.js';
import type { Problems } from './problems.js';
import { MAX_RECORD_BYTES, recordHeader } from './record-header.js';

/** Classic pcap: both byte orders, microseconds and nanoseconds, and the variants with longer record headers. */
export class PcapFormat implements CaptureFormat {
  need = 24;
  skip = 0;
  done = false;
  final = false;
  private started = false;
  private settled: boolean;
  private little = true;
  private nanos = false;
  private header = 16;
  private linkType = 0;

  constructor(
    private readonly handler: PacketHandler,
    private readonly problems: Problems,
    private readonly file: number,
    live = false,
  ) {
    this.settled = live;
  }

  parse(buf: Uint8Array, view: DataView, from: number, end: number, base: number): number {
    let pos = from;
    if (!this.started) {
      this.start(view, pos);
      pos += 24;
    }
    if (!this.settled && !this.settle(view, pos, end)) return pos;
    const little = this.little;
    const header = this.header;
    const nanos = this.nanos;
    const linkType = this.linkType;
    const handler = this.handler;
    const limit = nanos ? 1e9 : 1e6;
    for (;;) {
      if (pos + header > end) {
        this.need = header;
        return pos;
      }
      const capLen = view.getUint32(pos + 8, little);
      const wireLen = view.getUint32(pos + 12, little);
      if (capLen === 0 && isMagic(view.getUint32(pos)) && view.getUint16(pos + 4, little) === 2) {
        // A second file was appended; its packets are not these packets.
        this.problems.add('second-header', this.file, base + pos, 'the rest is not read');
        this.done = true;
        return pos;
      }
      if (capLen > MAX_RECORD_BYTES) {
        this.problems.add('record-too-large', this.file, base + pos, `${capLen} bytes; the rest is not read`);
        this.done = true;
        return pos;
      }
      const next = pos + header + capLen;
      if (next > end) {
        this.need = header + capLen;
        return pos;
      }
      if (capLen > wireLen) this.problems.add('caplen-exceeds-length', this.file, base + pos);
      if (capLen === 0) this.problems.add('empty-record', this.file, base + pos);
      const seconds = view.getUint32(pos, little);
      const fraction = view.getUint32(pos + 4, little);
      if (fraction >= limit) this.problems.add('bad-fraction', this.file, base + pos);
      const ts = seconds * 1e6 + (nanos ? Math.floor(fraction / 1000) : fraction);
      handler.packet(buf, pos + header, capLen, wireLen, ts, linkType, base + pos);
      pos = next;
    }
  }

  /** Finds out how long the record headers are; false when more bytes are needed for that. */
  private settle(view: DataView, pos: number, end: number): boolean {
    const { little, nanos } = this;
    const answer = recordHeader(view, pos, end, { little, nanos, header: this.header });
    if (answer.need > end - pos && !this.final) {
      this.need = answer.need;
      return false;
    }
    this.header = answer.header;
    this.settled = true;
    return true;
  }

  private start(view: DataView, pos: number): void {
    const magic = view.getUint32(pos);
    this.little = magic === 0xd4c3b2a1 || magic === 0x4d3cb2a1 || magic === 0x34cdb2a1;
    this.nanos = magic === 0xa1b23c4d || magic === 0x4d3cb2a1;
    if (magic === 0xa1b2cd34 || magic === 0x34cdb2a1) this.header = 24;
    this.linkType = view.getUint32(pos + 20, this.little) & 0xffff;
    this.started = true;
    this.need = this.header;
  }
}

const MAGICS = new Set([0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0xa1b2cd34, 0x34cdb2a1]);

/** True for the magic numbers of pcap, read most significant byte first. */
export function isMagic(value: number): boolean {
  return MAGICS.has(value);
}
