import {
  B_HIST,
  B_HIST_LEN,
  FLAG_LIVE,
  HIST_MAX,
  I_ADDR,
  I_FLAGS,
  I_HASH,
  I_HIST_MASK,
  I_PORTS,
  I_PROTO,
  STRIDE_BYTES,
  STRIDE_I,
} from './layout.js';

const START_CAPACITY = 1024;
const MAX_LONG_HISTORY = 200;
/** Longest history in letters. */
export const HISTORY_BYTES = HIST_MAX + MAX_LONG_HISTORY;

/** Fixed-size flow records in one growing buffer, found by an open-addressing hash over both directions. */
export class FlowTable {
  /** 32-bit, 64-bit and 8-bit view of the records; replaced when the table grows. */
  i: Int32Array;
  d: Float64Array;
  b: Uint8Array;
  /** Flows in the table. */
  size = 0;
  private capacity = START_CAPACITY;
  private slots: Int32Array;
  private mask: number;
  private readonly free: number[] = [];
  private used = 0;
  /** Histories that are longer than the record has room for. */
  private readonly longHistory = new Map<number, string>();

  constructor(readonly maxFlows: number) {
    const buffer = new ArrayBuffer(START_CAPACITY * STRIDE_BYTES);
    this.i = new Int32Array(buffer);
    this.d = new Float64Array(buffer);
    this.b = new Uint8Array(buffer);
    this.slots = new Int32Array(START_CAPACITY * 2).fill(-1);
    this.mask = this.slots.length - 1;
  }

  /** Records that were ever used: the range for a scan over the table. */
  get high(): number {
    return this.used;
  }

  /** True when `add` would exceed the bound. */
  get full(): boolean {
    return this.size >= this.maxFlows;
  }

  isLive(f: number): boolean {
    return (this.i[f * STRIDE_I + I_FLAGS]! & FLAG_LIVE) !== 0;
  }

  /**
   * Find the flow of a packet: addresses of source and destination (4 words each), ports as source << 16 | destination.
   * The result is the flow number * 2 + direction (0 = from the originator), or -1.
   */
  find(hash: number, addr: Int32Array, ports: number, proto: number, oneWay: boolean): number {
    const i = this.i;
    const slots = this.slots;
    const mask = this.mask;
    const reverse = (ports << 16) | (ports >>> 16);
    const a3 = addr[3]!;
    const a7 = addr[7]!;
    for (let s = hash & mask; ; s = (s + 1) & mask) {
      const f = slots[s]!;
      if (f < 0) return -1;
      const r = f * STRIDE_I;
      if (i[r + I_HASH] !== hash || i[r + I_PROTO] !== proto) continue;
      const p = i[r + I_PORTS]!;
      const o3 = i[r + I_ADDR + 3]!;
      const r3 = i[r + I_ADDR + 7]!;
      if (p === ports && o3 === a3 && r3 === a7 && this.same(r, addr, 0)) return f * 2;
      if (!oneWay && p === reverse && o3 === a7 && r3 === a3 && this.same(r, addr, 4)) return f * 2 + 1;
    }
  }

  /** Add a flow; its record is zeroed except for the key. */
  add(hash: number, addr: Int32Array, ports: number, proto: number): number {
    let f = this.free.pop();
    if (f === undefined) {
      if (this.used === this.capacity) this.grow();
      f = this.used++;
    }
    const r = f * STRIDE_I;
    const i = this.i;
    i.fill(0, r, r + STRIDE_I);
    i[r + I_HASH] = hash;
    for (let k = 0; k < 8; k++) i[r + I_ADDR + k] = addr[k]!;
    i[r + I_PORTS] = ports;
    i[r + I_PROTO] = proto;
    i[r + I_FLAGS] = FLAG_LIVE;
    this.size++;
    if (this.size * 2 > this.slots.length) this.rehash();
    else this.insert(f, hash);
    return f;
  }

  /** Take a flow out of the table; its record may be used again. */
  remove(f: number): void {
    const i = this.i;
    const slots = this.slots;
    const mask = this.mask;
    let s = i[f * STRIDE_I + I_HASH]! & mask;
    while (slots[s] !== f) s = (s + 1) & mask;
    // Close the hole so that later entries of the run stay reachable.
    let hole = s;
    for (let n = (s + 1) & mask; slots[n]! >= 0; n = (n + 1) & mask) {
      const home = i[slots[n]! * STRIDE_I + I_HASH]! & mask;
      if (((n - home) & mask) >= ((n - hole) & mask)) {
        slots[hole] = slots[n]!;
        hole = n;
      }
    }
    slots[hole] = -1;
    i[f * STRIDE_I + I_FLAGS] = 0;
    this.longHistory.delete(f);
    this.free.push(f);
    this.size--;
  }

