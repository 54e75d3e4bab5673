import { linkInput, runTool, type ToolOutput } from '../delimited/run-tool.js';
import { type NfdumpHeader, nfdumpLayout } from './header.js';

/** nfdump's format elements and the CSV names of the same values. */
const ELEMENTS: readonly (readonly [element: string, column: string])[] = [
  ['ts', 'ts'],
  ['te', 'te'],
  ['td', 'td'],
  ['sa', 'sa'],
  ['da', 'da'],
  ['sp', 'sp'],
  ['dp', 'dp'],
  ['pr', 'pr'],
  ['flg', 'flg'],
  ['tos', 'stos'],
  ['ipkt', 'ipkt'],
  ['ibyt', 'ibyt'],
  ['opkt', 'opkt'],
  ['obyt', 'obyt'],
  ['ismc', 'ismc'],
  ['idmc', 'idmc'],
  ['svln', 'svln'],
  ['dvln', 'dvln'],
];

/** Columns of what `runNfdump` prints. */
export const printedLayout: NfdumpHeader = nfdumpLayout(
  ELEMENTS.map(([, column]) => column),
  false,
)!;

/**
 * Prints the flows of a binary nfdump file, both directions merged, in a format of our own: columns in a known order,
 * times with milliseconds (`-o csv` cuts them), IPv6 addresses in full, plain numbers.
 * @throws CliError when nfdump is not installed
 */
export function runNfdump(file: string, folder: string): Promise<ToolOutput> {
  const format = ELEMENTS.map(([element]) => `%${element}`).join(',');
  return runTool({
    program: 'nfdump',
    package: 'nfdump',
    args: ['-r', linkInput(folder, file), '-b', '-N', '-q', '-6', '-o', `fmt:${format}`],
    folder,
  });
}
