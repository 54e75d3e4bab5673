/** SHA-1 of messages of at most 55 bytes (one block), without allocation. */
export class Sha1Block {
  private readonly w = new Int32Array(80);
  private readonly out = new Int32Array(5);
  private length = 0;

  reset(): void {
    this.w.fill(0, 0, 16);
    this.length = 0;
  }

  byte(value: number): void {
    const n = this.length++;
    this.w[n >> 2]! |= value << (24 - ((n & 3) << 3));
  }

  /** Four bytes, most significant first. */
  word(value: number): void {
    this.byte(value >>> 24);
    this.byte((value >>> 16) & 0xff);
    this.byte((value >>> 8) & 0xff);
    this.byte(value & 0xff);
  }

  /** The digest as five words; the array is reused. */
  digest(): Int32Array {
    const w = this.w;
    const length = this.length;
    this.byte(0x80);
    w[15] = length * 8;
    for (let t = 16; t < 80; t++) {
      const x = w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!;
      w[t] = (x << 1) | (x >>> 31);
    }
    let a = 0x67452301 | 0;
    let b = 0xefcdab89 | 0;
    let c = 0x98badcfe | 0;
    let d = 0x10325476 | 0;
    let e = 0xc3d2e1f0 | 0;
    for (let t = 0; t < 80; t++) {
      let f: number;
      let k: number;
      if (t < 20) {
        f = (b & c) | (~b & d);
        k = 0x5a827999;
      } else if (t < 40) {
        f = b ^ c ^ d;
        k = 0x6ed9eba1;
      } else if (t < 60) {
        f = (b & c) | (b & d) | (c & d);
        k = 0x8f1bbcdc | 0;
      } else {
        f = b ^ c ^ d;
        k = 0xca62c1d6 | 0;
      }
      const next = (((a << 5) | (a >>> 27)) + f + e + k + w[t]!) | 0;
      e = d;
      d = c;
      c = (b << 30) | (b >>> 2);
      b = a;
      a = next;
    }
    this.out[0] = (0x67452301 + a) | 0;
    this.out[1] = (0xefcdab89 + b) | 0;
    this.out[2] = (0x98badcfe + c) | 0;
    this.out[3] = (0x10325476 + d) | 0;
    this.out[4] = (0xc3d2e1f0 + e) | 0;
    return this.out;
  }
}
