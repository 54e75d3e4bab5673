import type { Command } from 'commander';
import { CaseStore } from '../../ingest/case/case-store.js';
import { printJson, withInputs, withProgress, withResources } from '../common.js';
import { inputSettings } from '../input-settings.js';
import { Progress } from '../progress.js';
import { readInputs } from '../read-inputs.js';
import { count, plural, safe, table } from '../terminal.js';

export function register(program: Command): void {
  withProgress(
    withInputs(
      withResources(
        program
          .command('ingest')
          .description('Read captures into a case')
          .argument('<input...>', 'files, folders, globs, or - for standard input')
          .requiredOption('--db <file>', 'the case file; made when missing')
          .option('--config <file>', 'YAML configuration')
          .option('--json', 'print what was read as JSON'),
      ),
    ),
  )
    .addHelpText(
      'after',
      `
A capture already in the case is skipped; one that has grown is continued.

Examples:
  slipstream ingest /logs/zeek --db case.duckdb
  slipstream ingest eve.json --db case.duckdb --site berlin
  zcat conn.log.gz | slipstream ingest - --db case.duckdb`,
    )
    .action(async (inputs: string[], flags) => {
      const settings = await inputSettings(flags);
      const progress = new Progress(flags.progress);
      await CaseStore.fill(flags.db, settings, async (store) => {
        const results = await readInputs(store, inputs, flags, settings, progress);
        if (flags.json) {
          printJson(results);
          return;
        }
        process.stdout.write(
          `${table(
            ['file', 'what', 'status', 'records', 'rejected'],
            results.filter((r) => r.status !== 'skipped').map((r) => [r.path, r.what, r.status, r.records, r.rejected]),
          )}\n`,
        );
        const skipped = results.filter((r) => r.status === 'skipped').length;
        if (skipped > 0) process.stdout.write(`${plural(skipped, 'file')} of no known kind skipped\n`);
        const flows = await store.db.number('SELECT count(*) FROM flows');
        process.stdout.write(`${safe(flags.db)}: ${count(flows)} flows\n`);
      });
    });
}