  /** Append a letter to the history. */
  addHistory(f: number, code: number): void {
    const at = f * STRIDE_BYTES;
    const n = this.b[at + B_HIST_LEN]!;
    if (n < HIST_MAX) {
      this.b[at + B_HIST + n] = code;
      this.b[at + B_HIST_LEN] = n + 1;
      return;
    }
    const rest = this.longHistory.get(f) ?? '';
    // Letters may come back when sequence numbers change; a hostile flow must not grow without bound.
    if (rest.length < MAX_LONG_HISTORY) this.longHistory.set(f, rest + String.fromCharCode(code));
  }

  /** Append a letter (upper case for the originator) unless it was given before; true when it was. */
  checkHistory(f: number, dir: number, bit: number, upper: number): boolean {
    const at = f * STRIDE_I + I_HIST_MASK;
    const mask = bit << (dir << 4);
    const seen = this.i[at]!;
    if ((seen & mask) !== 0) return true;
    this.i[at] = seen | mask;
    this.addHistory(f, upper | (dir << 5));
    return false;
  }

  /** Write the history at `bytes[pos]`, at most `room` letters; the result is the position behind it. */
  writeHistory(f: number, bytes: Uint8Array, pos: number, room: number): number {
    const at = f * STRIDE_BYTES;
    const n = this.b[at + B_HIST_LEN]!;
    for (let k = 0; k < n; k++) bytes[pos + k] = this.b[at + B_HIST + k]!;
    const rest = n === HIST_MAX ? (this.longHistory.get(f) ?? '') : '';
    const more = Math.min(rest.length, room - n);
    for (let k = 0; k < more; k++) bytes[pos + n + k] = rest.charCodeAt(k);
    return pos + n + more;
  }

  history(f: number): string {
    const at = f * STRIDE_BYTES;
    const n = this.b[at + B_HIST_LEN]!;
    let text = '';
    for (let k = 0; k < n; k++) text += String.fromCharCode(this.b[at + B_HIST + k]!);
    return n === HIST_MAX ? text + (this.longHistory.get(f) ?? '') : text;
  }

  private same(r: number, addr: Int32Array, first: number): boolean {
    const i = this.i;
    const o = r + I_ADDR;
    const second = first ^ 4;
    return (
      i[o + 2] === addr[first + 2] &&
      i[o + 6] === addr[second + 2] &&
      i[o] === addr[first] &&
      i[o + 1] === addr[first + 1] &&
      i[o + 4] === addr[second] &&
      i[o + 5] === addr[second + 1]
    );
  }

  private insert(f: number, hash: number): void {
    let s = hash & this.mask;
    while (this.slots[s]! >= 0) s = (s + 1) & this.mask;
    this.slots[s] = f;
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1);
    this.mask = this.slots.length - 1;
    for (let f = 0; f < this.used; f++) if (this.isLive(f)) this.insert(f, this.i[f * STRIDE_I + I_HASH]!);
  }

  private grow(): void {
    this.capacity = Math.min(this.capacity * 2, Math.max(this.maxFlows, this.capacity + 1));
    const buffer = new ArrayBuffer(this.capacity * STRIDE_BYTES);
    const b = new Uint8Array(buffer);
    b.set(this.b);
    this.b = b;
    this.i = new Int32Array(buffer);
    this.d = new Float64Array(buffer);
  }
}

/** Doubles per record, for callers that index `FlowTable.d`. */

/** Hash that is the same for both directions of a flow. */
export function flowHash(addr: Int32Array, ports: number, proto: number): number {
  const source = mix(addr[3]! ^ Math.imul(addr[0]! ^ addr[1]! ^ addr[2]!, 0x2c1b3c6d), ports >>> 16);
  const target = mix(addr[7]! ^ Math.imul(addr[4]! ^ addr[5]! ^ addr[6]!, 0x2c1b3c6d), ports & 0xffff);
  let h = (source + target + Math.imul(proto, 0x9e3779b1)) | 0;
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 13);
}

function mix(address: number, port: number): number {
  let h = Math.imul(address ^ Math.imul(port, 0x9e3779b1), 0x297a2d39);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  return h ^ (h >>> 16);
}
