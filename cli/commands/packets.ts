import type { Command } from 'commander';
import { CaseStore } from '../../ingest/case/case-store.js';
import { withResources } from '../common.js';
import { usageError } from '../errors.js';
import { cutToFile } from '../packets/cut-to-file.js';
import { findCaptures } from '../packets/find-captures.js';
import { wantedPackets } from '../packets/wanted-packets.js';
import { resources } from '../resources.js';
import { plural, safe } from '../terminal.js';

export function register(program: Command): void {
  withResources(
    program
      .command('packets')
      .description('The packets behind a flow or a finding, cut from the original capture')
      .requiredOption('--db <file>', 'the case file')
      .requiredOption('-o, --output <file>', 'the pcap file to write')
      .option('--evidence <id>', 'all flows of a finding')
      .option('--flow <id>', 'one flow, by flow_id or uid')
      .option('--captures <dir>', 'where the captures are now (default: the current folder and that of the case)'),
  )
    .addHelpText(
      'after',
      `
The original is found by name or size and checked by its SHA-256. Compressed captures are read through.
A capture that came by standard input has to be saved to a file first; --captures finds it under any name.

Examples:
  slipstream packets --db case.duckdb --flow 17 -o flow.pcap
  slipstream packets --db case.duckdb --evidence 0123456789abcdef -o finding.pcap --captures /evidence`,
    )
    .action(async (flags) => {
      if ((flags.evidence === undefined) === (flags.flow === undefined)) throw usageError('--evidence ID or --flow ID');
      const store = await CaseStore.open(flags.db, { mode: 'read', ...resources(flags) });
      try {
        const wanted = await wantedPackets(store.db, flags.evidence, flags.flow);
        const paths = findCaptures(wanted, flags.captures, flags.db);
        const packets = await cutToFile(wanted, paths, flags.output);
        process.stdout.write(`${safe(flags.output)}: ${plural(packets, 'packet')}\n`);
      } finally {
        store.close();
      }
    });
}
