import { safe } from './terminal.js';

/** Whoever is told how long work goes on, and what a user should know about its input. */
export interface Listener {
  update(step: string, done?: number, total?: number): void;
  /** `message` may hold text from file names. */
  warn(message: string): void;
  /** The work is over: nothing more comes. */
  clear(): void;
}

/** Progress of long work on stderr: one line that is overwritten on a terminal, plain lines with `--progress`. */
export class Progress implements Listener {
  readonly #mode: 'line' | 'plain' | 'off';
  #last = 0;
  #lastText = '';
  #shown = 0;

  constructor(wanted: boolean | undefined, stream: NodeJS.WriteStream = process.stderr) {
    this.#mode = wanted === false ? 'off' : wanted === true && !stream.isTTY ? 'plain' : stream.isTTY ? 'line' : 'off';
  }

  /** At most ten updates a second; `total` 0 means unknown. */
  update(step: string, done = 0, total = 0): void {
    if (this.#mode === 'off') return;
    const now = performance.now();
    if (now - this.#last < 100 && step === this.#lastText) return;
    this.#last = now;
    const share = total > 0 ? ` ${String(Math.floor((100 * done) / total)).padStart(3)} %` : '';
    if (this.#mode === 'plain') {
      if (step !== this.#lastText) process.stderr.write(`${step}${share}\n`);
    } else {
      const text = `${step}${share}`.slice(0, (process.stderr.columns ?? 80) - 1);
      process.stderr.write(`\r${text}${' '.repeat(Math.max(0, this.#shown - text.length))}`);
      this.#shown = text.length;
    }
    this.#lastText = step;
  }

  warn(message: string): void {
    this.clear();
    process.stderr.write(`warning: ${safe(message)}\n`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#mode === 'line' && this.#shown > 0) process.stderr.write(`\r${' '.repeat(this.#shown)}\r`);
    this.#shown = 0;
  }
}
