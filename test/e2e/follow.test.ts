import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadDetections } from '../../analysis/detection/registry.js';
import { until } from '../captures/lab.js';
import { LiveRun, MAIN } from '../captures/live-run.js';
import { cli, query } from '../support/cli.js';
import { fixture, OFFICE } from '../support/fixtures.js';
import { tempDir } from '../support/temp-dir.js';

const folder = tempDir('follow');
const WINDOW = 30 * 60;
/** Ends of what the logs gain at a time, seconds into the capture: shortly after a window closed. */
const STEPS = [3700, 5500, 9100, 12_700, Number.POSITIVE_INFINITY];
/** One in so many records is written three steps late, as those of long flows are. */
const LATE = 9;

interface Line {
  readonly file: string;
  readonly text: string;
  /** Seconds since the epoch; undefined for a log's header. */
  readonly ts: number | undefined;
}

const linesOf = (file: string, ts: (line: string) => number | undefined): Line[] =>
  readFileSync(file, 'utf8')
    .split(/(?<=\n)/)
    .filter((text) => !text.startsWith('#close'))
    .map((text) => ({ file: file.split('/').at(-1)!, text, ts: ts(text) }));
const zeek = (): Line[] =>
  readdirSync(fixture('office-zeek-tsv'))
    .filter((name) => name.endsWith('.log'))
    .sort()
    .flatMap((name) =>
      linesOf(fixture('office-zeek-tsv', name), (l) => (l.startsWith('#') ? undefined : Number(l.split('\t')[0]))),
    );
const eve = (): Line[] =>
  linesOf(fixture('office-eve', 'eve.json'), (l) => {
    const { timestamp, flow } = JSON.parse(l) as { timestamp: string; flow?: { start?: string } };
    return Date.parse(flow?.start ?? timestamp) / 1000;
  });

for (const [kind, lines, path] of [
  ['Zeek folder', zeek(), ''],
  ['EVE file', eve(), 'eve.json'],
] as const) {
  it(`follows a growing ${kind}: windows as they close, each finding once, in the end what a batch run finds`, {
    timeout: 600_000,
  }, async () => {
    const home = join(folder, kind.replace(' ', '-'));
    const logs = join(home, 'logs');
    const db = join(home, 'case.duckdb');
    mkdirSync(logs, { recursive: true });
    const start = lines.reduce((a, l) => Math.min(a, l.ts ?? a), Number.POSITIVE_INFINITY);
    const stepOf = ({ ts }: Line, i: number): number => {
      if (ts === undefined) return 0;
      const step = STEPS.findIndex((end) => ts - start < end);
      return i % LATE === 0 ? Math.min(step + 3, STEPS.length - 1) : step;
    };
    const write = (step: number): void => {
      for (const [i, l] of lines.entries()) if (stepOf(l, i) === step) appendFileSync(join(logs, l.file), l.text);
    };
    write(0);
    const args = ['live', '--follow', join(logs, path), '--db', db, '--home-net', OFFICE, '--window', `${WINDOW}s`];
    const run = new LiveRun(spawn(process.execPath, [MAIN, ...args, '--flush', '1s', '--json']), db);
    const [told, toldAt]: [Set<unknown>, number[]] = [new Set(), []];
    for (const [step, end] of STEPS.entries()) {
      if (step > 0) write(step);
      const newest = lines.reduce((a, l, i) => (stepOf(l, i) <= step ? Math.max(a, l.ts ?? a) : a), 0);
      const closed = Math.floor(Math.min(newest - 1, start + end) / WINDOW) * WINDOW * 1000;
      await run.event((e) => e.event === 'window' && Date.parse(String(e.end)) >= closed);
      toldAt.push(run.events.filter((e) => e.event === 'evidence').length);
    }
    // Findings come with their windows, not at the end.
    expect(toldAt[0]).toBeGreaterThan(0);
    expect(toldAt.at(-1)).toBeGreaterThan(toldAt[0]!);
    const out = join(home, 'batch');
    const batch = cli(['analyze', join(logs, path), '-o', out, '--home-net', OFFICE, '--window', `${WINDOW}s`]);
    expect(batch.code, batch.stderr).toBe(0);
    const found = (file: string, which = 'true'): unknown[] =>
      query(file, `SELECT evidence_id, detection, confidence FROM evidence WHERE ${which} ORDER BY 1`);
    // What a window says by itself is what a batch run says of it, while the log is still followed.
    const edge = Date.parse(String(run.events.filter((e) => e.event === 'window').at(-1)!.end)) / 1000;
    const own = loadDetections([]).filter((d) => d.scope === 'window' && !d.looks_back);
    const closed = `tw_start < make_timestamp(${edge}000000) AND detection IN (${own.map((d) => `'${d.id}'`).join(', ')})`;
    const expected = found(join(out, 'case.duckdb'), closed);
    expect(expected.length).toBeGreaterThan(5);
    await until(
      () => JSON.stringify(found(db, closed)) === JSON.stringify(expected),
      () => `${JSON.stringify(found(db, closed))}\ninstead of\n${JSON.stringify(expected)}`,
      20,
    );
    expect(await run.stop(), run.stderr).toBe(0);
    expect(run.stderr).toBe('');
    for (const e of run.events) {
      if (e.event !== 'evidence') continue;
      expect(told.has(e.evidence_id)).toBe(false);
      told.add(e.evidence_id);
    }
    expect(found(db)).toEqual(found(join(out, 'case.duckdb')));
    const flows = (file: string): unknown[] =>
      query(
        file,
        'SELECT evidence_id, count(*) AS n, min(uid) AS uid FROM evidence_flows JOIN flows USING (flow_id) GROUP BY 1 ORDER BY 1',
      );
    expect(flows(db)).toEqual(flows(join(out, 'case.duckdb')));
    const alerts = readFileSync(join(home, 'alerts.jsonl'), 'utf8').trim().split('\n');
    expect(alerts.map((a) => (JSON.parse(a) as { alert_id: string }).alert_id).sort()).toEqual(
      query<{ alert_id: string }>(db, 'SELECT alert_id FROM alerts ORDER BY 1').map((r) => r.alert_id),
    );
  });
}
