import type { Command } from 'commander';
import { type Activity, hostTimeline, type TimelineQuestion } from '../../analysis/timeline/timeline.js';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { withResources } from '../common.js';
import { painter, wantsColour } from '../console/paint.js';
import { usageError } from '../errors.js';
import { knownHost, timelineObject, timelineQuestion } from '../host-timeline.js';
import { resources } from '../resources.js';
import { csvLine } from '../rows.js';
import { count } from '../terminal.js';
import { timelineLine } from '../timeline-text.js';

const DEFAULT_LINES = 1000;

export function register(program: Command): void {
  withResources(
    program
      .command('timeline')
      .description('The readable story of a host: one line per activity')
      .requiredOption('--db <file>', 'the case file')
      .requiredOption('--profile <address>', 'the host')
      .option('--site <name>', 'only this site')
      .option('--since <time>', 'from this time on (UTC, 2026-01-31T12:00:00)')
      .option('--until <time>', 'before this time (UTC)')
      .option('--limit <n>', `lines at most (default ${count(DEFAULT_LINES)}; with --json and --csv all; 0: all)`)
      .option('--json', 'an array of objects')
      .option('--csv', 'comma-separated values'),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream timeline --db out/case.duckdb --profile 192.168.50.23
  slipstream timeline --db out/case.duckdb --profile 192.168.50.23 --since 2026-03-02T08:40 --limit 50
  slipstream timeline --db out/case.duckdb --profile 192.168.50.23 --csv > host.csv`,
    )
    .action(async (flags) => {
      if (flags.json && flags.csv) throw usageError('--json or --csv, not both');
      const question = timelineQuestion(flags, limit(flags.limit, flags.json || flags.csv ? 0 : DEFAULT_LINES));
      const store = await CaseStore.open(flags.db, { mode: 'read', ...resources(flags) });
      try {
        await print(store.db, question, flags.json ? 'json' : flags.csv ? 'csv' : 'text');
      } finally {
        store.close();
      }
    });
}

async function print(db: Database, question: TimelineQuestion, format: 'text' | 'json' | 'csv'): Promise<void> {
  await knownHost(db, question.profile);
  const paint = painter(process.stdout.isTTY === true && wantsColour(process.env));
  const out = (text: string): void | Promise<void> => {
    if (!process.stdout.write(text)) return new Promise((resolve) => process.stdout.once('drain', resolve));
  };
  if (format === 'csv') await out(csvLine(COLUMNS));
  let first = true;
  const line = (a: Activity): string => {
    if (format === 'text') return timelineLine(a, paint);
    if (format === 'csv') return csvLine(COLUMNS.map((c) => a[c]));
    const text = `${first ? '[' : ','}\n${JSON.stringify(timelineObject(a))}`;
    first = false;
    return text;
  };
  const { lines, more } = await hostTimeline(db, question, (a) => out(line(a)));
  if (format === 'json') await out(first ? '[]\n' : '\n]\n');
  if (more)
    process.stderr.write(`slipstream: ${count(lines)} lines shown, there are more; --limit N, --since, --until\n`);
  if (lines === 0 && format === 'text') process.stderr.write('slipstream: nothing in that time\n');
}

const COLUMNS = ['profile', 'site', 'tw_start', 'ts', 'flow_id', 'kind', 'summary', 'details'] as const;

function limit(text: string | undefined, fallback: number): number | undefined {
  const n = text === undefined ? fallback : Number(text);
  if (!Number.isInteger(n) || n < 0 || n > 100_000_000)
    throw usageError(`--limit ${text}: expected a whole number from 0 to 100000000`);
  return n === 0 ? undefined : n;
}
