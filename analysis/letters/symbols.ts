/** How letters are written: as Slips 0.7.3 did (models are trained on it), or as its present version does. */
export type LetterWriting = '0.7.3' | 'head';

/** Periodicity class (none yet, strong, weak, weak non-periodic, strong non-periodic), then size and duration class. */
const LETTERS = new TextEncoder().encode('123456789abcdefghiABCDEFGHIrstuvwxyzRSTUVWXYZ');
const ZERO = 0x30;
const DOT = 0x2e;
const COMMA = 0x2c;
const PLUS = 0x2b;
const STAR = 0x2a;

/**
 * Hours of silence that are written for one gap (six weeks; a longer one looks the same) and for a tuple (eleven years):
 * a hostile clock cannot fill the disk.
 */
export const MAX_ZEROS = 1000;
const MAX_TUPLE_ZEROS = 100_000;
/** Longest symbol in bytes. */
export const MAX_SYMBOL = MAX_ZEROS + 2;

/**
 * Writes the symbols of one tuple, flow after flow. Arithmetic is that of doubles, in seconds, as in the original: at
 * exact borders the same letter comes out.
 */
export class SymbolWriter {
  readonly #head: boolean;
  /** Start of the last flow and of the one before it, seconds; NaN: none. */
  #last = Number.NaN;
  #before = Number.NaN;
  #zeros = 0;

  constructor(writing: LetterWriting) {
    this.#head = writing === 'head';
  }

  /** The next flow is the first of a tuple. */
  restart(): void {
    this.#last = Number.NaN;
    this.#before = Number.NaN;
    this.#zeros = 0;
  }

  /**
   * Writes the symbol of one flow into `bytes` from `at`, where `MAX_SYMBOL` bytes are free.
   * @param now start of the flow, seconds
   * @param kind 3 * size class + duration class, each from 0 to 2
   * @returns the position after it
   */
  write(bytes: Uint8Array, at: number, now: number, kind: number): number {
    const last = this.#last;
    const between = now - last;
    const period = this.#period(last - this.#before, between);
    this.#before = last;
    this.#last = now;
    let end = at;
    if (period > 0 && between >= 3600) {
      const hours = Math.min(MAX_ZEROS, MAX_TUPLE_ZEROS - this.#zeros, Math.floor(between / 3600));
      this.#zeros += hours;
      bytes.fill(ZERO, end, end + hours);
      end += hours;
    }
    bytes[end++] = LETTERS[period * 9 + kind]!;
    // Both writings take a time of 0 for a missing one; the present one has no time after a second flow, nor after none at all.
    const timed = this.#head ? period > 0 && between !== 0 : last !== 0 && now !== 0;
    if (timed && between <= 3600)
      bytes[end++] = between <= 5 ? DOT : between <= 60 ? COMMA : between <= 300 ? PLUS : STAR;
    return end;
  }

  /** 0 without two flows before, else 1 (strongly periodic) to 4, from the ratio of the last two gaps. */
  #period(t1: number, t2: number): number {
    if (Number.isNaN(t1)) return 0;
    const above = t2 >= t1;
    const divisor = above ? t1 : t2;
    if (divisor === 0) return 1;
    const ratio = (above ? t2 : t1) / divisor;
    return ratio <= 1.05 ? 1 : ratio <= 1.3 ? 2 : ratio <= 5 ? 3 : 4;
  }
}
