/** Leaves what the terminal shows alone and gives it back: the alternate screen, no cursor. */
export const ENTER = '\x1b[?1049h\x1b[?25l\x1b[2J';
export const LEAVE = '\x1b[?25h\x1b[?1049l';

/** A terminal that is given whole frames and is sent the lines that changed. */
export class PaintedScreen {
  readonly #out: NodeJS.WriteStream;
  #shown: readonly string[] = [];
  #size = '';
  #silent = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** Draws a frame: lines, none wider than the terminal. */
  draw(lines: readonly string[]): void {
    if (this.#silent) return;
    const size = `${this.#out.columns}x${this.#out.rows}`;
    let text = '';
    if (size !== this.#size) {
      this.#size = size;
      this.#shown = [];
      text = '\x1b[2J';
    }
    for (let i = 0; i < Math.max(lines.length, this.#shown.length); i++) {
      if (lines[i] === this.#shown[i]) continue;
      // Erased first: after a line as wide as the terminal, erasing to its end would take the last character.
      text += `\x1b[${i + 1};1H\x1b[2K${lines[i] ?? ''}`;
    }
    this.#shown = lines;
    if (text !== '') this.#out.write(text);
  }

  /** Draws nothing from now on. */
  silence(): void {
    this.#silent = true;
  }

  /** The terminal for ink: its size and events. What ink writes goes nowhere: it would clear the scrollback too. */
  stream(): NodeJS.WriteStream {
    const write = (...given: unknown[]): boolean => {
      const done = given.at(-1);
      if (typeof done === 'function') setImmediate(done as () => void);
      return true;
    };
    return new Proxy(this.#out, {
      get: (out, name) => {
        if (name === 'write') return write;
        const value: unknown = Reflect.get(out, name, out);
        return typeof value === 'function' ? (value as (...a: unknown[]) => unknown).bind(out) : value;
      },
    });
  }
}
