import type { Command } from 'commander';
import { CaseStore } from '../../ingest/case/case-store.js';
import { applyLabels } from '../../ingest/labels/apply-labels.js';
import { printJson, withResources } from '../common.js';
import { runSettings } from '../config.js';
import { usageError } from '../errors.js';
import { plural } from '../terminal.js';

export function register(program: Command): void {
  withResources(
    program
      .command('label')
      .description('Give flows of a case labels')
      .requiredOption('--db <file>', 'the case file')
      .option('--file <csv>', 'CSV with a header: uid,label[,detailed_label]')
      .option('--hosts <csv>', 'CSV with a header: host,label; flows from or to the host get its label')
      .option('--where <sql>', 'a condition on flows, with --as')
      .option('--as <label>', 'the label that --where gives, such as malicious or benign')
      .option('--keep', 'do not replace labels that are there')
      .option('--json', 'print the numbers as JSON'),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream label --db case.duckdb --file labels.csv
  slipstream label --db case.duckdb --hosts hosts.csv
  slipstream label --db case.duckdb --where "resp_h = '203.0.113.66'" --as malicious`,
    )
    .action(async (flags) => {
      const given = [flags.file, flags.hosts, flags.where].filter((v) => v !== undefined);
      if (given.length !== 1) throw usageError('give one of --file, --hosts, --where');
      if ((flags.where === undefined) !== (flags.as === undefined)) throw usageError('--where and --as go together');
      const store = await CaseStore.open(flags.db, { mode: 'update', ...runSettings(flags) });
      try {
        const labelled = await applyLabels(store.db, flags);
        if (flags.json) printJson({ labelled });
        else process.stdout.write(`${plural(labelled, 'flow')} labelled\n`);
      } finally {
        store.close();
      }
    });
}
