import type { ColumnBatch, ColumnData } from '../output/columns.js';

const BLOCK = 1 << 18;

/**
 * Collects (flow, packet offset) pairs and gives them out grouped by flow, one list per flow and block of packets. A
 * long flow has several rows; their lists follow each other in the order of the blocks.
 */
export class PacketIndex {
  private readonly serials = new Float64Array(BLOCK);
  private readonly offsets = new Float64Array(BLOCK);
  /** Number of each pair's flow among those of the block, in order of first packets. */
  private readonly flows = new Int32Array(BLOCK);
  /** Open-addressing hash: serial and number of the flows of the block. */
  private readonly keys = new Float64Array(2 * BLOCK).fill(-1);
  private readonly numbers = new Int32Array(2 * BLOCK);
  private used = 0;

  get full(): boolean {
    return this.used >= BLOCK;
  }

  get length(): number {
    return this.used;
  }

  /** The packet record at byte `offset` of the current file belongs to the flow. */
  add(serial: number, offset: number): void {
    const n = this.used++;
    this.serials[n] = serial;
    this.offsets[n] = offset;
  }

  /** The pairs so far as a batch (`file`: of the packets; `flow_file`, `row`: of the flow; `offsets`). */
  take(file: number, locate: (serial: number) => { file: number; row: number }): ColumnBatch {
    const n = this.used;
    this.used = 0;
    const serials = this.number(n).sort();
    const length = serials.length;
    const rows = new BigInt64Array(length);
    const flowFiles = new Int32Array(length);
    // Where the row of each flow stands, then where its next offset goes.
    const place = new Int32Array(length);
    for (let row = 0; row < length; row++) {
      const { file: flowFile, row: number } = locate(serials[row]!);
      rows[row] = BigInt(number);
      flowFiles[row] = flowFile;
      place[this.numbers[this.slot(serials[row]!)]!] = row;
    }
    const starts = new Int32Array(length + 1);
    for (let k = 0; k < n; k++) starts[place[this.flows[k]!]! + 1]!++;
    for (let row = 0; row < length; row++) starts[row + 1]! += starts[row]!;
    for (let k = 0; k < length; k++) place[k] = starts[place[k]!]!;
    this.keys.fill(-1);
    const values = new BigInt64Array(n);
    const words = new Uint32Array(values.buffer);
    for (let k = 0; k < n; k++) {
      const flow = this.flows[k]!;
      const to = place[flow]!++;
      const offset = this.offsets[k]!;
      words[to * 2] = offset % 4294967296;
      words[to * 2 + 1] = Math.floor(offset / 4294967296);
    }
    const column = (name: string, type: ColumnData['type'], data: ColumnData['values'], offsets?: Int32Array) => ({
      name,
      type,
      length,
      nullCount: 0,
      validity: undefined,
      values: data,
      offsets,
      elementOffsets: undefined,
    });
    const columns: ColumnData[] = [
      column('file', 'int32', new Int32Array(length).fill(file)),
      column('flow_file', 'int32', flowFiles),
      column('row', 'int64', rows),
      column('offsets', 'list<int64>', values, starts),
    ];
    return { table: 'packet_index', length, columns };
  }

  /** Numbers the flows of the first `n` pairs; the result is their serials. */
  private number(n: number): Float64Array {
    const found = new Float64Array(n);
    let count = 0;
    let last = -1;
    let lastNumber = -1;
    for (let k = 0; k < n; k++) {
      const serial = this.serials[k]!;
      if (serial !== last) {
        const slot = this.slot(serial);
        if (this.keys[slot] !== serial) {
          this.keys[slot] = serial;
          this.numbers[slot] = count;
          found[count++] = serial;
        }
        last = serial;
        lastNumber = this.numbers[slot]!;
      }
      this.flows[k] = lastNumber;
    }
    return found.subarray(0, count);
  }

  /** Where the serial is in the hash, or where it belongs. */
  private slot(serial: number): number {
    const mask = this.keys.length - 1;
    let s = (Math.imul(serial, 0x9e3779b1) >>> 13) & mask;
    while (this.keys[s]! >= 0 && this.keys[s] !== serial) s = (s + 1) & mask;
    return s;
  }
}
