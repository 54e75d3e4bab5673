const EMPTY = new Uint8Array(0);

/** Bytes of one direction waiting for a complete message; holds at most `limit`. */
export class ByteQueue {
  buf: Uint8Array = EMPTY;
  start = 0;
  end = 0;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Adds bytes; false when the limit would be passed (nothing is added then). */
  push(buf: Uint8Array, start: number, end: number): boolean {
    const n = end - start;
    if (this.length + n > this.limit) return false;
    if (this.end + n > this.buf.length) {
      const size = this.length + n;
      const target = size > this.buf.length ? new Uint8Array(Math.max(512, 2 * size)) : this.buf;
      if (this.length > 0) target.set(this.buf.subarray(this.start, this.end));
      this.end -= this.start;
      this.start = 0;
      this.buf = target;
    }
    if (n > 0) this.buf.set(buf.subarray(start, end), this.end);
    this.end += n;
    return true;
  }

  /** Drops the first `n` bytes. */
  drop(n: number): void {
    this.start = Math.min(this.end, this.start + n);
    if (this.start === this.end) this.clear();
  }

  clear(): void {
    this.start = 0;
    this.end = 0;
  }

  /** Gives the memory back. */
  release(): void {
    this.buf = EMPTY;
    this.clear();
  }
}
