import { readFileSync } from 'node:fs';
import { asset } from '../../cli/package-root.js';
import { jsonRow } from '../../cli/rows.js';
import type { Database } from '../../ingest/case/database.js';

/** A finding as exports of findings need it; times as `YYYY-MM-DDTHH:MM:SS.ffffffZ`. */
export interface ExportedEvidence {
  readonly evidence_id: string;
  readonly detection: string;
  readonly module: string;
  readonly ts: string;
  readonly profile: string;
  readonly site: string;
  readonly tw: number | null;
  readonly role: string;
  readonly counts: boolean;
  readonly threat_level: string;
  readonly weight: number;
  readonly confidence: number;
  readonly attacker: string | null;
  readonly attacker_kind: string | null;
  readonly victim: string | null;
  readonly victim_kind: string | null;
  readonly proto: string | null;
  readonly port: number | null;
  readonly description: string;
  readonly techniques: readonly string[];
  readonly suppressed: boolean;
  readonly flows: number;
  readonly first_ts: string;
  readonly last_ts: string;
  /** uids of its first flows in order of time. */
  readonly uids: readonly string[];
}

export interface ExportedAlert {
  readonly alert_id: string;
  readonly profile: string;
  readonly site: string;
  readonly tw: number | null;
  readonly tw_start: string;
  readonly tw_end: string;
  readonly ts: string;
  readonly score: number;
  readonly threshold: number;
  readonly description: string;
  readonly evidence: readonly string[];
}

/** All findings in order of time and id. */
export const evidenceOf = (db: Database): AsyncGenerator<ExportedEvidence> => rows(db, 'evidence');

/** All alerts in order of time and id. */
export const alertsOf = (db: Database): AsyncGenerator<ExportedAlert> => rows(db, 'alerts');

async function* rows<T>(db: Database, file: string): AsyncGenerator<T> {
  const result = await db.stream(readFileSync(asset('reports', 'export', `${file}.sql`), 'utf8'));
  const names = result.deduplicatedColumnNames();
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return;
    for (const row of chunk.getRows()) yield jsonRow(names, row) as T;
  }
}
