import type { DissectRow, DissectTable } from '../../../ingest/pcap/dissect/dissector.js';
import { loadDissectors } from '../../../ingest/pcap/dissect/registry.js';
import { readCapture } from '../../../ingest/pcap/engine.js';
import { toRecordBatch } from '../../../ingest/pcap/output/arrow.js';

/** Flow with what dissectors said about its service. */
export interface ReplayedFlow {
  readonly uid: string;
  readonly orig_h: string;
  readonly orig_p: number;
  readonly resp_h: string;
  readonly resp_p: number;
  readonly service: string | null;
}

/** Everything that was found in a capture. */
export interface Replayed {
  readonly rows: Record<DissectTable, DissectRow[]>;
  readonly flows: ReplayedFlow[];
}

const TABLES = [
  'dns',
  'http',
  'ssl',
  'x509',
  'ssh',
  'files',
  'smtp',
  'ftp',
  'dhcp',
  'arp',
  'software',
  'tunnel',
  'weird',
] as const;
const dissectors = loadDissectors();

/** Reads a capture with the product's own engine and all dissectors. */
export async function replay(path: string, { hashFiles = false, checksums = false } = {}): Promise<Replayed> {
  const rows = Object.fromEntries(TABLES.map((table) => [table, []])) as unknown as Record<DissectTable, DissectRow[]>;
  const flows: ReplayedFlow[] = [];
  const options = { dissectors: await dissectors, hashFiles, checksums: checksums ? 'enforce' : 'ignore' } as const;
  await readCapture([path], options, {
    flows(batch) {
      for (const row of toRecordBatch(batch)) flows.push(row.toJSON() as unknown as ReplayedFlow);
    },
    record(table, row) {
      rows[table].push(row);
    },
  });
  return { rows, flows };
}
