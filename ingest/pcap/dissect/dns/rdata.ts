import { hex, ipv4, ipv6, u16 } from '../bytes.js';
import { text } from '../text.js';
import { type Message, readName } from './message.js';
import { typeName } from './names.js';

/** Types whose answers Zeek keeps out of the log. */
const SILENT = new Set([249, 250, 41, 64, 65, 52, 257]);

/**
 * An answer as Zeek writes it. An empty string counts as seen but is not listed; undefined is not an answer to the
 * question (signatures of the transaction, EDNS).
 */
export function answerText(buf: Uint8Array, message: Message, record: number): string | undefined {
  const { base } = message;
  const start = message.start[record]!;
  const end = message.stop[record]!;
  const type = message.type[record]!;
  const name = (at: number) => readName(buf, at, base, end);
  const size = end - start;
  if (SILENT.has(type)) return undefined;
  switch (type) {
    case 1:
      return size === 4 ? ipv4(buf, start) : '';
    case 28:
      return size === 16 ? ipv6(buf, start) : '';
    case 2:
    case 5:
    case 6:
    case 12:
      return name(start) ?? '';
    case 15:
      return name(start + 2) ?? '';
    case 33:
      return name(start + 6) ?? '';
    case 16:
    case 99:
      return strings(buf, start, end)
        .map((s) => `${typeName(type)} ${s.length} ${s.text}`)
        .join(' ');
    case 13:
      return `HINFO ${strings(buf, start, end)
        .map((s) => s.text)
        .join(' ')}`;
    case 35:
      return naptr(buf, base, start, end);
    case 11:
      return '';
    case 43:
      return `DS ${buf[start + 2] ?? 0} ${buf[start + 3] ?? 0}`;
    case 44:
      return `SSHFP: ${hex(buf, start + 2, end)}`;
    case 46:
      return `RRSIG ${u16(buf, start)} ${name(start + 18) || '<Root>'}`;
    case 47:
      return `NSEC ${message.nameOf(record)} ${name(start) ?? ''}`;
    case 48:
      return `DNSKEY ${buf[start + 3] ?? 0}`;
    case 50:
      return 'NSEC3';
    case 51:
      return 'NSEC3PARAM';
    default:
      return `<unknown type=${type}>`;
  }
}

function strings(buf: Uint8Array, start: number, end: number): { length: number; text: string }[] {
  const out: { length: number; text: string }[] = [];
  for (let i = start; i < end; ) {
    const stop = Math.min(end, i + 1 + buf[i]!);
    out.push({ length: stop - i - 1, text: text(buf, i + 1, stop) });
    i = stop;
  }
  return out;
}

function naptr(buf: Uint8Array, base: number, start: number, end: number): string {
  const parts = ['NAPTR', String(u16(buf, start)), String(u16(buf, start + 2))];
  let at = start + 4;
  for (let i = 0; i < 3 && at < end; i++) {
    const stop = Math.min(end, at + 1 + buf[at]!);
    if (stop > at + 1) parts.push(text(buf, at + 1, stop));
    at = stop;
  }
  const replacement = readName(buf, at, base, end);
  if (replacement) parts.push(replacement);
  return parts.join(' ');
}
