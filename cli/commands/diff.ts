import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { CasePair } from '../../ingest/case/case-pair.js';
import { diffCases } from '../../reports/diff/diff.js';
import { diffHtml } from '../../reports/diff/html.js';
import { printJson, withResources } from '../common.js';
import { runSettings } from '../config.js';
import { diffText } from '../diff-text.js';
import { inputError, usageError } from '../errors.js';
import { safe } from '../terminal.js';
import { writeWhole } from '../write-file.js';

export function register(program: Command): void {
  withResources(
    program
      .command('diff')
      .description('What two analyses found otherwise, and why')
      .argument('<a>', 'case file or output folder: before')
      .argument('<b>', 'case file or output folder: after')
      .option('--json', 'print the difference as JSON')
      .option('--html <file>', 'write it as one HTML page')
      .option('--limit <n>', 'rows of each kind (default 20; 1000 with --json and --html)'),
  )
    .addHelpText(
      'after',
      `
Findings gained, lost and changed, hosts whose score or alerts changed, and what went in otherwise: inputs, configuration,
rules, models, feeds, version. Findings are the same when detection, site, host, window and subject are.

Examples:
  slipstream diff monday/ tuesday/
  slipstream diff before.duckdb after.duckdb --html diff.html
  slipstream diff a/ b/ --json`,
    )
    .action(async (a: string, b: string, flags) => {
      const limit = limitOf(flags.limit, flags.json || flags.html ? 1000 : 20);
      const settings = runSettings(flags);
      const pair = await CasePair.open(caseOf(a), caseOf(b), settings);
      try {
        const diff = await diffCases(pair, limit);
        if (flags.html) writeWhole(flags.html, diffHtml(diff, basename(a), basename(b)));
        if (flags.json) printJson(diff);
        else if (flags.html) process.stdout.write(`${safe(flags.html)}\n`);
        else process.stdout.write(diffText(diff, limit));
      } finally {
        pair.close();
      }
    });
}

/** The case of an output folder, or the file itself. */
function caseOf(path: string): string {
  if (!existsSync(path) || !statSync(path).isDirectory()) return path;
  const file = join(path, 'case.duckdb');
  if (!existsSync(file)) throw inputError(`${path}: not an output folder (it has no case.duckdb)`);
  return file;
}

function limitOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 100_000) throw usageError(`--limit ${text}: expected a whole number from 1`);
  return n;
}
