import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { CaseStore } from '../../ingest/case/case-store.js';
import { printJson, withInputs, withProgress, withResources } from '../common.js';
import { runSettings } from '../config.js';
import { Progress } from '../progress.js';
import { readInputs } from '../read-inputs.js';
import { table } from '../terminal.js';

interface InfoRow {
  path: string;
  kind: string;
  what: string;
  bytes: number;
  first: string | null;
  last: string | null;
  records: number;
  /** Packet captures: their packets (`records` are flows). */
  packets: number | null;
  rejected: number;
  sha256: string;
}

export function register(program: Command): void {
  withProgress(
    withInputs(
      withResources(
        program
          .command('info')
          .description('Kind, span and record counts of captures, without a case')
          .argument('<input...>', 'files, folders, globs, or - for standard input')
          .option('--config <file>', 'YAML configuration')
          .option('--json', 'print as JSON'),
      ),
    ),
  )
    .addHelpText('after', '\nExamples:\n  slipstream info capture.pcap\n  slipstream info /logs/zeek --json')
    .action(async (inputs: string[], flags) => {
      const settings = runSettings(flags);
      const progress = new Progress(flags.progress);
      const folder = mkdtempSync(join(tmpdir(), 'slipstream-info-'));
      const store = await CaseStore.open(join(folder, 'info.duckdb'), { mode: 'create', ...settings });
      try {
        await readInputs(store, inputs, flags, settings, progress);
        const rows = await store.db.all<Record<string, string | null>>(
          `SELECT c.path, s.kind, c.details->>'$.what' AS what, c.bytes, c.records,
             c.details->>'$.packets' AS packets, c.rejected, c.sha256,
             strftime(c.first_ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS first, strftime(c.last_ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS last
           FROM captures c JOIN sources s USING (source_id) ORDER BY c.path, c.sha256`,
        );
        const info = rows.map((r) => ({
          ...r,
          bytes: Number(r.bytes),
          records: Number(r.records),
          packets: r.packets === null ? null : Number(r.packets),
          rejected: Number(r.rejected),
        })) as InfoRow[];
        if (flags.json) printJson(info);
        else {
          process.stdout.write(
            `${table(
              ['file', 'what', 'first', 'last', 'records', 'packets', 'rejected', 'bytes'],
              info.map((r) => [r.path, r.what, r.first, r.last, r.records, r.packets ?? '', r.rejected, r.bytes]),
            )}\n`,
          );
        }
      } finally {
        store.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
}
