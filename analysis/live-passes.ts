import type { CaseStore } from '../ingest/case/case-store.js';
import type { Database } from '../ingest/case/database.js';
import { lit } from '../ingest/case/sql.js';
import { checkModels } from '../models/score-case.js';
import { isNew } from './detect.js';
import type { Detection } from './detection/definition.js';
import type { RunFacts } from './detection/requires.js';
import { runAll } from './detection/run-all.js';
import { lookUpFacts } from './enrich/virustotal/facts.js';
import { scoreWindows } from './evidence/score.js';
import { FROM_CASE, loadIntelligence } from './intel/load.js';
import { buildLetters } from './letters/build.js';
import type { AnalysisOptions } from './options.js';
import { buildDomainNames, buildPairs } from './pairs/build.js';
import { addAddresses, addFlowlessWindows, buildAddresses, fillProfiles } from './profiles/build.js';
import { writeProvenance } from './provenance.js';
import { fillTimeline } from './timeline/timeline.js';
import { createViews } from './views.js';
import { ignoreFlows } from './whitelist/ignore-flows.js';
import { suppressEvidence } from './whitelist/suppress.js';
import { setVariables } from './windows/set-variables.js';

/** Times [from, to) in microseconds since the epoch. */
export type Range = readonly [from: number, to: number];

/** Detections that need nothing but the rows of a window, and what is known of its addresses and names. */
const ofWindow = (d: Detection): boolean => d.scope === 'window' && !d.looks_back;

/**
 * The analysis of a case that grows, in two passes with the SQL of `detect`: `windows` costs what the windows that changed
 * hold, `history` what the case holds. Between them they leave what `detect` leaves, but for what later windows say of
 * earlier ones (a name that was learned later, an address that was seen again).
 */
export class LivePasses {
  readonly #store: CaseStore;
  readonly #options: AnalysisOptions;
  readonly #all: readonly Detection[];
  readonly #window: readonly Detection[];
  readonly #history: readonly Detection[];
  #facts: ReadonlyMap<string, RunFacts> = new Map();
  #allSourcesLocal: boolean;

  /** @throws CliError when a model that the user named is none, or damaged */
  constructor(store: CaseStore, options: AnalysisOptions, detections: readonly Detection[]) {
    checkModels(options);
    this.#store = store;
    this.#options = options;
    this.#all = detections;
    this.#window = detections.filter(ofWindow);
    this.#history = detections.filter((d) => !ofWindow(d));
    this.#allSourcesLocal = options.homeNet.length === 0;
  }

  /**
   * Windows that hold one of these times anew: their profiles, findings, scores and alerts.
   * @param keepBefore findings of windows that begin before this time (UTC) stay as they are: their flows are gone
   */
  async windows(ranges: readonly Range[], keepBefore?: string): Promise<void> {
    const { db } = this.#store;
    const options = this.#options;
    await setVariables(db, options);
    const windows = await wholeWindows(db, ranges);
    const within = (column: string): string => timesIn(column, windows);
    const since = windows[0]![0];
    await db.transaction(async () => {
      await ignoreFlows(db, options.whitelist, options.asnDb);
      await createViews(db, within);
      this.#allSourcesLocal = (await addAddresses(db, options, this.#allSourcesLocal)).allSourcesLocal;
      await fillProfiles(db, { since, which: within('tw_start') });
      await buildDomainNames(db);
      // Matches of other windows stay.
      await db.run('CREATE OR REPLACE TEMP TABLE known_indicators AS FROM indicators');
    });
    const intel = await loadIntelligence(this.#store, options.feeds);
    await db.run('INSERT INTO indicators FROM known_indicators EXCEPT FROM indicators ORDER BY ALL');
    await db.run('DROP TABLE known_indicators');
    await options.lookUp?.(db, () => undefined);
    this.#facts = new Map([
      ['intel', intel.facts],
      ['lookups', await lookUpFacts(db)],
    ]);
    await this.#run(this.#window);
    await options.askNames?.(db, () => undefined);
    await db.transaction(() => this.#tell(this.#window, within('e.tw_start'), keepBefore));
  }

