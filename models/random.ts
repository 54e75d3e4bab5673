/** Pseudo-random numbers from a seed (xoshiro128**), the same on every machine. */
export class Random {
  readonly #s = new Uint32Array(4);

  constructor(seed: number) {
    // splitmix32 spreads the seed over the state.
    let z = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      z = (z + 0x9e3779b9) >>> 0;
      let t = z ^ (z >>> 16);
      t = Math.imul(t, 0x21f0aaad);
      t ^= t >>> 15;
      t = Math.imul(t, 0x735a2d97);
      this.#s[i] = t ^ (t >>> 15);
    }
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const s = this.#s;
    const x = Math.imul(s[1]!, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** A whole number from 0 to `n` - 1, for `n` up to 2^31. */
  below(n: number): number {
    // The bias of the product is below n / 2^32: nothing here could notice it.
    return Math.floor((this.uint32() / 4294967296) * n);
  }

  /** A number from 0 to 1 (exclusive). */
  unit(): number {
    return this.uint32() / 4294967296;
  }
}
