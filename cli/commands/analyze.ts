import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { alertsJsonl } from '../../analysis/alerts-jsonl.js';
import { detect } from '../../analysis/detect.js';
import { loadDetections } from '../../analysis/detection/registry.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { makeFolder } from '../../ingest/case/make-folder.js';
import { renderReport } from '../../reports/render.js';
import { printJson, withAnalysis, withInputs, withProgress } from '../common.js';
import { runSettings } from '../config.js';
import { CliError, usageError } from '../errors.js';
import { manifest } from '../manifest.js';
import { Progress } from '../progress.js';
import { readInputs } from '../read-inputs.js';
import { safe } from '../terminal.js';
import { detectText, reportFailures, verdictText, worstHost } from '../verdict.js';
import { writeWhole } from '../write-file.js';

export function register(program: Command): void {
  withProgress(
    withInputs(
      withAnalysis(
        program
          .command('analyze')
          .description('Ingest, detect and report in one go')
          .argument('<input...>', 'files, folders, globs, or - for standard input')
          .requiredOption('-o, --output <dir>', 'folder for case.duckdb, report.html, alerts.jsonl, manifest.json')
          .option('--title <text>', 'title of the report')
          .option('--tlp <level>', 'traffic light protocol: clear, green, amber, amber+strict, red')
          .option('--notes <file>', 'your remarks in Markdown, shown after the verdict')
          .option('--json', 'print verdict and numbers as JSON'),
      ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream analyze /logs/zeek -o out
  slipstream analyze eve.json -o out --home-net 10.0.0.0/8,192.168.0.0/16
  zcat conn.log.gz | slipstream analyze - --kind zeek -o out`,
    )
    .action(async (inputs: string[], flags) => {
      const settings = runSettings(flags);
      const progress = new Progress(flags.progress);
      const path = (name: string): string => join(flags.output as string, name);
      const detections = loadDetections(settings.analysis.detectionPaths);
      makeFolder(flags.output);
      const store = await CaseStore.open(path('case.duckdb'), { mode: 'create', ...settings });
      try {
        const files = await readInputs(store, inputs, flags, settings, progress);
        const step = (name: string, done: number, total: number): void => progress.update(name, done, total);
        const summary = await detect(store, settings.analysis, step, detections);
        progress.update('report');
        writeWhole(path('alerts.jsonl'), await alertsJsonl(store.db));
        const report = reportOptions(flags);
        writeWhole(path('report.html'), await renderReport(store, { ...report, detections }));
        const outputs = { 'alerts.jsonl': path('alerts.jsonl'), 'report.html': path('report.html') };
        const parts = { outputs, report, analysis: settings.analysis, detections, files };
        writeWhole(path('manifest.json'), await manifest(store, { ...parts, earlier: path('manifest.json') }));
        progress.clear();
        reportFailures(summary);
        const verdict = await verdictText(store.db, summary);
        if (flags.json) {
          printJson({
            verdict,
            worst: (await worstHost(store.db)) ?? null,
            ...summary,
            files,
            report: path('report.html'),
          });
        } else {
          const rejected = files.reduce((sum, f) => sum + f.rejected, 0);
          process.stdout.write(
            `${verdict}\n${detectText(summary)}\n${rejected > 0 ? `${rejected} records rejected: see the report\n` : ''}` +
              `Report: ${safe(path('report.html'))}\n`,
          );
        }
      } finally {
        store.close();
      }
    });
}

/** Report options as the flags give them. */
export const reportOptions = (flags: {
  title?: string;
  tlp?: string;
  host?: string;
  since?: string;
  until?: string;
  notes?: string;
}) => ({
  ...(flags.title === undefined ? {} : { title: flags.title }),
  ...(flags.tlp === undefined ? {} : { tlp: flags.tlp }),
  ...(flags.host === undefined ? {} : { host: flags.host }),
  ...(flags.since === undefined ? {} : { since: flags.since }),
  ...(flags.until === undefined ? {} : { until: flags.until }),
  ...(flags.notes === undefined ? {} : { notes: readNotes(flags.notes) }),
});

/**
 * The text of a notes file.
 * @throws CliError when it cannot be read, or is too large to be notes
 */
function readNotes(path: string): string {
  try {
    if (statSync(path).size > 1_000_000) throw usageError(`--notes ${safe(path)}: larger than 1 MB`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof CliError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw usageError(`--notes ${safe(path)}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`);
  }
}
