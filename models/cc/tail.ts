import { CODES, LONGEST } from './alphabet.js';

/** Codes of the last `LONGEST` letters of a channel, window after window. */
export class Tail {
  readonly #codes = new Uint8Array(2 * LONGEST);
  #length = 0;
  /** Letters since the last character that is none. */
  #known = 0;

  /** The next letters are another channel's. */
  restart(): void {
    this.#length = 0;
    this.#known = 0;
  }

  /** Adds a window's letters, ASCII; of more than `LONGEST` the last ones. */
  add(letters: Uint8Array): void {
    const from = Math.max(0, letters.length - LONGEST);
    const added = letters.length - from;
    if (this.#length + added > this.#codes.length) {
      this.#codes.copyWithin(0, this.#length - LONGEST, this.#length);
      this.#length = LONGEST;
    }
    for (let i = from; i < letters.length; i++) {
      const code = CODES[letters[i]!] ?? 0;
      this.#codes[this.#length++] = code;
      this.#known = code === 0 ? 0 : this.#known + 1;
    }
  }

  /** A copy of the codes, at least `shortest`; undefined when there are fewer, or a character among them that is no letter. */
  codes(shortest: number): Uint8Array | undefined {
    const length = Math.min(this.#length, LONGEST);
    if (length < shortest || this.#known < length) return undefined;
    return this.#codes.slice(this.#length - length, this.#length);
  }
}
