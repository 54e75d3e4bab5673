import type { ColumnBatch, ColumnData } from '../output/columns.js';

const BLOCK = 1 << 18;

/**
 * Collects (flow, packet offset) pairs and gives them out grouped by flow, one list per flow and block of packets. A
 * long flow has several rows; their lists follow each other in the order of the blocks.
 */
export class PacketIndex {
  private readonly serials = new Float64Array(BLOCK);
  private readonly offsets = new Float64Array(BLOCK);
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
    const counts = new Map<number, number>();
    for (let k = 0; k < n; k++) counts.set(this.serials[k]!, (counts.get(this.serials[k]!) ?? 0) + 1);
    const length = counts.size;
    const starts = new Int32Array(length + 1);
    const at = new Map<number, number>();
    const rows = new BigInt64Array(length);
    const flowFiles = new Int32Array(length);
    let row = 0;
    let sum = 0;
    for (const [serial, count] of [...counts].sort((a, b) => a[0] - b[0])) {
      const place = locate(serial);
      rows[row] = BigInt(place.row);
      flowFiles[row] = place.file;
      at.set(serial, sum);
      sum += count;
      starts[++row] = sum;
    }
    const values = new BigInt64Array(n);
    const words = new Uint32Array(values.buffer);
    for (let k = 0; k < n; k++) {
      const serial = this.serials[k]!;
      const to = at.get(serial)!;
      at.set(serial, to + 1);
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
}
