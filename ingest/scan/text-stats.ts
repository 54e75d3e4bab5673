import { isUtf8 } from 'node:buffer';

/** A line longer than this is cut out as a reject by every text reader (bytes). */
export const MAX_LINE = 15 * 1024 * 1024;
const CARRY_LIMIT = 32 * 1024 * 1024;
const SAMPLES_PER_CHUNK = 200;

/** What one pass over a text file says about it: counts that readers are checked against, and what needs care. */
export class TextStats {
  /** Lines, the last one also without a newline. */
  lines = 0;
  /** Lines of white space only. */
  blank = 0;
  /** Lines that begin with `#`, white space before it or not. */
  comments = 0;
  /** Line number (from 1) and text of the first lines that begin with `#`, up to 100,000 of them. */
  readonly commentLines: { line: number; text: string }[] = [];
  maxLine = 0;
  hasNul = false;
  hasInvalidUtf8 = false;
  hasCarriageReturn = false;
  hasByteOrderMark = false;
  lastLineUnterminated = false;
  /** Up to 200 lines of every few megabytes, in order. */
  readonly samples: string[] = [];

  #carry: Buffer = Buffer.alloc(0);
  #first = true;

  /** Data lines: what a reader has to account for. */
  get records(): number {
    return this.lines - this.blank - this.comments;
  }

  /** True when DuckDB's own readers can take the file as it is. */
  get clean(): boolean {
    return !(
      this.hasNul ||
      this.hasInvalidUtf8 ||
      this.hasCarriageReturn ||
      this.hasByteOrderMark ||
      this.maxLine > MAX_LINE
    );
  }

  /** Feeds bytes in order; `chunk` may be reused by the caller afterwards. */
  update(chunk: Buffer): void {
    const data = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk;
    if (this.#first && data.length >= 3) {
      this.#first = false;
      this.hasByteOrderMark = data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf;
    }
    const end = data.lastIndexOf(10) + 1;
    if (end === 0 && data.length < CARRY_LIMIT) {
      this.#carry = Buffer.from(data);
      return;
    }
    if (end === 0) {
      // A line without end: not worth keeping, it will be rejected.
      this.maxLine = Math.max(this.maxLine, data.length);
      this.#carry = Buffer.from(data.subarray(0, CARRY_LIMIT / 2));
      return;
    }
    this.#block(data.subarray(0, end));
    this.#carry = Buffer.from(data.subarray(end));
  }

  finish(): void {
    if (this.#carry.length > 0) {
      this.lastLineUnterminated = true;
      this.#block(this.#carry);
      this.#carry = Buffer.alloc(0);
    }
  }

  #block(block: Buffer): void {
    if (!this.hasNul && block.includes(0)) this.hasNul = true;
    if (!this.hasInvalidUtf8 && !isUtf8(block)) this.hasInvalidUtf8 = true;
    if (!this.hasCarriageReturn && block.includes(13)) this.hasCarriageReturn = true;
    let from = 0;
    let sampled = 0;
    const length = block.length;
    while (from < length) {
      let to = block.indexOf(10, from);
      if (to < 0) to = length;
      const size = to - from;
      this.lines++;
      if (size > this.maxLine) this.maxLine = size;
      const first = block[from];
      const start = first === 32 || first === 9 || first === 13 ? firstInk(block, from, to) : from;
      if (start >= to) this.blank++;
      else if (block[start] === 35) this.#comment(block, from, to);
      else if (sampled < SAMPLES_PER_CHUNK && size < 65536) {
        sampled++;
        if (this.samples.length < 20_000) this.samples.push(block.toString('utf8', from, to));
      }
      from = to + 1;
    }
  }

  #comment(block: Buffer, from: number, to: number): void {
    this.comments++;
    if (this.commentLines.length < 100_000) {
      this.commentLines.push({
        line: this.lines,
        text: block.toString('utf8', from, Math.min(to, from + 65536)).replace(/\r$/, ''),
      });
    }
  }
}

/** First byte of a line that is no white space, or `to`. */
function firstInk(block: Buffer, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const b = block[i];
    if (b !== 32 && b !== 9 && b !== 13) return i;
  }
  return to;
}
