import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DissectRow, DissectTable } from '../dissect/dissector.js';
import { type ReadOptions, type ReadResult, readCapture } from '../engine.js';
import { toRecordBatch } from '../output/arrow.js';
import { type Bytes, pcap, type TimedFrame } from './packets.js';

export type FlowRow = Record<string, unknown>;

export interface Run {
  result: ReadResult;
  flows: FlowRow[];
  records: { table: DissectTable; row: DissectRow }[];
  index: { row: number; offsets: number[] }[];
}

/** Read capture files given as bytes; flows in order of their rows, 64-bit values as numbers. */
export async function runFiles(files: readonly Bytes[], options: ReadOptions = {}, suffix = 'pcap'): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'pcap-'));
  try {
    const paths = files.map((data, k) => {
      const path = join(folder, `${k}.${suffix}`);
      writeFileSync(path, data);
      return path;
    });
    const run: Omit<Run, 'result'> = { flows: [], records: [], index: [] };
    const result = await readCapture(paths, options, {
      flows(batch) {
        for (const row of toRecordBatch(batch)) run.flows.push(plain(row.toJSON()));
      },
      record(table, row) {
        run.records.push({ table, row });
      },
      packetIndex(batch) {
        for (const row of toRecordBatch(batch)) {
          const { row: flow, offsets } = plain(row.toJSON());
          run.index.push({ row: Number(flow), offsets: [...(offsets as Iterable<bigint>)].map(Number) });
        }
      },
    });
    run.flows.sort((a, b) => Number(a.file) - Number(b.file) || Number(a.row) - Number(b.row));
    return { result, ...run };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Read one capture of frames, one second apart unless they have times. */
export function runFrames(frames: readonly (Bytes | TimedFrame)[], options: ReadOptions = {}): Promise<Run> {
  return runFiles(
    [pcap(frames.map((item, k) => (item instanceof Uint8Array ? { ts: (k + 1) * 1e6, data: item } : item)))],
    options,
  );
}

function plain(row: Record<string, unknown>): FlowRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  );
}
