import { DuckDBTimestampValue } from '@duckdb/node-api';
import type { Command } from 'commander';
import { CaseStore } from '../../ingest/case/case-store.js';
import { withResources } from '../common.js';
import { runSettings } from '../config.js';
import { CliError, usageError } from '../errors.js';
import { csvLine, jsonRow } from '../rows.js';
import { table } from '../terminal.js';

export function register(program: Command): void {
  withResources(
    program
      .command('query')
      .description('SQL over a case, read only')
      .argument('<sql>', 'one statement')
      .requiredOption('--db <file>', 'the case file')
      .option(
        '--json',
        'an array of row objects; times as YYYY-MM-DDTHH:MM:SS.ffffffZ, integers beyond 2^53-1 as strings',
      )
      .option('--csv', 'comma-separated values')
      .option('--allow-external', 'let the SQL read other files'),
  )
    .addHelpText(
      'after',
      `
Examples:
  slipstream query --db case.duckdb "SELECT profile, score FROM profiles ORDER BY score DESC LIMIT 10"
  slipstream query --db case.duckdb --json "SELECT * FROM evidence"`,
    )
    .action(async (sql: string, flags) => {
      if (flags.json && flags.csv) throw usageError('--json or --csv, not both');
      const settings = runSettings(flags);
      const store = await CaseStore.open(flags.db, {
        mode: 'read',
        allowExternal: Boolean(flags.allowExternal),
        ...settings,
      });
      try {
        await run(store, sql, flags.json ? 'json' : flags.csv ? 'csv' : 'table');
      } finally {
        store.close();
      }
    });
}

async function run(store: CaseStore, sql: string, format: 'json' | 'csv' | 'table'): Promise<void> {
  const result = await store.db.stream(sql).catch((error: Error) => {
    throw new CliError(error.message.split('\n').slice(0, 2).join(' '));
  });
  const names = result.deduplicatedColumnNames();
  const out = (text: string): Promise<void> =>
    new Promise((resolve) => {
      if (process.stdout.write(text)) resolve();
      else process.stdout.once('drain', resolve);
    });
  const kept: unknown[][] = [];
  let first = true;
  if (format === 'json') await out('[');
  if (format === 'csv') await out(csvLine(names));
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    for (const row of chunk.getRows()) {
      if (format === 'json') {
        await out(`${first ? '\n' : ',\n'}${JSON.stringify(jsonRow(names, row))}`);
        first = false;
      } else if (format === 'csv') {
        await out(csvLine(row));
      } else {
        kept.push(row.map((v) => (v instanceof DuckDBTimestampValue ? String(v) : jsonRow(['v'], [v]).v)));
        if (kept.length > 10_000) throw new CliError('more than 10,000 rows; use --csv or --json, or LIMIT');
      }
    }
  }
  if (format === 'json') await out(first ? ']\n' : '\n]\n');
  if (format === 'table') await out(`${table(names, kept)}\n`);
}
