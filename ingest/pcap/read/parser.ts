import { isMagic, PcapFormat } from './pcap.js';
import { PcapngFormat } from './pcapng.js';
import { CaptureRefused, type Problems } from './problems.js';

/** Receives one packet record; `buf` is reused after the call returns. */
export interface PacketHandler {
  /**
   * @param start first byte of the frame in `buf`
   * @param capLen captured bytes, at least 0
   * @param wireLen bytes on the wire as recorded
   * @param ts microseconds since the epoch
   * @param linkType LINKTYPE_ value
   * @param offset byte offset of the packet record in the (decompressed) file
   */
  packet(
    buf: Uint8Array,
    start: number,
    capLen: number,
    wireLen: number,
    ts: number,
    linkType: number,
    offset: number,
  ): void;
}

/** A file format: parses whole records out of a window of the file. */
export interface CaptureFormat {
  /** Bytes needed from the position returned by `parse` before another record is complete. */
  need: number;
  /** Bytes to pass over before the next record (skipped blocks, larger than what is buffered). */
  skip: number;
  /** True when nothing more can be read from this file. */
  done: boolean;
  /** Set when no more bytes will come: what is there has to do. */
  final: boolean;
  /** Parse whole records of `buf[pos, end)`, where `base + pos` is the file offset; returns the new position. */
  parse(buf: Uint8Array, view: DataView, pos: number, end: number, base: number): number;
}

const PCAPNG_MAGIC = 0x0a0d0d0a;

/** True when the bytes start like a pcap or pcapng file. */
export function isCaptureMagic(buf: Uint8Array): boolean {
  if (buf.length < 4) return false;
  const magic = ((buf[0]! << 24) | (buf[1]! << 16) | (buf[2]! << 8) | buf[3]!) >>> 0;
  return magic === PCAPNG_MAGIC || isMagic(magic);
}

/**
 * Push parser for pcap and pcapng: chunks of any size in, packets out. Only a record that straddles two chunks is
 * copied. Broken input ends the file with a counted problem; input that is no capture throws {@link CaptureRefused}.
 */
export class CaptureParser {
  private format: CaptureFormat | undefined;
  private carry = new Uint8Array(0x10000);
  private carryLen = 0;
  private base = 0;

  constructor(
    private readonly handler: PacketHandler,
    private readonly problems: Problems,
    private readonly file: number,
    private readonly name: string,
    /** The file is one of our own capturing: packets are given as they come, without a look ahead. */
    private readonly live = false,
  ) {}

  /** True when the rest of the file need not be pushed. */
  get done(): boolean {
    return this.format?.done ?? false;
  }

  push(chunk: Uint8Array): void {
    let pos = 0;
    while (this.carryLen > 0 || !this.format) {
      const need = this.format ? this.format.need : 24;
      const take = Math.max(0, Math.min(need - this.carryLen, chunk.length - pos));
      this.grow(need);
      this.carry.set(chunk.subarray(pos, pos + take), this.carryLen);
      this.carryLen += take;
      pos += take;
      if (this.carryLen < need) return;
      if (!this.format) {
        this.format = this.detect(this.carry, this.carryLen);
        continue;
      }
      const used = this.run(this.carry, 0, this.carryLen, this.base);
      if (this.format.done) return;
      if (used === 0 && this.format.need > this.carryLen) continue;
      this.base += used;
      if (used < this.carryLen) this.carry.copyWithin(0, used, this.carryLen);
      this.carryLen -= used;
    }
    if (this.format.skip > 0) {
      const skipped = Math.min(this.format.skip, chunk.length - pos);
      this.format.skip -= skipped;
      this.base += skipped;
      pos += skipped;
      if (this.format.skip > 0) return;
    }
    const start = pos;
    pos = this.run(chunk, pos, chunk.length, this.base - start);
    this.base += pos - start;
    if (this.format.done) return;
    const rest = chunk.length - pos;
    if (rest > 0) {
      if (this.format.skip > 0) {
        // The parser consumes what it skips inside a chunk, so a pending skip means the chunk is used up.
        return;
      }
      this.grow(rest);
      this.carry.set(chunk.subarray(pos), 0);
      this.carryLen = rest;
    }
  }

  /** The file is over: report what is cut. */
  end(): void {
    if (!this.format) {
      if (this.carryLen === 0) throw new CaptureRefused('empty-file', `${this.name}: empty file`);
      if (isCaptureMagic(this.carry.subarray(0, this.carryLen))) {
        throw new CaptureRefused('header-cut', `${this.name}: the file header is cut`);
      }
      throw new CaptureRefused('not-a-capture', `${this.name}: not a pcap or pcapng capture`);
    }
    if (this.format.done) return;
    this.format.final = true;
    if (this.carryLen > 0 && this.format.skip === 0) {
      const used = this.run(this.carry, 0, this.carryLen, this.base);
      this.base += used;
      this.carryLen -= used;
      if (this.format.done) return;
    }
    if (this.carryLen > 0 || this.format.skip > 0) {
      this.problems.add('file-cut', this.file, this.base, 'the last record is incomplete');
    }
  }

  private run(buf: Uint8Array, pos: number, end: number, base: number): number {
    const view = new DataView(buf.buffer, buf.byteOffset, buf.byteLength);
    return this.format!.parse(buf, view, pos, end, base);
  }

  private detect(buf: Uint8Array, len: number): CaptureFormat {
    const view = new DataView(buf.buffer, buf.byteOffset, len);
    const magic = view.getUint32(0);
    if (magic === PCAPNG_MAGIC) return new PcapngFormat(this.handler, this.problems, this.file, this.name);
    if (isMagic(magic)) return new PcapFormat(this.handler, this.problems, this.file, this.live);
    throw new CaptureRefused('not-a-capture', `${this.name}: not a pcap or pcapng capture`);
  }

  private grow(size: number): void {
    if (this.carry.length >= size) return;
    const larger = new Uint8Array(Math.max(size, this.carry.length * 2));
    larger.set(this.carry.subarray(0, this.carryLen));
    this.carry = larger;
  }
}
