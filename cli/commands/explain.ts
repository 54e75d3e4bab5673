import type { Command } from 'commander';
import { loadDetections } from '../../analysis/detection/registry.js';
import { explain, findEvidence } from '../../analysis/explain/explain.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { printJson, withResources } from '../common.js';
import { runSettings } from '../config.js';
import { usageError } from '../errors.js';
import { explainText } from '../explain-text.js';

export function register(program: Command): void {
  withResources(
    program
      .command('explain')
      .description('Why a finding is there: rule, parameters, rows, arithmetic')
      .argument('<evidence_id>', 'id of the finding, or the beginning of it')
      .requiredOption('--db <file>', 'the case file')
      .option('--config <file>', 'configuration that names folders with rules of your own')
      .option('--rows <n>', 'flows to list (default 20)')
      .option('--sql', 'the SQL of the rule too, with its parameters filled in')
      .option('--json', 'everything as JSON'),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream explain --db case.duckdb 4f0c9a1be2d37788
  slipstream explain --db case.duckdb 4f0c --sql
  slipstream explain --db case.duckdb 4f0c --json --rows 1000`,
    )
    .action(async (id: string, flags) => {
      const limit = Number(flags.rows ?? 20);
      if (!Number.isInteger(limit) || limit < 0 || limit > 1_000_000) {
        throw usageError(`--rows ${flags.rows}: expected a whole number from 0 to 1000000`);
      }
      const settings = runSettings(flags);
      const detections = loadDetections(settings.analysis.detectionPaths);
      const store = await CaseStore.open(flags.db, { mode: 'read', ...settings });
      try {
        const found = await explain(store.db, await findEvidence(store.db, id), detections, limit);
        if (flags.json) printJson(found);
        else process.stdout.write(explainText(found, { withSql: Boolean(flags.sql) }));
      } finally {
        store.close();
      }
    });
}
