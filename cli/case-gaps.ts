import type { Database } from '../ingest/case/database.js';

/** Detections that could not decide for one reason: what the sources of the case do not give. */
export interface Gap {
  readonly reason: string;
  readonly detections: readonly string[];
}

/** What a case was made of, and what its detections lacked. */
export interface CaseGaps {
  readonly sources: readonly { readonly kind: string; readonly captures: number }[];
  /** False when no analysis has finished: nothing can then be said of detections. */
  readonly analysed: boolean;
  readonly ran: number;
  readonly notDecided: readonly Gap[];
  /** They ran, but could not decide for some of the sources. */
  readonly partlyDecided: readonly Gap[];
}

/** Reads what the last analysis wrote into `detection_runs`. */
export async function caseGaps(db: Database): Promise<CaseGaps> {
  const sources = await db.all<{ kind: string; captures: string }>(
    `SELECT s.kind, count(*) AS captures FROM captures c JOIN sources s USING (source_id)
     WHERE c.status <> 'loading' GROUP BY s.kind ORDER BY s.kind`,
  );
  const runs = await db.all<{ status: string; reason: string; detections: string }>(
    `SELECT status, reason, string_agg(detection, ' ' ORDER BY detection) AS detections FROM detection_runs
     WHERE status = 'not_decided' OR partly_decided(status, reason)
     GROUP BY status, reason ORDER BY count(*) DESC, reason`,
  );
  const gaps = (status: string): Gap[] =>
    runs
      .filter((r) => r.status === status)
      .map(({ reason, detections }) => ({ reason, detections: detections.split(' ') }));
  return {
    sources: sources.map((s) => ({ kind: s.kind, captures: Number(s.captures) })),
    analysed: (await db.number("SELECT count(*) FROM provenance WHERE key = 'analysis' AND value = 'finished'")) > 0,
    ran: await db.number("SELECT count(*) FROM detection_runs WHERE status = 'ran'"),
    notDecided: gaps('not_decided'),
    partlyDecided: gaps('ran'),
  };
}
