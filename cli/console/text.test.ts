import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, pad, sparkline, width, wrap } from './text.js';

describe('pad', () => {
  it('cuts with an ellipsis, pads, aligns', () => {
    expect(pad('abcdef', 4)).toBe('abc…');
    expect(pad('ab', 4)).toBe('ab  ');
    expect(pad('ab', 4, 'right')).toBe('  ab');
    expect(pad('漢字漢字', 5)).toBe('漢字…');
    expect(pad('漢字漢字', 4)).toBe('漢… ');
  });
  it('is exactly as wide as asked, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        expect(width(pad(text, columns))).toBe(columns);
      }),
    );
  });
});

describe('wrap', () => {
  it('breaks at spaces, keeps the indent, cuts long words', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('  one two three', 9)).toEqual(['  one two', '  three']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('a\n\nb', 10)).toEqual(['a', '', 'b']);
  });
  it('goes on behind a label', () => {
    expect(wrap('Time   at nine or ten', 14)).toEqual(['Time   at nine', '       or ten']);
    expect(wrap('A very long label  x y z', 12)).toEqual(['A very long', 'label  x y z']);
  });
  it('loses no character but spaces at breaks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 4, max: 30 }), (text, columns) => {
        const lines = wrap(text, columns);
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});

it('clips whole characters', () => expect(clip('a漢字', 2)).toBe('a'));
it('draws values by the largest', () => expect(sparkline([0, 1, 4, 8])).toBe(' ▁▄█'));
