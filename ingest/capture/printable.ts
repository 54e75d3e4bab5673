/** Text with control, bidirectional and other invisible characters written as `\xNN` or `\u{N}`, at most `limit` bytes. */
export function printable(text: string, limit = Number.POSITIVE_INFINITY): string {
  let out = '';
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const shown = isHidden(code) ? escaped(code) : char;
    const size = Buffer.byteLength(shown);
    if (bytes + size > limit) break;
    out += shown;
    bytes += size;
  }
  return out;
}

function isHidden(code: number): boolean {
  return (
    (code < 32 && code !== 9) ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xad ||
    code === 0x61c ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  );
}

const escaped = (code: number): string =>
  code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
