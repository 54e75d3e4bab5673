import type { Command } from 'commander';
import { loadDetections } from '../../analysis/detection/registry.js';
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
      const { keepSmall } = await import('../console/memory.js');
      const tidy = keepSmall();
      const settings = runSettings(flags);
      const { CaseSource } = await import('../console/case-source.js');
      const { runConsole } = await import('../console/run.js');
      // A console stays open beside other work: what its queries sort goes to disk early.
      const memoryLimit = flags.memoryLimit === undefined ? '110MB' : settings.memoryLimit;
      const source = new CaseSource(flags.db, { threads: settings.threads, memoryLimit });
      let there = true;
      try {
        there = await runConsole(source, () => loadDetections(settings.analysis.detectionPaths), tidy);
      } finally {
        await source.close();
      }
      // An ordinary exit resets the terminal, and node aborts with a trace of its own when there is none any more.
      if (!there) process.kill(process.pid, 'SIGHUP');
    });
}
