import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1024 * 1024;
/** Longest line kept whole (bytes); longer ones are cut. */
const LONGEST = 64 * 1024 * 1024;

/** A line of a text file: `line` is its number from 1, blank ones counted. */
export interface PickedLine {
  readonly line: number;
  readonly text: string;
}

/** Walks through a text file once and hands out lines by their number among the lines that are not blank. */
export class LinePicker {
  readonly #fd: number;
  readonly #buffer = Buffer.allocUnsafe(CHUNK);
  #have = 0;
  #at = 0;
  #position = 0;
  #line = 0;
  #data = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The `n`-th line (from 1) that is not blank; `n` must grow from call to call. Undefined past the end. */
  pick(n: number): PickedLine | undefined {
    for (;;) {
      const raw = this.#next(this.#data + 1 === n);
      if (raw === undefined) return undefined;
      this.#line++;
      if (raw.blank) continue;
      this.#data++;
      if (this.#data === n) return { line: this.#line, text: raw.text };
    }
  }

  /** The next line; its text only when wanted. */
  #next(wanted: boolean): { blank: boolean; text: string } | undefined {
    const parts: Buffer[] = [];
    let size = 0;
    let blank = true;
    for (;;) {
      if (this.#at === this.#have) {
        this.#have = readSync(this.#fd, this.#buffer, 0, CHUNK, this.#position);
        this.#position += this.#have;
        this.#at = 0;
        if (this.#have === 0) {
          if (size === 0) return undefined;
          break;
        }
      }
      let end = this.#buffer.indexOf(10, this.#at);
      const whole = end >= 0 && end < this.#have;
      if (!whole) end = this.#have;
      if (blank) blank = isBlank(this.#buffer, this.#at, end);
      size += end - this.#at;
      if (wanted && size <= LONGEST) parts.push(Buffer.from(this.#buffer.subarray(this.#at, end)));
      this.#at = whole ? end + 1 : end;
      if (whole) break;
    }
    return { blank, text: wanted && !blank ? Buffer.concat(parts).toString('utf8').replace(/\r$/, '') : '' };
  }
}

function isBlank(buffer: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const b = buffer[i];
    if (b !== 32 && b !== 9 && b !== 13) return false;
  }
  return true;
}
