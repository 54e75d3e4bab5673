/** One DER element; its content is `buf[start, end)`. */
export interface Der {
  readonly tag: number;
  readonly buf: Uint8Array;
  /** Where the element with its header begins. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** The element at `at`, undefined when it does not fit before `limit`. */
export function derAt(buf: Uint8Array, at: number, limit: number): Der | undefined {
  if (at + 2 > limit) return undefined;
  const tag = buf[at]!;
  if ((tag & 0x1f) === 0x1f) return undefined;
  let start = at + 2;
  let size = buf[at + 1]!;
  if (size >= 0x80) {
    const bytes = size & 0x7f;
    if (bytes === 0 || bytes > 4 || start + bytes > limit) return undefined;
    size = 0;
    for (let i = 0; i < bytes; i++) size = size * 256 + buf[start + i]!;
    start += bytes;
  }
  if (start + size > limit) return undefined;
  return { tag, buf, from: at, start, end: start + size };
}

/** The elements inside a constructed one, as far as they are well formed. */
export function children(parent: Der | undefined): Der[] {
  const out: Der[] = [];
  if (parent === undefined) return out;
  for (let at = parent.start; at < parent.end && out.length < 1024; ) {
    const child = derAt(parent.buf, at, parent.end);
    if (child === undefined) break;
    out.push(child);
    at = child.end;
  }
  return out;
}

/** Dotted text of an object identifier. */
export function oid(element: Der | undefined): string {
  if (element === undefined) return '';
  const parts: number[] = [];
  let value = 0;
  for (let i = element.start; i < element.end && parts.length < 64; i++) {
    const byte = element.buf[i]!;
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (parts.length === 0) {
      const first = Math.min(2, Math.floor(value / 40));
      parts.push(first, value - 40 * first);
    } else parts.push(value);
    value = 0;
  }
  return parts.join('.');
}

/** Microseconds since the epoch of a UTCTime or GeneralizedTime. */
export function derTime(element: Der | undefined): number | undefined {
  if (element === undefined) return undefined;
  const s = Buffer.from(element.buf.subarray(element.start, element.end)).toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(?:Z|([+-])(\d{2})(\d{2}))?$/.exec(s);
  if (match === null || (match[1]!.length === 4) !== (element.tag === 0x18)) return undefined;
  const [, y, month, day, hour, minute, second, sign, oh, om] = match;
  const year = y!.length === 4 ? Number(y) : Number(y) + (Number(y) < 50 ? 2000 : 1900);
  const date = new Date(0);
  date.setUTCFullYear(year, Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second ?? 0));
  const offset = sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(oh) * 60 + Number(om));
  return (date.getTime() - offset * 60_000) * 1000;
}
