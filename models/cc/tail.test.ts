import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ALPHABET, encode, LONGEST } from './alphabet.js';
import { Tail } from './tail.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

it('has the codes of the last letters of all windows, however they are cut', () => {
  const letter = fc.constantFrom(...ALPHABET);
  const windows = fc.array(fc.string({ unit: letter, maxLength: 700 }), { maxLength: 12 });
  fc.assert(
    fc.property(windows, (parts) => {
      const tail = new Tail();
      tail.add(ascii('99,'));
      tail.restart();
      let text = '';
      for (const part of parts) {
        tail.add(ascii(part));
        text += part;
        const wanted = text.slice(-LONGEST);
        expect(tail.codes(19)).toEqual(wanted.length >= 19 ? encode(wanted) : undefined);
      }
    }),
  );
});

it('has none while a character that is no letter is among the last', () => {
  const tail = new Tail();
  tail.add(ascii('!aaaa'));
  expect(tail.codes(5)).toBeUndefined();
  tail.add(ascii('b'.repeat(LONGEST - 5)));
  expect(tail.codes(5)).toBeUndefined();
  tail.add(ascii('c'));
  expect(tail.codes(5)).toEqual(encode(`aaaa${'b'.repeat(LONGEST - 5)}c`));
});
