import type { Command } from 'commander';
import { loadDetections } from '../../analysis/detection/registry.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { renderReport, reportData } from '../../reports/render.js';
import { printJson, withResources } from '../common.js';
import { runSettings } from '../config.js';
import { usageError } from '../errors.js';
import { safe } from '../terminal.js';
import { writeWhole } from '../write-file.js';
import { reportOptions } from './analyze.js';

export function register(program: Command): void {
  withResources(
    program
      .command('report')
      .description('Render the HTML report of a case')
      .requiredOption('--db <file>', 'the case file')
      .option('-o, --output <file>', 'where the report goes')
      .option('--host <address>', 'only this host')
      .option('--since <time>', 'only findings from this time on (UTC, 2026-01-31T12:00:00)')
      .option('--until <time>', 'only findings before this time (UTC)')
      .option('--title <text>', 'title of the report')
      .option('--tlp <level>', 'traffic light protocol: clear, green, amber, amber+strict, red')
      .option('--notes <file>', 'your remarks in Markdown, shown after the verdict')
      .option('--config <file>', 'YAML configuration of the run: it names folders of your own detections')
      .option('--json', "print the report's data as JSON"),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  slipstream report --db case.duckdb -o report.html\n  slipstream report --db case.duckdb -o host.html --host 10.0.0.5',
    )
    .action(async (flags) => {
      if (!flags.output && !flags.json) throw usageError('say where the report goes with -o FILE, or --json');
      const settings = runSettings(flags);
      const options = { ...reportOptions(flags), detections: loadDetections(settings.analysis.detectionPaths) };
      const store = await CaseStore.open(flags.db, { mode: 'read', ...settings });
      try {
        if (flags.json) printJson(await reportData(store, options));
        if (flags.output) {
          writeWhole(flags.output, await renderReport(store, options));
          if (!flags.json) process.stdout.write(`Report: ${safe(flags.output)}\n`);
        }
      } finally {
        store.close();
      }
    });
}
