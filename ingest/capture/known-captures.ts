import type { Database } from '../case/database.js';
import { lit } from '../case/sql.js';

/** A capture that the case already holds. */
export interface KnownCapture {
  readonly captureId: string;
  readonly sourceId: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly kind: string;
  readonly site: string;
  /** The file ended with a newline, so a longer version can be continued after it. */
  readonly whole: boolean;
  /** Lines of the file, for text captures. */
  readonly lines: number;
  /** First capture of the stream that it was read in, where that had several files. */
  readonly series: string | undefined;
}

/** @param hashes only captures with one of these SHA-256; all by default */
export async function knownCaptures(db: Database, hashes?: Iterable<string>): Promise<KnownCapture[]> {
  const wanted = hashes && [...new Set(hashes)];
  const filter = wanted ? `AND c.sha256 IN (${wanted.map(lit).join(', ') || 'NULL'})` : '';
  const rows = await db.all<Record<string, string | null>>(
    `SELECT c.capture_id, c.source_id, c.sha256, c.bytes, s.kind, s.site,
            coalesce(c.details->>'$.whole', 'false') AS whole, coalesce(c.details->>'$.lines', '0') AS lines,
            c.details->>'$.options.series' AS series
     FROM captures c JOIN sources s USING (source_id) WHERE c.status = 'complete' ${filter} ORDER BY c.capture_id`,
  );
  return rows.map((r) => ({
    captureId: r.capture_id!,
    sourceId: r.source_id!,
    sha256: r.sha256!,
    bytes: Number(r.bytes),
    kind: r.kind!,
    site: r.site!,
    whole: r.whole === 'true',
    lines: Number(r.lines),
    series: r.series ?? undefined,
  }));
}
