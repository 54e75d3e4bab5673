import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CaseStore } from '../../ingest/case/case-store.js';
import type { Database } from '../../ingest/case/database.js';
import { detect } from '../detect.js';
import { type AnalysisOptions, defaultOptions } from '../options.js';
import { buildLetters } from './build.js';

interface Flow {
  readonly at: number;
  readonly bytes?: number;
  readonly duration?: number;
  readonly dst?: string;
  readonly port?: number | null;
}

describe('letters of a case', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const f of folders.splice(0)) rmSync(f, { recursive: true, force: true });
  });

  async function letters(
    flows: readonly Flow[],
    change: Partial<AnalysisOptions> = {},
    kind = 'zeek',
    add = '',
    block = 0,
  ): Promise<unknown[][]> {
    const folder = mkdtempSync(join(tmpdir(), 'slipstream-letters-'));
    folders.push(folder);
    const store = await CaseStore.open(join(folder, 'case.duckdb'), { mode: 'create', memoryLimit: '512MB' });
    try {
      await fill(store.db, flows, kind);
      if (add !== '') await store.db.run(add);
      await detect(store, { ...defaultOptions, ...change }, undefined, []);
      if (block > 0) await store.db.transaction(() => buildLetters(store.db, defaultOptions.letters, block));
      const rows = await store.db.all<Record<string, unknown>>(
        `SELECT profile, strftime(tw_start, '%H:%M') AS tw, dst, dport, direction, letters, "offset"::INTEGER AS o, flows::INTEGER AS n
         FROM letters ORDER BY profile, dst, dport, direction, tw_start`,
      );
      return rows.map((r) => Object.values(r));
    } finally {
      store.close();
    }
  }

  async function fill(db: Database, flows: readonly Flow[], kind: string): Promise<void> {
    await db.run(`INSERT INTO sources VALUES ('s', '', '${kind}', '.', NULL)`);
    await db.run(`INSERT INTO captures VALUES ('c', 's', 'x', 0, repeat('0', 64), 0, 0, NULL, NULL, 'complete', NULL)`);
    for (const [i, f] of flows.entries()) {
      const port = f.port === undefined ? 443 : f.port;
      await db.run(
        `INSERT INTO flows (flow_id, capture_id, source_id, row, uid, ts, duration, orig_h, resp_h, resp_p, proto, orig_bytes, resp_bytes,
           orig_ip_bytes, resp_ip_bytes, orig_pkts, resp_pkts, orig_size, resp_size, outcome, orientation, ended)
         VALUES (${i}, 'c', 's', ${i + 1}, 'u${i}', TIMESTAMP '2026-01-01 10:00:00' + to_microseconds(${f.at * 1e6}::BIGINT), ${f.duration ?? 0.01},
           '10.0.0.1', '${f.dst ?? '192.0.2.1'}', ${port}, 'tcp', ${f.bytes ?? 100}, NULL, 900, 0, 1, 0, 900, 0, 'unknown', 'seen', 'closed')`,
      );
    }
  }
  const minutes = (n: number, every = 30): Flow[] => Array.from({ length: n }, (_, i) => ({ at: i * every * 60 }));

  it('runs on through the windows of the case', async () => {
    expect(await letters(minutes(5))).toEqual([
      ['10.0.0.1', '10:00', '192.0.2.1', 443, 'out', '11*', 0, 2],
      ['10.0.0.1', '11:00', '192.0.2.1', 443, 'out', 'a*a*', 2, 2],
      ['10.0.0.1', '12:00', '192.0.2.1', 443, 'out', 'a*', 4, 1],
    ]);
  });

  it('gives the same in small blocks', async () => {
    const flows = [...minutes(5), ...minutes(3, 7).map((f) => ({ ...f, port: 80 }))];
    expect(await letters(flows, {}, 'zeek', '', 2)).toEqual(await letters(flows));
  });

  it('starts anew in each window when asked', async () => {
    expect(
      (await letters(minutes(4), { letters: { writing: 'head', reset: 'window' } })).map((r) => r.slice(5)),
    ).toEqual([
      ['11', 0, 2],
      ['11', 0, 2],
    ]);
  });

  it('orders flows by time whatever the order of the file, and keeps tuples apart', async () => {
    const flows = [
      { at: 20 },
      { at: 0 },
      { at: 10, port: null },
      { at: 10 },
      { at: 5, dst: '192.0.2.2', bytes: 300, duration: 3 },
    ];
    expect((await letters(flows)).map((r) => [r[2], r[3], r[5]])).toEqual([
      ['192.0.2.1', 443, '11,a,'],
      ['192.0.2.1', null, '1'],
      ['192.0.2.2', 443, '5'],
    ]);
  });

  it('has both sides with direction all', async () => {
    const rows = await letters([{ at: 0 }, { at: 1 }], { direction: 'all' });
    expect(rows.map((r) => [r[0], r[2], r[3], r[4], r[5]])).toEqual([
      ['10.0.0.1', '192.0.2.1', 443, 'out', '11.'],
      ['192.0.2.1', '10.0.0.1', 443, 'in', '11.'],
    ]);
  });

  it("takes each source's own total", async () => {
    const size = async (kind: string): Promise<string> => String((await letters([{ at: 0 }], {}, kind))[0]![5]);
    // Payload 100, IP 900, frame 914.
    expect([await size('zeek'), await size('nfdump'), await size('argus')]).toEqual(['1', '4', '4']);
    const add = 'UPDATE flows SET orig_ip_bytes = 1090, orig_size = 1090';
    expect((await letters([{ at: 0 }], {}, 'argus', add))[0]![5]).toBe('7');
    expect((await letters([{ at: 0 }], {}, 'nfdump', add))[0]![5]).toBe('4');
    const total = `UPDATE flows SET orig_size = NULL, resp_size = NULL, orig_ip_bytes = NULL, extra = '{"TotBytes":251}'`;
    expect((await letters([{ at: 0 }], {}, 'argus', total))[0]![5]).toBe('4');
  });
});
