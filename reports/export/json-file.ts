import { closeSync, openSync, writeSync } from 'node:fs';

/** Characters that turn text around or hide in it: written as escapes, so that a file can be looked at in a terminal. */
const ODD = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** JSON text, with odd characters as escapes; the value is the same. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value).replace(ODD, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A text file written piece by piece. */
export class TextFile {
  readonly #fd: number;
  #pending: string[] = [];
  #size = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'wx');
  }

  write(text: string): void {
    this.#pending.push(text);
    this.#size += text.length;
    if (this.#size > 1 << 20) this.#flush();
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#fd);
    }
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending.join(''));
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    this.#pending = [];
    this.#size = 0;
  }
}
