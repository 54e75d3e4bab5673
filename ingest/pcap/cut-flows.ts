import { readFileSync } from 'node:fs';
import { listValue } from '@duckdb/node-api';
import { asset } from '../../cli/package-root.js';
import { count } from '../../cli/terminal.js';
import type { Database } from '../case/database.js';

const cutSql = readFileSync(asset('ingest/pcap/cut-flows.sql'), 'utf8');

/** A stream of captures that has just been read: ids, source, and the times of its packets in microseconds. */
export interface ReadStream {
  readonly captureIds: readonly string[];
  readonly sourceId: string;
  readonly first: number;
  readonly last: number;
}

/** Idle times in microseconds after which a flow is over. */
interface Idle {
  readonly tcp: number;
  readonly other: number;
}

/**
 * A word for each capture that the case had before and that goes on in the stream, or in which the stream goes on: what
 * is read apart has flows of its own, so those that go through both are two.
 */
export async function cutFlows(db: Database, stream: ReadStream, idle: Idle): Promise<string[]> {
  const near = await neighbours(db, stream, idle.tcp);
  if (near.length === 0) return [];
  const cut = await db.all<{ path: string; flows: number }>(cutSql, {
    new_captures: listValue([...stream.captureIds]),
    near: listValue(near),
    first_us: BigInt(stream.first),
    tcp_us: BigInt(idle.tcp),
    other_us: BigInt(idle.other),
  });
  return cut.map(
    ({ path, flows }) =>
      `goes on with ${path}, which was read before: ${flows === 1 ? '1 flow goes' : `${count(flows)} flows go`} through both and ` +
      `count twice; read all files together into a new case for whole flows`,
  );
}

/** Captures of the same site that end where the stream begins, or begin where it ends; clocks may step back a second. */
async function neighbours(db: Database, stream: ReadStream, longest: number): Promise<string[]> {
  const rows = await db.all<{ id: string }>(
    `SELECT c.capture_id AS id FROM captures c JOIN sources s USING (source_id)
     WHERE s.kind = 'pcap' AND c.status = 'complete' AND s.site = (SELECT site FROM sources WHERE source_id = $source)
       AND NOT list_contains($ids, c.capture_id)
       AND (epoch_us(c.last_ts) BETWEEN $first - $longest AND $first + 1000000
         OR epoch_us(c.first_ts) BETWEEN $last - 1000000 AND $last + $longest)
     ORDER BY id`,
    {
      ids: listValue([...stream.captureIds]),
      source: stream.sourceId,
      first: BigInt(stream.first),
      last: BigInt(stream.last),
      longest: BigInt(longest),
    },
  );
  return rows.map(({ id }) => id);
}
