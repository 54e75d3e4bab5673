import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Reject } from '../reader.js';
import { MAX_LINE } from './text-stats.js';

export interface CleanOptions {
  /** Called for each line that is left (decoded, without line end). Return the text to write, or undefined to drop it. */
  readonly line?: (text: string, lineNumber: number) => string | undefined;
  /** Start after this many bytes, at line `firstLine`. */
  readonly startByte?: number;
  readonly firstLine?: number;
  /** Text written before the first line. */
  readonly prologue?: string;
}

/** A clean copy of a text file and how its lines map to the lines of the original. */
export interface CleanCopy {
  readonly path: string;
  readonly lines: number;
  /** Line number in the original of line `n` (from 1) of the copy; prologue lines count. */
  originalLine(n: number): number;
}

const CHUNK = 1024 * 1024;

/**
 * The slow path for text that DuckDB's readers cannot take: writes a copy without NUL lines, over-long lines,
 * carriage returns and byte order mark; bytes that are not UTF-8 become `\xNN`, as Zeek writes them.
 */
export function cleanText(
  from: string,
  to: string,
  reject: (r: Reject) => void,
  options: CleanOptions = {},
): CleanCopy {
  const input = openSync(from, 'r');
  const output = openSync(to, 'w');
  const origin: number[] = [];
  const pending: string[] = [];
  let pendingSize = 0;
  const flush = (): void => {
    if (pending.length > 0) writeSync(output, `${pending.join('\n')}\n`);
    pending.length = 0;
    pendingSize = 0;
  };
  const prologueLines = options.prologue ? options.prologue.split('\n') : [];
  for (const line of prologueLines) {
    pending.push(line);
    origin.push(0);
  }
  let lineNumber = (options.firstLine ?? 1) - 1;
  const emit = (raw: Buffer, tooLong: boolean): void => {
    lineNumber++;
    const place = `line ${lineNumber}`;
    if (tooLong) {
      reject({ place, reason: `line longer than ${MAX_LINE} bytes`, sample: raw.toString('latin1', 0, 400) });
      return;
    }
    if (raw.length > 0 && raw[raw.length - 1] === 13) raw = raw.subarray(0, -1);
    if (lineNumber === 1 && raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf) raw = raw.subarray(3);
    if (raw.length === 0) return;
    if (raw.includes(0)) {
      reject({ place, reason: 'NUL byte', sample: raw.toString('latin1', 0, 400) });
      return;
    }
    let text: string | undefined = isUtf8(raw) ? raw.toString('utf8') : escapeInvalid(raw);
    // A bare carriage return would end the row for a CSV reader.
    if (text.includes('\r')) text = text.replaceAll('\r', '\\x0d');
    text = options.line ? options.line(text, lineNumber) : text;
    if (text === undefined) return;
    pending.push(text);
    origin.push(lineNumber);
    pendingSize += text.length;
    if (pendingSize > CHUNK) flush();
  };
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    let carry: Buffer[] = [];
    let carrySize = 0;
    let position = options.startByte ?? 0;
    for (;;) {
      const got = readSync(input, buffer, 0, CHUNK, position);
      if (got === 0) break;
      position += got;
      let start = 0;
      for (let nl = buffer.indexOf(10, 0); nl >= 0 && nl < got; nl = buffer.indexOf(10, start)) {
        const piece = buffer.subarray(start, nl);
        emit(carrySize > 0 ? Buffer.concat([...carry, piece]) : piece, carrySize + piece.length > MAX_LINE);
        carry = [];
        carrySize = 0;
        start = nl + 1;
      }
      // Only the beginning of an over-long line is kept, for the sample.
      if (carrySize <= MAX_LINE) carry.push(Buffer.from(buffer.subarray(start, got)));
      carrySize += got - start;
    }
    if (carrySize > 0) emit(Buffer.concat(carry), carrySize > MAX_LINE);
    flush();
  } finally {
    closeSync(input);
    closeSync(output);
  }
  return { path: to, lines: origin.length, originalLine: (n) => origin[n - 1] ?? n };
}

/** Latin-1 and other stray bytes as `\xNN`; valid sequences stay. */
function escapeInvalid(raw: Buffer): string {
  let out = '';
  let i = 0;
  while (i < raw.length) {
    const b = raw[i]!;
    const size = b < 0x80 ? 1 : b >= 0xc2 && b < 0xe0 ? 2 : b >= 0xe0 && b < 0xf0 ? 3 : b >= 0xf0 && b < 0xf5 ? 4 : 0;
    const piece = raw.subarray(i, i + size);
    if (size > 0 && piece.length === size && isUtf8(piece)) {
      out += piece.toString('utf8');
      i += size;
    } else {
      out += `\\x${b.toString(16).padStart(2, '0')}`;
      i++;
    }
  }
  return out;
}
