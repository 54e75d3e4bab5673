/** A classic BPF program as `tcpdump -ddd` prints it. */
export class BpfProgram {
  private readonly code: Uint16Array;
  private readonly jt: Uint8Array;
  private readonly jf: Uint8Array;
  private readonly k: Uint32Array;
  private readonly memory = new Uint32Array(16);

  private constructor(instructions: readonly (readonly [number, number, number, number])[]) {
    this.code = Uint16Array.from(instructions, (i) => i[0]);
    this.jt = Uint8Array.from(instructions, (i) => i[1]);
    this.jf = Uint8Array.from(instructions, (i) => i[2]);
    this.k = Uint32Array.from(instructions, (i) => i[3]);
  }

  /** Parse the text: a count, then `code jt jf k` per line. Throws on anything else. */
  static parse(text: string): BpfProgram {
    const lines = text.trim().split('\n');
    const count = Number(lines[0]);
    const instructions = lines.slice(1).map((line) => line.trim().split(/\s+/).map(Number));
    const good = instructions.every((i) => i.length === 4 && i.every((n) => Number.isInteger(n) && n >= 0));
    if (!Number.isInteger(count) || count !== instructions.length || count === 0 || !good) {
      throw new Error('not a BPF program');
    }
    return new BpfProgram(instructions as unknown as [number, number, number, number][]);
  }

  /** True when the frame `buf[start, start + length)`, `wireLength` bytes on the wire, passes the filter. */
  matches(buf: Uint8Array, start: number, length: number, wireLength: number): boolean {
    const { code, jt, jf, k, memory } = this;
    const end = code.length;
    let a = 0;
    let x = 0;
    for (let pc = 0; pc < end; pc++) {
      const op = code[pc]!;
      const value = k[pc]!;
      switch (op & 7) {
        case 0:
        case 1: {
          const loaded = this.load(op, value, x, buf, start, length, wireLength);
          if (loaded < 0) return false;
          if ((op & 7) === 0) a = loaded;
          else x = loaded;
          break;
        }
        case 2:
          memory[value & 15] = a;
          break;
        case 3:
          memory[value & 15] = x;
          break;
        case 4: {
          const operand = (op & 8) !== 0 ? x : value;
          if (((op & 0xf0) === 0x30 || (op & 0xf0) === 0x90) && operand === 0) return false;
          a = alu(op & 0xf0, a, operand);
          break;
        }
        case 5:
          pc += jump(op & 0xf0, a, (op & 8) !== 0 ? x : value, jt[pc]!, jf[pc]!, value);
          break;
        case 6:
          return ((op & 0x18) === 0x10 ? a : value) !== 0;
        default:
          if ((op & 0xf8) === 0x80) a = x;
          else x = a;
      }
    }
    return false;
  }

  private load(
    op: number,
    k: number,
    x: number,
    buf: Uint8Array,
    start: number,
    length: number,
    wireLength: number,
  ): number {
    const size = (op & 0x18) === 0 ? 4 : (op & 0x18) === 8 ? 2 : 1;
    switch (op & 0xe0) {
      case 0x00:
        return k;
      case 0x20:
        return read(buf, start, length, k, size);
      case 0x40:
        return read(buf, start, length, x + k, size);
      case 0x60:
        return this.memory[k & 15]!;
      case 0x80:
        return wireLength;
      case 0xa0: {
        const byte = read(buf, start, length, k, 1);
        return byte < 0 ? -1 : (byte & 15) << 2;
      }
      default:
        return -1;
    }
  }
}

function read(buf: Uint8Array, start: number, length: number, at: number, size: number): number {
  if (at < 0 || at + size > length) return -1;
  const p = start + at;
  if (size === 1) return buf[p]!;
  if (size === 2) return (buf[p]! << 8) | buf[p + 1]!;
  return ((buf[p]! << 24) | (buf[p + 1]! << 16) | (buf[p + 2]! << 8) | buf[p + 3]!) >>> 0;
}

function alu(op: number, a: number, b: number): number {
  switch (op) {
    case 0x00:
      return (a + b) >>> 0;
    case 0x10:
      return (a - b) >>> 0;
    case 0x20:
      return Math.imul(a, b) >>> 0;
    case 0x30:
      return Math.floor(a / b);
    case 0x40:
      return (a | b) >>> 0;
    case 0x50:
      return (a & b) >>> 0;
    case 0x60:
      return b > 31 ? 0 : (a << b) >>> 0;
    case 0x70:
      return b > 31 ? 0 : a >>> b;
    case 0x80:
      return -a >>> 0;
    case 0x90:
      return a % b;
    default:
      return (a ^ b) >>> 0;
  }
}

function jump(op: number, a: number, b: number, yes: number, no: number, k: number): number {
  switch (op) {
    case 0x00:
      return k;
    case 0x10:
      return a === b ? yes : no;
    case 0x20:
      return a > b ? yes : no;
    case 0x30:
      return a >= b ? yes : no;
    default:
      return (a & b) !== 0 ? yes : no;
  }
}
