import { CliError } from '../cli/errors.js';
import { finishCase } from '../ingest/capture/finish-case.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import type { Database } from '../ingest/case/database.js';
import { lit, litOrNull } from '../ingest/case/sql.js';
import { shortMessage } from '../ingest/ingest.js';
import { readers } from '../ingest/readers.js';
import { checkModels, scoreFor } from '../models/score-case.js';
import type { Detection } from './detection/definition.js';
import { settingsOf } from './detection/parameters.js';
import { loadDetections } from './detection/registry.js';
import { decidable, type SourceFields, sourceFields } from './detection/requires.js';
import { detectionHash, runDetection } from './detection/run-detection.js';
import type { RdnsSummary } from './enrich/rdns/look-up.js';
import { lookUpFacts } from './enrich/virustotal/facts.js';
import type { LookUpSummary } from './enrich/virustotal/look-up.js';
import { scoreWindows } from './evidence/score.js';
import { loadIntelligence } from './intel/load.js';
import { buildLetters } from './letters/build.js';
import type { AnalysisOptions } from './options.js';
import { buildPairs } from './pairs/build.js';
import { addFlowlessWindows, buildProfiles } from './profiles/build.js';
import { writeProvenance } from './provenance.js';
import { fillTimeline } from './timeline/timeline.js';
import { createViews } from './views.js';
import { ignoreFlows } from './whitelist/ignore-flows.js';
import { suppressEvidence } from './whitelist/suppress.js';
import { setVariables } from './windows/set-variables.js';

/** Numbers of a finished analysis. */
export interface DetectSummary {
  readonly flows: number;
  /** Hosts with a profile. */
  readonly profiles: number;
  /** Pairs of host and time window. */
  readonly windows: number;
  readonly evidence: number;
  readonly suppressed: number;
  readonly alerts: number;
  /** Local addresses with an alert. */
  readonly affectedHosts: number;
  /** Detections that lacked a field, a feed or a model: nothing is said about what they look for. */
  readonly notDecided: number;
  /** Detections that failed; the others are there. */
  readonly failed: readonly { readonly detection: string; readonly reason: string }[];
  /** Feeds that could not be used. */
  readonly feedProblems: readonly { readonly feed: string; readonly reason: string }[];
  /** Questions to others, when they were asked for. */
  readonly lookUps: LookUpSummary | undefined;
  /** Questions for names of addresses, when they were asked for. */
  readonly reverse: RdnsSummary | undefined;
}

/**
 * Everything after ingest, again: profiles, detections, evidence, scores, alerts.
 * @param detections those that run; by default the project's and the user's
 * @param keepBefore findings of windows that begin before this time (UTC) stay as they are: their flows are gone
 */
export async function detect(
  store: CaseStore,
  options: AnalysisOptions,
  progress: (step: string, done: number, total: number) => void = () => undefined,
  detections: readonly Detection[] = loadDetections(options.detectionPaths),
  keepBefore?: string,
): Promise<DetectSummary> {
  const { db } = store;
  checkIds(detections, options);
  checkModels(options);
  await finishCase(store, await readers());
  const total = detections.length + 3;
  progress('profiles', 0, total);
  const locality = await db.transaction(() => prepare(db, options, keepBefore));
  progress('feeds', 0, total);
  const intel = await loadIntelligence(store, options.feeds);
  const lookUps = await options.lookUp?.(db, (done, all) => progress('look-ups', done, all));
  const run = new Map([
    ['intel', intel.facts],
    ['lookups', await lookUpFacts(db)],
  ]);
  const failed = await runAll(store, detections, options, run, (id, i) => progress(id, i + 1, total));
  const reverse = await options.askNames?.(db, (done, all) => progress('names', done, all));
  progress('score', total - 2, total);
  return db.transaction(async () => {
    const fresh = keepBefore === undefined ? '' : ` WHERE tw_start >= ${lit(keepBefore)}::TIMESTAMP`;
    await db.run(`INSERT INTO evidence SELECT * FROM staged_evidence${fresh}`);
    await db.run(
      'INSERT INTO evidence_flows FROM staged_evidence_flows WHERE evidence_id IN (SELECT evidence_id FROM evidence)',
    );
    await suppressEvidence(db, options.whitelist);
    await addFlowlessWindows(db);
    await scoreWindows(db, options);
    await fillTimeline(db, options, keepBefore);
    await writeProvenance(db, options, detections, locality.allSourcesLocal);
    return { ...(await summary(db, failed)), feedProblems: intel.problems, lookUps, reverse };
  });
}

