import { alertsJsonl } from '../../analysis/alerts-jsonl.js';
import type { Database } from '../case/database.js';

export interface NewEvidence {
  readonly evidence_id: string;
  readonly detection: string;
  readonly ts: string;
  readonly profile: string;
  readonly site: string;
  readonly threat_level: string;
  readonly confidence: number;
  readonly description: string;
  readonly suppressed: boolean;
}

export interface NewAlert {
  readonly alert_id: string;
  readonly profile: string;
  readonly site: string;
  readonly tw_start: string;
  readonly tw_end: string;
  readonly score: number;
  readonly description: string;
  /** Strongest evidence of the alert. */
  readonly evidence_id: string;
  /** The alert as a line of `alerts.jsonl`. */
  readonly line: string;
}

/** Tells what an analysis found that none before it had. */
export class Findings {
  readonly #db: Database;

  private constructor(db: Database) {
    this.#db = db;
  }

  /** What is in the case already is not new. */
  static async begin(db: Database): Promise<Findings> {
    await db.run('CREATE OR REPLACE TEMP TABLE seen_evidence AS SELECT evidence_id FROM evidence');
    await db.run('CREATE OR REPLACE TEMP TABLE seen_alerts AS SELECT alert_id FROM alerts');
    return new Findings(db);
  }

  /** New evidence and alerts in order of time; from now on they are known. */
  async fresh(): Promise<{ evidence: NewEvidence[]; alerts: NewAlert[] }> {
    const iso = (column: string): string => `strftime(${column}, '%Y-%m-%dT%H:%M:%S.%fZ')`;
    const evidence = await this.#db.all<NewEvidence>(
      `SELECT evidence_id, detection, ${iso('ts')} AS ts, profile, site, threat_level, confidence, description,
         evidence_id IN (SELECT evidence_id FROM suppressed) AS suppressed
       FROM evidence WHERE evidence_id NOT IN (SELECT evidence_id FROM seen_evidence) ORDER BY evidence.ts, evidence_id`,
    );
    const news = 'a.alert_id NOT IN (SELECT alert_id FROM seen_alerts)';
    const rows = await this.#db.all<Omit<NewAlert, 'line'>>(
      `SELECT a.alert_id, a.profile, a.site, ${iso('a.tw_start')} AS tw_start, ${iso('a.tw_end')} AS tw_end, a.score, a.description,
         (SELECT max(struct_pack(s := e.weight * e.confidence, id := e.evidence_id)).id
          FROM alert_evidence x JOIN evidence e USING (evidence_id) WHERE x.alert_id = a.alert_id) AS evidence_id
       FROM alerts a WHERE ${news} ORDER BY a.ts, a.alert_id`,
    );
    const lines = (await alertsJsonl(this.#db, news)).split('\n');
    const alerts = rows.map((r, i) => ({ ...r, line: lines[i]! }));
    await this.#db.run('INSERT INTO seen_evidence SELECT evidence_id FROM evidence EXCEPT FROM seen_evidence');
    await this.#db.run('INSERT INTO seen_alerts SELECT alert_id FROM alerts EXCEPT FROM seen_alerts');
    return { evidence, alerts };
  }
}
