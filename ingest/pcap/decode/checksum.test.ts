import { assert, integer, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold16, sum16 } from './checksum.js';

describe('sum16', () => {
  it('is the sum of big-endian words wherever the bytes lie', () => {
    assert(
      property(
        uint8Array({ maxLength: 200 }),
        integer({ min: 0, max: 9 }),
        integer({ min: 0, max: 7 }),
        (bytes, shift, offset) => {
          const memory = new Uint8Array(new ArrayBuffer(256), offset).fill(0xee);
          memory.set(bytes, shift);
          let wanted = 7;
          for (let k = 0; k < bytes.length; k += 2) wanted += (bytes[k]! << 8) + (bytes[k + 1] ?? 0);
          expect(fold16(sum16(memory, shift, shift + bytes.length, 7))).toBe(fold16(wanted));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('does not overflow on the largest packets', () => {
    for (const start of [0, 1]) {
      const memory = new Uint8Array(262_150).fill(0xff);
      expect(fold16(sum16(memory, start, start + 262_144, 0))).toBe(0xffff);
    }
  });
});
