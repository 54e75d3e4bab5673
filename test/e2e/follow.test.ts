import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../cli/package-root.js';
import { until as untilSo } from '../captures/lab.js';
import { cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('follow');

it('follows a growing Zeek log, tells each finding once, and ends with what a batch run finds', async () => {
  const logs = join(folder, 'logs');
  const db = join(folder, 'case.duckdb');
  mkdirSync(logs);
  const lines = readFileSync(fixture('office-zeek-tsv', 'conn.log'), 'utf8').split(/(?<=\n)/);
  const log = join(logs, 'conn.log');
  writeFileSync(log, '');
  const main = join(packageRoot, 'dist', 'cli', 'main.js');
  const child = spawn(process.execPath, [
    main,
    'live',
    '--follow',
    logs,
    '--db',
    db,
    '--home-net',
    OFFICE,
    '--flush',
    '1s',
    '--json',
  ]);
  const events: Record<string, unknown>[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop()!;
    for (const p of parts) events.push(JSON.parse(p) as Record<string, unknown>);
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<number | null>((r) => child.once('close', r));
  const until = async (test: () => boolean): Promise<void> => {
    await untilSo(
      () => test() || child.exitCode !== null,
      () => JSON.stringify(events) + stderr,
    );
    expect(test(), JSON.stringify(events) + stderr).toBe(true);
  };
  const half = Math.floor(lines.length / 2);
  appendFileSync(log, lines.slice(0, half).join(''));
  await until(() => events.some((e) => e.event === 'evidence'));
  appendFileSync(log, lines.slice(half).join(''));
  await until(() => events.filter((e) => e.event === 'window').length >= 2);
  child.kill('SIGINT');
  expect(await exited, stderr).toBe(0);
  const told = events.filter((e) => e.event === 'evidence').map((e) => e.evidence_id);
  expect(new Set(told).size).toBe(told.length);
  const out = join(folder, 'batch');
  expect(cli(['analyze', logs, '-o', out, '--home-net', OFFICE]).code).toBe(0);
  const ids = (file: string) => query(file, 'SELECT evidence_id, detection FROM evidence ORDER BY 1');
  expect(ids(db)).toEqual(ids(join(out, 'case.duckdb')));
  const alerts = readFileSync(join(folder, 'alerts.jsonl'), 'utf8').trim().split('\n');
  expect(alerts.map((a) => (JSON.parse(a) as { alert_id: string }).alert_id).sort()).toEqual(
    query<{ alert_id: string }>(db, 'SELECT alert_id FROM alerts ORDER BY 1').map((r) => r.alert_id),
  );
}, 600_000);
