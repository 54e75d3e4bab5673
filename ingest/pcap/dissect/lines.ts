const LF = 10;
const CR = 13;

/** Cuts one direction of a stream into lines; a line longer than `limit` is cut there and the rest of it dropped. */
export class LineBuffer {
  /** The line found last is `line[lineStart, lineEnd)`, without CR LF; valid until the next call. */
  line: Uint8Array = new Uint8Array(0);
  lineStart = 0;
  lineEnd = 0;
  /** Whether CR LF ended the line found last. */
  crlf = false;
  private readonly limit: number;
  private pending: Uint8Array;
  private size = 0;

  constructor(limit = 8192) {
    this.limit = limit;
    this.pending = new Uint8Array(0);
  }

  /** Whether an unfinished line is kept. */
  get partial(): boolean {
    return this.size > 0;
  }

  /** Forgets an unfinished line. */
  reset(): void {
    this.size = 0;
  }

  /** Position after the next line of `buf[start, end)`, or -1 when none ends there (the bytes are kept). */
  next(buf: Uint8Array, start: number, end: number): number {
    let at = buf.indexOf(LF, start);
    if (at >= end) at = -1;
    if (at < 0) {
      this.keep(buf, start, end);
      return -1;
    }
    if (this.size === 0) {
      this.line = buf;
      this.lineStart = start;
      this.lineEnd = Math.min(at, start + this.limit);
    } else {
      this.keep(buf, start, at);
      this.line = this.pending;
      this.lineStart = 0;
      this.lineEnd = this.size;
      this.size = 0;
    }
    this.crlf = this.lineEnd > this.lineStart && this.line[this.lineEnd - 1] === CR;
    if (this.crlf) this.lineEnd--;
    return at + 1;
  }

  /** The unfinished line becomes the line; false when there is none. */
  flush(): boolean {
    if (this.size === 0) return false;
    this.line = this.pending;
    this.lineStart = 0;
    this.lineEnd = this.size;
    this.size = 0;
    return true;
  }

  private keep(buf: Uint8Array, start: number, end: number): void {
    const n = Math.min(end - start, this.limit - this.size);
    if (n <= 0) return;
    if (this.size + n > this.pending.length) {
      const grown = new Uint8Array(Math.min(this.limit, Math.max(256, 2 * (this.size + n))));
      grown.set(this.pending.subarray(0, this.size));
      this.pending = grown;
    }
    this.pending.set(buf.subarray(start, start + n), this.size);
    this.size += n;
  }
}
