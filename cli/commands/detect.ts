import type { Command } from 'commander';
import { detect } from '../../analysis/detect.js';
import { rescore } from '../../analysis/rescore.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { printJson, withAnalysis, withProgress } from '../common.js';
import { runSettings } from '../config.js';
import { Progress } from '../progress.js';
import { detectText, reportFailures } from '../verdict.js';

export function register(program: Command): void {
  withProgress(
    withAnalysis(
      program
        .command('detect')
        .description('Profiles, detections, evidence and alerts of a case, again')
        .requiredOption('--db <file>', 'the case file')
        .option('--rescore', 'only whitelist of alerts, threshold and scores anew, over the findings that are there')
        .option('--json', 'print the numbers as JSON'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream detect --db case.duckdb --home-net 10.0.0.0/8
  slipstream detect --db case.duckdb --window 15m --disable zeek-notice
  slipstream detect --db case.duckdb --whitelist whitelist.csv --rescore`,
    )
    .action(async (flags) => {
      const settings = runSettings(flags);
      const progress = new Progress(flags.progress);
      const store = await CaseStore.open(flags.db, { mode: 'update', ...settings });
      try {
        const summary = flags.rescore
          ? await rescore(store, settings.analysis)
          : await detect(store, settings.analysis, (step, done, total) => progress.update(step, done, total));
        progress.clear();
        reportFailures(summary);
        if (flags.json) printJson(summary);
        else process.stdout.write(`${detectText(summary)}\n`);
      } finally {
        store.close();
      }
    });
}