  /** What needs more than a window: pairs, letters, addresses and the stories of windows, over all flows that are kept. */
  async history(keepBefore?: string): Promise<void> {
    const { db } = this.#store;
    const options = this.#options;
    await setVariables(db, options);
    await db.transaction(async () => {
      await ignoreFlows(db, options.whitelist, options.asnDb);
      await createViews(db);
      this.#allSourcesLocal = (await buildAddresses(db, options)).allSourcesLocal;
    });
    // What the windows found in feeds stays in the case: no feed is read again.
    await loadIntelligence(this.#store, FROM_CASE);
    await db.transaction(async () => {
      await buildPairs(db);
      await buildLetters(db, options.letters);
    });
    await this.#run(this.#history);
    await db.transaction(async () => {
      await this.#tell(this.#history, 'true', keepBefore);
      await fillTimeline(db, options, keepBefore);
    });
  }

  /** Runs detections; what earlier runs noted of them is replaced. */
  async #run(detections: readonly Detection[]): Promise<void> {
    const { db } = this.#store;
    const ids = listed(detections);
    await db.run(`DELETE FROM detection_runs WHERE detection IN (${ids})`);
    // A model belongs to one detection, which notes it again.
    await db.run('CREATE OR REPLACE TEMP TABLE models_before AS FROM models_used; DELETE FROM models_used');
    await runAll(this.#store, detections, this.#options, this.#facts, () => undefined);
    await db.run('INSERT INTO models_used FROM models_before WHERE module NOT IN (SELECT module FROM models_used)');
    await db.run('DROP TABLE models_before');
  }

  /** What was found takes the place of what these detections found before in windows `e` of which `which` is true. */
  async #tell(detections: readonly Detection[], which: string, keepBefore: string | undefined): Promise<void> {
    const { db } = this.#store;
    const options = this.#options;
    const kept = keepBefore === undefined ? '' : ` AND e.tw_start >= TIMESTAMP ${lit(keepBefore)}`;
    const old = `e.detection IN (${listed(detections)}) AND ${which}${kept}`;
    await db.run(`DELETE FROM evidence_flows WHERE evidence_id IN (SELECT evidence_id FROM evidence e WHERE ${old})`);
    await db.run(`DELETE FROM evidence e WHERE ${old}`);
    const fresh = keepBefore === undefined ? 'true' : isNew(keepBefore, detections);
    await db.run(
      `CREATE OR REPLACE TEMP TABLE told_evidence AS SELECT e.* FROM staged_evidence e WHERE ${which} AND ${fresh}`,
    );
    await db.run('INSERT INTO evidence FROM told_evidence');
    await db.run(
      'INSERT INTO evidence_flows FROM staged_evidence_flows WHERE evidence_id IN (SELECT evidence_id FROM told_evidence)',
    );
    await db.run('DROP TABLE told_evidence');
    await db.run(
      `UPDATE detection_runs SET findings = n.findings
       FROM (SELECT d.detection, count(e.detection) AS findings
             FROM detection_runs d LEFT JOIN evidence e ON e.detection = d.detection GROUP BY d.detection) n
       WHERE n.detection = detection_runs.detection AND detection_runs.findings <> n.findings`,
    );
    await db.run('DELETE FROM suppressed');
    await suppressEvidence(db, options.whitelist);
    await addFlowlessWindows(db);
    await scoreWindows(db, options, keepBefore);
    await writeProvenance(db, options, this.#all, this.#allSourcesLocal);
  }
}

const listed = (detections: readonly Detection[]): string => ["''", ...detections.map((d) => lit(d.id))].join(', ');

/** The windows that hold these times, in order: first time and end, as SQL reads them. */
async function wholeWindows(db: Database, ranges: readonly Range[]): Promise<(readonly [string, string])[]> {
  const values = ranges.map(([from, to]) => `(make_timestamp(${from}::BIGINT), make_timestamp(${to - 1}::BIGINT))`);
  const rows = await db.all<{ from: string; to: string }>(
    `SELECT DISTINCT window_start(ts)::VARCHAR AS "from", window_end(window_start(ts))::VARCHAR AS "to"
     FROM (SELECT unnest([a, b]) AS ts FROM (VALUES ${values.join(', ')}) t(a, b)) ORDER BY 1`,
  );
  return rows.map((r) => [r.from, r.to] as const);
}

/** SQL that is true for times of these windows. The outer bounds let DuckDB skip what is older. */
function timesIn(column: string, windows: readonly (readonly [string, string])[]): string {
  const between = (from: string, to: string): string =>
    `${column} >= TIMESTAMP ${lit(from)} AND ${column} < TIMESTAMP ${lit(to)}`;
  const outer = between(windows[0]![0], windows.at(-1)![1]);
  if (windows.length === 1) return `(${outer})`;
  return `(${outer} AND (${windows.map(([from, to]) => `(${between(from, to)})`).join(' OR ')}))`;
}
