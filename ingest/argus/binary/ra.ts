import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { linkInput, runTool, type ToolOutput } from '../../delimited/run-tool.js';

/** `ra`'s fields, in order. The label is not the last one: `ra` leaves out an empty last cell. */
const FIELDS =
  'stime dur proto saddr sport dir daddr dport state stos dtos pkts bytes sbytes smac dmac svid dvid label spkts';

/** Settings: TAB between cells (labels hold commas), one header line, numbers for ports but names for protocols. */
const SETTINGS = [
  "RA_FIELD_DELIMITER='\t'",
  'RA_PRINT_LABELS=0',
  'RA_PRINT_NAMES=proto',
  'RA_USEC_PRECISION=6',
  '',
].join('\n');

/**
 * Prints the flow records of a binary Argus file as TAB-separated text with epoch times and the TCP flags of both sides.
 * @throws CliError when `ra` is not installed
 */
export function runRa(file: string, folder: string, filter: readonly string[]): Promise<ToolOutput> {
  writeFileSync(join(folder, 'rarc'), SETTINGS);
  return runTool({
    program: 'ra',
    package: 'argus-client',
    args: ['-F', 'rarc', '-r', linkInput(folder, file), '-u', '-Z', 'b', '-s', ...FIELDS.split(' '), ...filter],
    folder,
  });
}
