import type { DissectRow, DissectTable, FlowContext } from '../../../ingest/pcap/dissect/dissector.js';
import { FlowFeed } from '../../../ingest/pcap/dissect/feed.js';
import { loadDissectors } from '../../../ingest/pcap/dissect/registry.js';
import { DissectSession } from '../../../ingest/pcap/dissect/session.js';

/** Payload of one packet. */
export interface Packet {
  readonly fromOrig: boolean;
  readonly bytes: Uint8Array;
  /** Bytes missing before the payload. */
  readonly gap?: number;
}

/** Payloads of one flow and what is known about it. */
export interface Conversation {
  readonly flow: Partial<FlowContext>;
  readonly packets: readonly Packet[];
}

/** What was found in a conversation. */
export interface Found {
  readonly service: string | undefined;
  rows(table: DissectTable): DissectRow[];
}

const factories = await loadDissectors();
const FLOW: FlowContext = {
  uid: 'Cuid',
  orig_h: '10.0.0.1',
  orig_p: 40000,
  resp_h: '10.0.0.2',
  resp_p: 4321,
  proto: 'tcp',
};

/** A payload from the client; text is one byte per character. */
export function client(data: string | Uint8Array, gap = 0): Packet {
  return { fromOrig: true, bytes: bytes(data), gap };
}

/** A payload from the server. */
export function server(data: string | Uint8Array, gap = 0): Packet {
  return { fromOrig: false, bytes: bytes(data), gap };
}

function bytes(data: string | Uint8Array): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
}

/** Feeds conversations, one after the other, to all dissectors; packets are a second apart. */
export function dissect(conversations: Conversation | readonly Conversation[], hashFiles = false): Found {
  const rows: { table: DissectTable; row: DissectRow }[] = [];
  const session = new DissectSession({ emit: (table, row) => rows.push({ table, row }) }, factories, { hashFiles });
  let ts = 1_700_000_000_000_000;
  let service: string | undefined;
  for (const { flow, packets } of Array.isArray(conversations) ? conversations : [conversations]) {
    const feed = new FlowFeed({ ...FLOW, ...flow }, session);
    // One buffer for all calls: what a dissector keeps without copying is overwritten.
    const shared = new Uint8Array(Math.max(1, ...packets.map((p: Packet) => p.bytes.length)) + 8).fill(0xee);
    for (const { fromOrig, bytes: payload, gap } of packets) {
      ts += 1_000_000;
      shared.fill(0xee);
      shared.set(payload, 4);
      if (gap && feed.active) feed.gap(fromOrig, gap);
      if (feed.active) feed.data(fromOrig, ts, shared, 4, 4 + payload.length);
    }
    shared.fill(0xdd);
    feed.end(ts);
    service = feed.service;
  }
  session.finish(ts);
  return { service, rows: (table) => rows.filter((r) => r.table === table).map((r) => r.row) };
}
