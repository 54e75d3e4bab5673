/** Every character of the letters; a letter's index is its place, counted from 1. Index 0 is padding and nothing else. */
export const ALPHABET = 'abcdefghiABCDEFGHIrstuvwxyzRSTUVWXYZ1234567890,.+*';
export const VOCABULARY = ALPHABET.length + 1;
/** Letters of a channel that the model reads: the last ones. */
export const LONGEST = 500;

/** Code by ASCII character; 0: no letter. */
export const CODES = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i++) CODES[ALPHABET.charCodeAt(i)] = i + 1;

/**
 * Codes of the last `LONGEST` letters of a text.
 * @returns undefined when it has another character
 */
export function encode(letters: string): Uint8Array | undefined {
  const from = Math.max(0, letters.length - LONGEST);
  const codes = new Uint8Array(letters.length - from);
  for (let i = 0; i < codes.length; i++) {
    const char = letters.charCodeAt(from + i);
    const code = char < 128 ? CODES[char]! : 0;
    if (code === 0) return undefined;
    codes[i] = code;
  }
  return codes;
}
