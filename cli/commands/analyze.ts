import { readFileSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import { analyzeInto } from '../analyze-into.js';
import { printJson, withAnalysis, withInputs, withProgress } from '../common.js';
import { runSettings } from '../config.js';
import { CliError, ExitCode, usageError } from '../errors.js';
import { Progress } from '../progress.js';
import { plural, safe } from '../terminal.js';
import { detectText, reportFailures } from '../verdict.js';

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
  zcat conn.log.gz | slipstream analyze - -o out`,
    )
    .action(async (inputs: string[], flags) => {
      const settings = runSettings(flags);
      const progress = new Progress(flags.progress);
      const done = await analyzeInto(flags.output, inputs, flags, settings, reportOptions(flags), progress);
      const { verdict, worst, summary, files, outputs } = done;
      reportFailures(summary);
      if (summary.flows === 0 && files.every((f) => f.records === 0) && files.some((f) => f.rejected > 0)) {
        process.exitCode = ExitCode.input;
        process.stderr.write('slipstream: no record of these captures could be used; the report says why\n');
      }
      if (flags.json) {
        printJson({ verdict, worst, ...summary, files, report: outputs.report });
        return;
      }
      const rejected = files.reduce((sum, f) => sum + f.rejected, 0);
      process.stdout.write(
        `${verdict}\n${detectText(summary)}\n${rejected > 0 ? `${plural(rejected, 'record')} rejected (unreadable or repeated): see the report\n` : ''}` +
          `Report: ${safe(outputs.report)}\n`,
      );
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
