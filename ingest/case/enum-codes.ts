const codes = new Uint8Array(2048);
const encoder = new TextEncoder();
const encoded = new WeakMap<readonly string[], Uint8Array[]>();

/**
 * Codes of at most 2048 texts (UTF-8 bytes and the start of each) in an enumeration of at most 256 values; the result
 * is reused. Empty texts (NULL) have code 0.
 * @throws Error for a text that the enumeration does not have
 */
export function enumCodes(
  values: readonly string[],
  bytes: Uint8Array,
  offsets: Int32Array,
  from: number,
  rows: number,
): Uint8Array {
  let known = encoded.get(values);
  if (!known) {
    known = values.map((value) => encoder.encode(value));
    encoded.set(values, known);
  }
  if (known.length > 256) throw new Error('enumeration with more than 256 values');
  for (let k = 0; k < rows; k++) {
    const at = offsets[from + k]!;
    const length = offsets[from + k + 1]! - at;
    let code = 0;
    while (length > 0 && !equal(known[code], bytes, at, length)) code++;
    codes[k] = code;
  }
  return codes;
}

function equal(value: Uint8Array | undefined, bytes: Uint8Array, at: number, length: number): boolean {
  if (value === undefined) throw new Error(`no such value: ${Buffer.from(bytes.subarray(at, at + length)).toString()}`);
  if (value.length !== length) return false;
  for (let b = 0; b < length; b++) if (value[b] !== bytes[at + b]) return false;
  return true;
}
