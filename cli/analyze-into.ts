import { join } from 'node:path';
import { alertsJsonl } from '../analysis/alerts-jsonl.js';
import { type DetectSummary, detect } from '../analysis/detect.js';
import { loadDetections } from '../analysis/detection/registry.js';
import { CaseStore } from '../ingest/case/case-store.js';
import { makeFolder } from '../ingest/case/make-folder.js';
import type { FileResult } from '../ingest/ingest.js';
import type { ReportOptions } from '../reports/options.js';
import { renderReport } from '../reports/render.js';
import type { RunSettings } from './config.js';
import { manifest } from './manifest.js';
import type { Listener } from './progress.js';
import { type InputFlags, readInputs } from './read-inputs.js';
import { verdictText, worstHost } from './verdict.js';
import { writeWhole } from './write-file.js';

/** What `analyze` gives, as a command and as a function. */
export interface AnalyzedFolder {
  readonly verdict: string;
  readonly worst: { readonly profile: string; readonly score: number; readonly local: boolean } | null;
  readonly summary: DetectSummary;
  readonly files: readonly FileResult[];
  readonly outputs: {
    readonly case: string;
    readonly report: string;
    readonly alerts: string;
    readonly manifest: string;
  };
}

/**
 * Ingest, detect and report into a folder.
 * @throws CliError when no input can be read, or the folder or its case cannot be written
 */
export async function analyzeInto(
  folder: string,
  inputs: readonly string[],
  flags: InputFlags,
  settings: RunSettings,
  report: Omit<ReportOptions, 'detections'>,
  listener: Listener,
): Promise<AnalyzedFolder> {
  const outputs = {
    case: join(folder, 'case.duckdb'),
    report: join(folder, 'report.html'),
    alerts: join(folder, 'alerts.jsonl'),
    manifest: join(folder, 'manifest.json'),
  };
  const detections = loadDetections(settings.analysis.detectionPaths);
  makeFolder(folder);
  return CaseStore.fill(outputs.case, settings, async (store) => {
    const files = await readInputs(store, inputs, flags, settings, listener);
    const step = (name: string, done: number, total: number): void => listener.update(name, done, total);
    const summary = await detect(store, settings.analysis, step, detections);
    listener.update('report');
    writeWhole(outputs.alerts, await alertsJsonl(store.db));
    writeWhole(outputs.report, await renderReport(store, { ...report, detections }));
    const hashed = { 'alerts.jsonl': outputs.alerts, 'report.html': outputs.report };
    const parts = { outputs: hashed, report, analysis: settings.analysis, detections, files };
    writeWhole(outputs.manifest, await manifest(store, { ...parts, earlier: outputs.manifest }));
    listener.clear();
    const worst = (await worstHost(store.db)) ?? null;
    return { verdict: await verdictText(store.db, summary), worst, summary, files, outputs };
  });
}
