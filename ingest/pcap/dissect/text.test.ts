import { expect, it } from 'vitest';
import { ipv6, latin1 } from './bytes.js';
import { fromLatin1, text } from './text.js';

it('keeps UTF-8 and escapes the rest as Zeek does', () => {
  const bytes = Buffer.concat([Buffer.from('a\té€😀'), Buffer.from([0xff, 0xc3, 0x28, 0, 0xed, 0xa0, 0x80])]);
  expect(text(bytes, 0, bytes.length)).toBe('a\\x09é€😀\\xff\\xc3(\\x00\\xed\\xa0\\x80');
  expect(fromLatin1(latin1(Buffer.from('žluť'), 0, 6))).toBe('žluť');
  expect(fromLatin1(latin1(Buffer.from('a\u0085\u00a0b\x7f'), 0, 7))).toBe('a\\x85\u00a0b\\x7f');
});

it('writes IPv6 addresses as RFC 5952 says', () => {
  const address = (hex: string) => ipv6(Buffer.from(hex, 'hex'), 0);
  expect(address('20010db8000000000000000000000001')).toBe('2001:db8::1');
  expect(address('00000000000000000000000000000000')).toBe('::');
  expect(address('20010db8000000010001000100010001')).toBe('2001:db8:0:1:1:1:1:1');
  expect(address('00000000000000000000ffffc0000201')).toBe('::ffff:192.0.2.1');
});
