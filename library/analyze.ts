import type { DetectSummary } from '../analysis/detect.js';
import { analyzeInto } from '../cli/analyze-into.js';
import {
  type AnalysisChoices,
  type Callbacks,
  inputFlags,
  listener,
  type ReadingChoices,
  settingsOf,
} from './options.js';
import type { ReportChoices } from './report-choices.js';

/** Options of `analyze`. */
export interface AnalyzeOptions
  extends AnalysisChoices,
    ReadingChoices,
    Callbacks,
    Pick<ReportChoices, 'title' | 'tlp' | 'notes'> {
  /** Folder of the outputs; made when missing. A case in it is added to. */
  readonly output: string;
}

/** What became of one input file. */
export interface ReadFile {
  /** Relative to the argument that led to it. */
  readonly path: string;
  readonly kind: 'zeek' | 'suricata' | 'argus' | 'nfdump' | 'pcap' | 'unknown';
  /** What the file is, in words: `conn.log, TSV`. */
  readonly what: string;
  /** read: new; continued: a known capture that has grown; known: nothing new; skipped: of no kind; failed: see `message`. */
  readonly status: 'read' | 'continued' | 'known' | 'skipped' | 'failed';
  readonly records: number;
  /** Records that could not be parsed: rows of `rejects`. */
  readonly rejected: number;
  readonly message?: string;
}

/** What an analysis found, in numbers. */
export interface Analysis extends Omit<DetectSummary, 'lookUps' | 'reverse'> {
  /** One sentence: what an analyst wants to know first. */
  readonly verdict: string;
  /** The host with the highest score (0 to 1), local ones first; null when no finding counts. */
  readonly worst: { readonly profile: string; readonly score: number; readonly local: boolean } | null;
  readonly files: readonly ReadFile[];
  /** Paths of what was written, below `output`. */
  readonly outputs: {
    readonly case: string;
    readonly report: string;
    readonly alerts: string;
    readonly manifest: string;
  };
}

/**
 * Ingest, detect and report in one go: the command `analyze` as a function.
 *
 * Same inputs, options, models and feeds give the same tables and the same bytes of `report.html` and `alerts.jsonl`,
 * at any number of threads. Nothing is asked of a network, unless `rdns` says so.
 *
 * @param inputs files, folders or globs of captures
 * @returns numbers and paths; open `outputs.case` with `openCase` for the rows
 * @throws SlipstreamError code 2 for an option that makes no sense, 3 when no input could be read, 1 for the rest: a case
 *   that another process writes, a full disk
 * @example
 * const { verdict, outputs } = await analyze('capture.pcap', { output: 'out', homeNet: ['10.0.0.0/8'] });
 */
export async function analyze(inputs: string | readonly string[], options: AnalyzeOptions): Promise<Analysis> {
  const { output, title, tlp, notes } = options;
  const paths = typeof inputs === 'string' ? [inputs] : [...inputs];
  const report = { ...(title === undefined ? {} : { title }), ...(tlp === undefined ? {} : { tlp }) };
  const done = await analyzeInto(
    output,
    paths,
    inputFlags(options),
    settingsOf(options),
    { ...report, ...(notes === undefined ? {} : { notes }) },
    listener(options),
  );
  const { verdict, worst, summary, files, outputs } = done;
  const { lookUps: _, reverse: __, ...numbers } = summary;
  return {
    verdict,
    worst,
    ...numbers,
    files: files.map(({ captureId: ___, location: ____, ...file }) => file),
    outputs,
  };
}
