import type { Database } from '../../ingest/case/database.js';
import { CliError } from '../errors.js';

/** Packets to cut out of one capture. */
export interface WantedPackets {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Offsets of packet records in the decompressed capture. */
  readonly offsets: readonly number[];
}

/**
 * Where the packets of a finding's flows, or of one flow (flow_id or uid), lie; captures in order of time.
 * @throws CliError when there is no such finding or flow, or its source has no packets
 */
export async function wantedPackets(
  db: Database,
  evidence: string | undefined,
  flow: string | undefined,
): Promise<WantedPackets[]> {
  const which = evidence === undefined ? `flow ${flow}` : `evidence ${evidence}`;
  const id = { id: evidence ?? flow! };
  const chosen =
    evidence === undefined
      ? 'SELECT flow_id FROM flows WHERE uid = $id OR flow_id::VARCHAR = $id'
      : 'SELECT DISTINCT flow_id FROM evidence_flows WHERE evidence_id = $id';
  const kinds = await db.all<{ kind: string }>(
    `SELECT DISTINCT s.kind AS kind FROM flows f JOIN sources s USING (source_id) WHERE f.flow_id IN (${chosen}) ORDER BY kind`,
    id,
  );
  if (kinds.length === 0) throw new CliError(`${which}: not in this case, or without flows`);
  const rows = await db.all<{ path: string; bytes: string; sha256: string; offsets: string[] }>(
    `SELECT c.path AS path, c.bytes AS bytes, c.sha256 AS sha256, list_sort(list_distinct(flatten(list(p.offsets ORDER BY p.flow_id)))) AS offsets
     FROM packet_index p JOIN captures c USING (capture_id) WHERE p.flow_id IN (${chosen})
     GROUP BY c.path, c.bytes, c.sha256, c.first_ts ORDER BY c.first_ts, c.sha256`,
    id,
  );
  if (rows.length === 0) {
    throw new CliError(`${which}: comes from ${kinds.map((k) => k.kind).join(', ')}, which keeps no packets`);
  }
  return rows.map((r) => ({ ...r, bytes: Number(r.bytes), offsets: r.offsets.map(Number) }));
}
