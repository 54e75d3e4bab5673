import { u16, u32 } from '../bytes.js';

const MAX_HEADER = 14;

/** Takes the frames of one direction of a WebSocket apart and hands their content on. */
export class WebSocketReader {
  private readonly header = new Uint8Array(MAX_HEADER);
  private have = 0;
  private left = 0;
  private control = false;
  private mask: Uint8Array | undefined;
  private turned = 0;

  /** Calls `content` with unmasked payload. */
  data(buf: Uint8Array, start: number, end: number, content: (bytes: Uint8Array) => void): void {
    for (let at = start; at < end; ) {
      if (this.left === 0) {
        this.header[this.have++] = buf[at++]!;
        if (this.have === this.needed()) this.begin();
        continue;
      }
      const stop = Math.min(end, at + this.left);
      if (!this.control) content(this.unmasked(buf, at, stop));
      this.left -= stop - at;
      at = stop;
    }
  }

  /** A hole inside a frame's payload is skipped; elsewhere the stream is lost, which false says. */
  gap(bytes: number): boolean {
    if (bytes > this.left) return false;
    this.left -= bytes;
    this.turned += bytes;
    return true;
  }

  private needed(): number {
    if (this.have < 2) return 2;
    const second = this.header[1]!;
    const size = second & 0x7f;
    return 2 + (size === 126 ? 2 : size === 127 ? 8 : 0) + (second & 0x80 ? 4 : 0);
  }

  private begin(): void {
    const { header, have } = this;
    const second = header[1]!;
    const size = second & 0x7f;
    this.left = size === 126 ? u16(header, 2) : size === 127 ? u32(header, 2) * 2 ** 32 + u32(header, 6) : size;
    this.control = (header[0]! & 8) !== 0;
    this.mask = second & 0x80 ? header.slice(have - 4, have) : undefined;
    this.turned = 0;
    this.have = 0;
  }

  private unmasked(buf: Uint8Array, start: number, end: number): Uint8Array {
    const { mask } = this;
    if (mask === undefined) return buf.subarray(start, end);
    const out = new Uint8Array(end - start);
    for (let i = 0; i < out.length; i++) out[i] = buf[start + i]! ^ mask[this.turned++ & 3]!;
    return out;
  }
}
