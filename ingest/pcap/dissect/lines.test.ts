import fc from 'fast-check';
import { expect, it } from 'vitest';
import { latin1 } from './bytes.js';
import { LineBuffer } from './lines.js';
import { ByteQueue } from './queue.js';

it('lines do not depend on how the bytes arrive', () => {
  const pieces = fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', '\r', ''), { maxLength: 40 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const lines = new LineBuffer();
      const got: string[] = [];
      for (const part of parts) {
        const bytes = Buffer.from(part, 'latin1');
        for (let at = lines.next(bytes, 0, bytes.length); at >= 0; at = lines.next(bytes, at, bytes.length)) {
          got.push(latin1(lines.line, lines.lineStart, lines.lineEnd));
        }
      }
      const all = parts
        .join('')
        .split('\n')
        .map((line) => line.replace(/\r$/, ''));
      expect(got).toEqual(all.slice(0, -1));
    }),
  );
});

it('a line without end takes no more than the limit', () => {
  const lines = new LineBuffer(100);
  const bytes = Buffer.alloc(1000, 97);
  for (let i = 0; i < 100; i++) expect(lines.next(bytes, 0, bytes.length)).toBe(-1);
  expect(lines.next(Buffer.from('\n'), 0, 1)).toBe(1);
  expect(lines.lineEnd - lines.lineStart).toBe(100);
});

it('a queue gives back what came in, up to its limit', () => {
  const queue = new ByteQueue(10);
  expect(queue.push(Buffer.from('abcdef'), 0, 6)).toBe(true);
  queue.drop(4);
  expect(queue.push(Buffer.from('0123456789'), 0, 9)).toBe(false);
  expect(queue.push(Buffer.from('01234567'), 0, 8)).toBe(true);
  expect(latin1(queue.buf, queue.start, queue.end)).toBe('ef01234567');
});
