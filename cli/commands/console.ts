import type { Command } from 'commander';
import { loadDetections } from '../../analysis/detection/registry.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import { withResources } from '../common.js';
import { runSettings } from '../config.js';
import { usageError } from '../errors.js';

export function register(program: Command): void {
  withResources(
    program
      .command('console')
      .description('Look through a case in the terminal: hosts, windows, timeline, evidence, letters, beacons')
      .requiredOption('--db <file>', 'the case file')
      .option('--config <file>', 'configuration that names folders with rules of your own'),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream console --db out/case.duckdb
  NO_COLOR=1 slipstream console --db out/case.duckdb

Keys: h shows them all. q quits.`,
    )
    .action(async (flags) => {
      if (!process.stdin.isTTY || !process.stdout.isTTY) {
        throw usageError("console needs a terminal; 'slipstream query' and 'slipstream report' do not");
      }
      const settings = runSettings(flags);
      const detections = loadDetections(settings.analysis.detectionPaths);
      const memoryLimit = flags.memoryLimit === undefined ? '256MB' : settings.memoryLimit;
      const store = await CaseStore.open(flags.db, { mode: 'read', threads: settings.threads, memoryLimit });
      let there = true;
      try {
        const { runConsole } = await import('../console/run.js');
        there = await runConsole(store, detections);
      } finally {
        store.close();
      }
      // An ordinary exit resets the terminal, and node aborts with a trace of its own when there is none any more.
      if (!there) process.kill(process.pid, 'SIGHUP');
    });
}
