import { detect } from '../../analysis/detect.js';
import type { Detection } from '../../analysis/detection/definition.js';
import { LivePasses } from '../../analysis/live-passes.js';
import type { AnalysisOptions } from '../../analysis/options.js';
import type { CaseStore } from '../case/case-store.js';
import { Findings } from './findings.js';
import type { LiveListener } from './live-options.js';

/** What needs more than one window is analysed for this share of the time at most. */
const HISTORY_SHARE = 0.25;

/** Analyses after which the case is renewed, so that memory stays what it is over days: see `CaseStore.renew`. */
const RENEW_AFTER = 30;

/** Analyses windows of a growing case and tells what is new. */
export class LiveAnalysis {
  readonly #store: CaseStore;
  readonly #options: AnalysisOptions;
  readonly #detections: readonly Detection[];
  readonly #listener: LiveListener;
  #findings: Findings;
  readonly #passes: LivePasses;
  #lastHistory = Number.NEGATIVE_INFINITY;
  #historyCost = 0;
  /** Analyses since the case was opened or renewed. */
  #analyses = 0;

  private constructor(
    store: CaseStore,
    options: AnalysisOptions,
    detections: readonly Detection[],
    listener: LiveListener,
    findings: Findings,
  ) {
    this.#store = store;
    this.#options = options;
    this.#detections = detections;
    this.#listener = listener;
    this.#findings = findings;
    this.#passes = new LivePasses(store, options, detections);
  }

  /** What is in the case already is not new. */
  static async begin(
    store: CaseStore,
    options: AnalysisOptions,
    detections: readonly Detection[],
    listener: LiveListener,
  ): Promise<LiveAnalysis> {
    return new LiveAnalysis(store, options, detections, listener, await Findings.begin(store.db));
  }

  /**
   * First what lies within the windows, then what needs all that is kept, if its share of the time allows.
   * @param windows their starts in microseconds since the epoch, at least one
   * @param width of a window in microseconds
   * @param keepBefore findings of windows that begin before this time (UTC) stay as they are: their flows are gone
   */
  async windows(windows: readonly number[], width: number, keepBefore: string | undefined): Promise<void> {
    this.#analyses++;
    await this.#passes.windows(
      windows.map((from) => [from, from + width] as const),
      keepBefore,
    );
    await this.#tell();
    const from = performance.now();
    if (HISTORY_SHARE * (from - this.#lastHistory) < this.#historyCost) return;
    await this.#passes.history(keepBefore);
    await this.#tell();
    this.#lastHistory = performance.now();
    this.#historyCost = this.#lastHistory - from;
  }

  /** The case should be renewed before the next analysis. */
  get worn(): boolean {
    return this.#analyses >= RENEW_AFTER;
  }

  /** Renews the case, which forgets what is temporary. Nothing else may use it; all that was found has been told. */
  async renew(): Promise<void> {
    await this.#store.renew();
    this.#findings = await Findings.begin(this.#store.db);
    this.#analyses = 0;
  }

  /** Everything, as a batch run would: what was learned late says more of early windows. */
  async all(keepBefore: string | undefined): Promise<void> {
    this.#analyses++;
    await detect(this.#store, this.#options, undefined, this.#detections, keepBefore);
    await this.#tell();
  }

  async #tell(): Promise<void> {
    const { evidence, alerts } = await this.#findings.fresh();
    for (const e of evidence) this.#listener.evidence(e);
    for (const a of alerts) await this.#listener.alert(a);
  }
}
