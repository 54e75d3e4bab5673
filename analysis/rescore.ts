import { usageError } from '../cli/errors.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import type { Database } from '../ingest/case/database.js';
import { lit } from '../ingest/case/sql.js';
import { type DetectSummary, summary } from './detect.js';
import { loadDetections } from './detection/registry.js';
import { scoreWindows } from './evidence/score.js';
import type { AnalysisOptions } from './options.js';
import { runPass } from './passes.js';
import { addFlowlessWindows } from './profiles/build.js';
import { configurationText, rulesHash, stableJson, writeProvenance } from './provenance.js';
import { fillTimeline } from './timeline/timeline.js';
import { createViews } from './views.js';
import { ignoreFlows } from './whitelist/ignore-flows.js';
import { suppressEvidence } from './whitelist/suppress.js';
import { setVariables } from './windows/set-variables.js';

/** Options that change only what findings count for. */
const JUDGEMENT = ['evidenceThreshold', 'scoring', 'slipsThreshold', 'timelineRows', 'whitelist'] as const;

/**
 * Whitelist of alerts, threshold and way of scoring anew over the findings that are there: the same rows as `detect` would
 * give, without running a detection.
 * @throws CliError when the case has no finished analysis, or one with other options than these
 */
export async function rescore(store: CaseStore, options: AnalysisOptions): Promise<DetectSummary> {
  const { db } = store;
  const detections = loadDetections(options.detectionPaths);
  const allSourcesLocal = await checkSame(db, options, rulesHash(detections));
  return db.transaction(async () => {
    await setVariables(db, options);
    await ignoreFlows(db, options.whitelist, options.asnDb);
    await createViews(db);
    await db.run('DELETE FROM suppressed');
    const victims = detections.filter((d) => d.role === 'victim' && d.victim_counts).map((d) => lit(d.id));
    const affected = victims.length === 0 ? 'false' : `detection IN (${victims.join(', ')})`;
    const counts = `weight > 0 AND (role = 'attacker' OR ${affected})`;
    await db.run(`UPDATE evidence SET counts = true WHERE NOT counts AND ${counts}`);
    await suppressEvidence(db, options.whitelist);
    // Windows that only evidence named: those of evidence that counts come back.
    await db.run('DELETE FROM profiles WHERE flows = 0 AND server_flows = 0');
    await addFlowlessWindows(db);
    await runPass(db, 'profiles/window-numbers.sql');
    await scoreWindows(db, options);
    await fillTimeline(db, options);
    await writeProvenance(db, options, detections, allSourcesLocal);
    return { ...(await summary(db, [])), feedProblems: [], lookUps: undefined, reverse: undefined };
  });
}

/** @returns whether all sources count as local, as the last run found */
async function checkSame(db: Database, options: AnalysisOptions, rules: string): Promise<boolean> {
  const facts = new Map(
    (
      await db.all<{ key: string; value: string }>(
        "SELECT key, value FROM provenance WHERE key IN ('analysis', 'configuration', 'detections_sha256', 'locality') ORDER BY key",
      )
    ).map((r) => [r.key, r.value]),
  );
  if (facts.get('analysis') !== 'finished')
    throw usageError('--rescore: the case has no finished analysis; run detect without it');
  const before = JSON.parse(facts.get('configuration') ?? '{}') as Record<string, unknown>;
  const now = JSON.parse(configurationText(options)) as Record<string, unknown>;
  const flowRules = (of: Record<string, unknown>): string =>
    stableJson(((of.whitelist ?? []) as { ignore: string }[]).filter((r) => r.ignore !== 'alerts'));
  const other = [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((k) => !(JUDGEMENT as readonly string[]).includes(k) && stableJson(before[k]) !== stableJson(now[k]))
    .concat(flowRules(before) === flowRules(now) ? [] : ['whitelist of flows'])
    .concat(facts.get('detections_sha256') === rules ? [] : ['version of the rules'])
    .sort();
  if (other.length > 0)
    throw usageError(`--rescore: the case was analysed with another ${other.join(', ')}; run detect without it`);
  return (facts.get('locality') ?? '').startsWith('no source address');
}
