import type { CaseStore } from '../../ingest/case/case-store.js';
import { lit, litOrNull } from '../../ingest/case/sql.js';
import { shortMessage } from '../../ingest/ingest.js';
import { scoreFor } from '../../models/score-case.js';
import type { AnalysisOptions } from '../options.js';
import type { Detection } from './definition.js';
import { settingsOf } from './parameters.js';
import { decidable, type SourceFields, sourceFields } from './requires.js';
import { detectionHash, runDetection } from './run-detection.js';

/** Runs every detection that can decide; one that fails is recorded and the others go on. */
export async function runAll(
  store: CaseStore,
  detections: readonly Detection[],
  options: AnalysisOptions,
  run: SourceFields['run'],
  progress: (id: string, index: number) => void,
): Promise<{ detection: string; reason: string }[]> {
  const { db } = store;
  await db.run('CREATE OR REPLACE TEMP TABLE staged_evidence AS FROM evidence LIMIT 0');
  await db.run('CREATE OR REPLACE TEMP TABLE staged_evidence_flows AS FROM evidence_flows LIMIT 0');
  const have: SourceFields = { ...(await sourceFields(db)), ...(run ? { run } : {}) };
  const site = (await db.one<{ site: string }>('SELECT min(site) AS site FROM sources'))?.site ?? '';
  const failed: { detection: string; reason: string }[] = [];
  for (const [i, detection] of detections.entries()) {
    progress(detection.id, i);
    const settings = settingsOf(detection, options.parameters[detection.id]);
    const record = (status: string, reason: string | undefined, findings: number): Promise<void> =>
      db.run(
        `INSERT INTO detection_runs VALUES (${lit(detection.id)}, ${lit(detectionHash(detection))},
           ${lit(JSON.stringify(settings.parameters))}, ${lit(status)}, ${litOrNull(reason)}, ${findings})`,
      );
    if (isDisabled(detection, options)) {
      await record('disabled', 'by configuration', 0);
      continue;
    }
    const { able, reason } = decidable(detection, have);
    if (!able) {
      await record('not_decided', reason, 0);
      continue;
    }
    try {
      const scored = await scoreFor(store, detection.id, options);
      if (!scored.able) {
        await record('not_decided', scored.reason, 0);
        continue;
      }
      await record('ran', scored.reason ?? reason, await runDetection(db, detection, settings, site));
    } catch (error) {
      const message = shortMessage(error);
      failed.push({ detection: detection.id, reason: message });
      for (const table of ['staged_evidence_flows', 'staged_evidence']) {
        await db.run(
          table === 'staged_evidence'
            ? `DELETE FROM ${table} WHERE detection = ${lit(detection.id)}`
            : `DELETE FROM ${table} WHERE evidence_id IN (SELECT evidence_id FROM staged_evidence WHERE detection = ${lit(detection.id)})`,
        );
      }
      await record('failed', message, 0);
    }
  }
  return failed;
}

const isDisabled = (d: Detection, o: AnalysisOptions): boolean =>
  o.disable.includes(d.id) ||
  o.disable.includes(d.module) ||
  (o.modules !== undefined && !o.modules.includes(d.id) && !o.modules.includes(d.module));
