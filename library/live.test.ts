import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { analyze, live, openCase, SlipstreamError } from '../index.js';
import { fixture, OFFICE } from '../test/support/fixtures.js';
import { tempDir } from '../test/support/temp-dir.js';

const folder = tempDir('library-live');
process.env.XDG_DATA_HOME = join(folder, 'no-data-home');

it('live follows a log until it is told to stop and tells what the case then holds', async () => {
  const logs = join(folder, 'logs');
  mkdirSync(logs);
  copyFileSync(fixture('office-zeek-tsv', 'conn.log'), join(logs, 'conn.log'));
  const db = join(folder, 'live.duckdb');
  const stop = new AbortController();
  const [evidence, alerts, warnings]: [string[], string[], string[]] = [[], [], []];
  await live(db, {
    follow: logs,
    flush: '1s',
    homeNet: OFFICE.split(','),
    signal: stop.signal,
    onEvidence: (e) => evidence.push(e.evidence_id),
    onAlert: (a) => void alerts.push(a.alert_id),
    onWarning: (m) => warnings.push(m),
    onWindow: (end, seconds) => {
      expect(end).toMatch(/^2026-03-02T\d\d:00:00\.000Z$/);
      expect(seconds).toBeGreaterThan(0);
      stop.abort();
    },
  });
  expect(stop.signal.aborted).toBe(true);
  expect(warnings).toEqual([]);
  const { outputs } = await analyze(logs, { output: join(folder, 'batch'), homeNet: OFFICE.split(',') });
  for (const path of [db, outputs.case]) {
    const c = await openCase(path);
    try {
      const ids = async (sql: string): Promise<unknown[]> => (await c.query<{ id: string }>(sql)).map((r) => r.id);
      expect(await ids('SELECT evidence_id AS id FROM evidence ORDER BY 1')).toEqual([...evidence].sort());
      expect(await ids('SELECT alert_id AS id FROM alerts ORDER BY 1')).toEqual([...alerts].sort());
    } finally {
      c.close();
    }
  }
  expect(evidence.length).toBeGreaterThan(5);
}, 120_000);

it('live refuses what makes no sense', async () => {
  const db = join(folder, 'none.duckdb');
  await expect(live(db, {})).rejects.toMatchObject({ exitCode: 2 });
  await expect(live(db, { interface: 'eth0', follow: folder })).rejects.toBeInstanceOf(SlipstreamError);
  await expect(live(db, { interface: 'eth0', snaplen: 5 })).rejects.toThrow('--snaplen 5: a whole number from 64');
  await expect(live(db, { follow: join(folder, 'nowhere') })).rejects.toMatchObject({ exitCode: 3 });
  await expect(live(db, { follow: folder, retain: '1MB' })).rejects.toThrow('at least 32MB');
});