/** Old findings go; windows, views, addresses and profiles are made. Until the end the case says `unfinished`. */
async function prepare(
  db: Database,
  options: AnalysisOptions,
  keepBefore: string | undefined,
): Promise<{ allSourcesLocal: boolean }> {
  await clearFindings(db, keepBefore);
  await db.run("DELETE FROM provenance WHERE key = 'analysis'");
  await db.run("INSERT INTO provenance VALUES ('analysis', 'unfinished')");
  await setVariables(db, options);
  await ignoreFlows(db, options.whitelist, options.asnDb);
  await createViews(db);
  const locality = await buildProfiles(db, options);
  await buildPairs(db);
  await buildLetters(db, options.letters);
  return locality;
}

/** Runs every detection that can decide; one that fails is recorded and the others go on. */
async function runAll(
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

function checkIds(detections: readonly Detection[], options: AnalysisOptions): void {
  const known = new Set(detections.flatMap((d) => [d.id, d.module]));
  for (const id of [...options.disable, ...(options.modules ?? []), ...Object.keys(options.parameters)]) {
    if (!known.has(id))
      throw new CliError(`no detection or module ${JSON.stringify(id)}; see 'slipstream detections list'`, 2);
  }
}

async function clearFindings(db: Database, keepBefore: string | undefined): Promise<void> {
  const kept = keepBefore === undefined ? 'false' : `tw_start < ${lit(keepBefore)}::TIMESTAMP`;
  await db.run(`DELETE FROM evidence WHERE NOT (${kept})`);
  await db.run('DELETE FROM evidence_flows WHERE evidence_id NOT IN (SELECT evidence_id FROM evidence)');
  for (const table of ['suppressed', 'alerts', 'alert_evidence', 'detection_runs', 'models_used']) {
    await db.run(`DELETE FROM ${table}`);
  }
  await db.run("DELETE FROM provenance WHERE key LIKE 'model_card.%'");
}

/** Numbers of what the case holds now. */
export async function summary(
  db: Database,
  failed: DetectSummary['failed'],
): Promise<Omit<DetectSummary, 'feedProblems' | 'lookUps' | 'reverse'>> {
  const row = (await db.one<Record<string, string>>(
    `SELECT (SELECT count(*) FROM d_flows) AS flows,
       (SELECT count(DISTINCT (site, profile)) FROM profiles) AS profiles,
       (SELECT count(*) FROM profiles) AS windows,
       (SELECT count(*) FROM evidence) AS evidence,
       (SELECT count(DISTINCT evidence_id) FROM suppressed) AS suppressed,
       (SELECT count(*) FROM alerts) AS alerts,
       (SELECT count(DISTINCT (a.site, a.profile)) FROM alerts a JOIN addresses d ON d.address = a.profile WHERE d.is_local) AS affected,
       (SELECT count(*) FROM detection_runs WHERE status = 'not_decided') AS not_decided`,
  ))!;
  const n = (key: string): number => Number(row[key]);
  return {
    flows: n('flows'),
    profiles: n('profiles'),
    windows: n('windows'),
    evidence: n('evidence'),
    suppressed: n('suppressed'),
    alerts: n('alerts'),
    affectedHosts: n('affected'),
    notDecided: n('not_decided'),
    failed,
  };
}
