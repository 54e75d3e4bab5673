import type { TransferEncoding } from './headers.js';

/** Undoes a transfer encoding line by line. */
export class LineDecoder {
  private readonly encoding: TransferEncoding;
  private rest = '';
  private first = true;

  constructor(encoding: TransferEncoding) {
    this.encoding = encoding;
  }

  /** The bytes that a line (one character per byte, without its end) adds. */
  line(raw: string, crlf: boolean): Buffer {
    if (this.encoding === 'base64') {
      const all = this.rest + raw.replace(/[^A-Za-z0-9+/=]/g, '');
      const whole = all.length - (all.length % 4);
      this.rest = all.slice(whole);
      return Buffer.from(all.slice(0, whole), 'base64');
    }
    // A line's end belongs to the content only when another line follows.
    const before = this.first ? '' : this.rest;
    this.first = false;
    if (this.encoding === 'identity') {
      this.rest = crlf ? '\r\n' : '\n';
      return Buffer.from(before + raw, 'latin1');
    }
    const trimmed = raw.replace(/[ \t]+$/, '');
    const soft = trimmed.endsWith('=');
    this.rest = soft ? '' : '\r\n';
    const body = soft ? trimmed.slice(0, -1) : trimmed;
    const plain = body.replace(/=([0-9A-Fa-f]{2})/g, (_all, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
    return Buffer.from(before + plain, 'latin1');
  }

  /** What is left when the content ends. */
  end(): Buffer {
    return this.encoding === 'base64' ? Buffer.from(this.rest, 'base64') : Buffer.alloc(0);
  }
}
