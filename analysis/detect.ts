import { CliError } from '../cli/errors.js';
import { finishCase } from '../ingest/capture/finish-case.js';
import type { CaseStore } from '../ingest/case/case-store.js';
import type { Database } from '../ingest/case/database.js';
import { lit } from '../ingest/case/sql.js';
import { readers } from '../ingest/readers.js';
import { checkModels } from '../models/score-case.js';
import type { Detection } from './detection/definition.js';
import { loadDetections } from './detection/registry.js';
import { runAll } from './detection/run-all.js';
import type { RdnsSummary } from './enrich/rdns/look-up.js';
import { lookUpFacts } from './enrich/virustotal/facts.js';
import type { LookUpSummary } from './enrich/virustotal/look-up.js';
import { scoreWindows } from './evidence/score.js';
import { loadIntelligence } from './intel/load.js';
import { buildLetters } from './letters/build.js';
import type { AnalysisOptions } from './options.js';
import { buildPairs } from './pairs/build.js';
import { addFlowlessWindows, buildAddresses, fillProfiles } from './profiles/build.js';
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
  await db.transaction(() => buildPairs(db));
  const lookUps = await options.lookUp?.(db, (done, all) => progress('look-ups', done, all));
  const run = new Map([
    ['intel', intel.facts],
    ['lookups', await lookUpFacts(db)],
  ]);
  const failed = await runAll(store, detections, options, run, (id, i) => progress(id, i + 1, total));
  const reverse = await options.askNames?.(db, (done, all) => progress('names', done, all));
  progress('score', total - 2, total);
  return db.transaction(async () => {
    const fresh = keepBefore === undefined ? '' : ` WHERE ${isNew(keepBefore, detections)}`;
    await db.run(`INSERT INTO evidence SELECT * FROM staged_evidence e${fresh}`);
    await db.run(
      'INSERT INTO evidence_flows FROM staged_evidence_flows WHERE evidence_id IN (SELECT evidence_id FROM evidence)',
    );
    await suppressEvidence(db, options.whitelist);
    await addFlowlessWindows(db);
    await scoreWindows(db, options, keepBefore);
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
  const locality = await buildAddresses(db, options);
  await fillProfiles(db, { since: keepBefore });
  await buildLetters(db, options.letters);
  return locality;
}

/**
 * Which staged findings `e` are new where flows before a time are gone: those of later windows, but not a pair's that began
 * in a window before it: what is left of its flows would be told as another finding.
 */
export function isNew(keepBefore: string, detections: readonly Detection[]): string {
  const kept = `TIMESTAMP ${lit(keepBefore)}`;
  const pairs = detections.filter((d) => d.scope === 'pair').map((d) => lit(d.id));
  return `e.tw_start >= ${kept} AND NOT (e.detection IN (${["''", ...pairs].join(', ')}) AND EXISTS (
    SELECT 1 FROM evidence k WHERE k.detection = e.detection AND k.site = e.site AND k.profile = e.profile AND k.key = e.key
      AND k.tw_start < ${kept}))`;
}

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
  await db.run(`DELETE FROM alerts WHERE NOT (${kept})`);
  await db.run('DELETE FROM alert_evidence WHERE alert_id NOT IN (SELECT alert_id FROM alerts)');
  for (const table of ['suppressed', 'detection_runs', 'models_used']) {
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
