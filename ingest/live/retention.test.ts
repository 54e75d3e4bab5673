import { expect, it } from 'vitest';
import { detect } from '../../analysis/detect.js';
import { defaultOptions } from '../../analysis/options.js';
import { fixture } from '../../test/support/fixtures.js';
import { type TestCase, testCase } from '../../test/support/test-case.js';
import { lit } from '../case/sql.js';
import { forgetBefore, keptFrom } from './retention.js';

const WIDTH = 20e6;
const options = { ...defaultOptions, window: WIDTH, homeNet: ['10.77.0.0/26'] };
const times = async (c: TestCase, table = 'flows'): Promise<{ first: number; last: number; n: number }> => {
  const row = await c.store.db.one<{ a: string; b: string; n: string }>(
    `SELECT coalesce(min(epoch_us(ts)), 0) AS a, coalesce(max(epoch_us(ts)), 0) AS b, count(*) AS n FROM ${table}`,
  );
  return { first: Number(row!.a), last: Number(row!.b), n: Number(row!.n) };
};
const used = (c: TestCase): Promise<number> =>
  c.store.db.number(
    'SELECT sum(used_blocks * block_size)::BIGINT FROM pragma_database_size() WHERE database_name = current_database()',
  );

it('by age: what is older goes from every table, open flows and all findings stay', async () => {
  const c = await testCase([fixture('lab', 'lab.pcap')]);
  try {
    const { db } = c.store;
    await detect(c.store, options);
    const own = `capture_id = ${lit((await db.one<{ id: string }>('SELECT capture_id AS id FROM captures'))!.id)}`;
    const { first, last, n } = await times(c);
    const findings = (): Promise<unknown[]> => db.all('SELECT * FROM evidence ORDER BY ALL');
    const before = await findings();
    const open = await db.one<{ uid: string }>('SELECT uid FROM flows ORDER BY ts, uid LIMIT 1');
    await db.run(`UPDATE flows SET ended = 'open' WHERE uid = ${lit(open!.uid)}`);
    expect(await keptFrom(db, { seconds: 30 }, own, last, WIDTH)).toBe(Math.floor((last - 30e6) / WIDTH) * WIDTH);
    const edge = (await keptFrom(db, { seconds: 30 }, own, last, WIDTH))!;
    expect(edge).toBeGreaterThan(first);
    expect(await forgetBefore(db, 'false', edge)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
    expect((await times(c)).n).toBe(n);
    await forgetBefore(db, own, edge);
    expect(await db.all(`SELECT uid FROM flows WHERE epoch_us(ts) < ${edge}`)).toEqual([open]);
    for (const table of ['dns', 'http', 'ssl', 'ssh']) {
      const left = await times(c, table);
      if (left.n > 0) expect(left.first, table).toBeGreaterThanOrEqual(edge);
    }
    expect((await times(c)).last).toBe(last);
    expect(before.length).toBeGreaterThan(5);
    expect(await findings()).toEqual(before);
    const orphans = `SELECT count(*) FROM evidence_flows WHERE flow_id NOT IN (SELECT flow_id FROM flows)
      AND evidence_id IN (SELECT evidence_id FROM evidence WHERE epoch_us(tw_start) < ${edge})`;
    expect(await db.number(orphans)).toBe(0);
  } finally {
    c.close();
  }
});

it('by size: a quarter of the time at once, until what is used fits', async () => {
  const c = await testCase([fixture('lab', 'lab.pcap')]);
  try {
    const { db } = c.store;
    // The same traffic again and again, each time two minutes later.
    await db.run(
      `INSERT INTO flows SELECT f.* REPLACE (f.flow_id + 1000000 * i AS flow_id, f.uid || i AS uid, f.ts + to_minutes(2 * i) AS ts)
       FROM flows f, range(1, 2000) r(i) ORDER BY f.ts + to_minutes(2 * i), f.flow_id`,
    );
    await db.run('CHECKPOINT');
    const whole = await times(c);
    const size = await used(c);
    expect(await keptFrom(db, { bytes: size }, 'true', whole.last, WIDTH)).toBeUndefined();
    const limit = Math.floor(size / 2);
    let steps = 0;
    for (;;) {
      const edge = await keptFrom(db, { bytes: limit }, 'true', whole.last, WIDTH);
      if (edge === undefined) break;
      const { first } = await times(c);
      expect(edge).toBe(Math.floor((first + (whole.last - first) / 4) / WIDTH) * WIDTH);
      await forgetBefore(db, 'true', edge);
      expect(++steps).toBeLessThan(8);
    }
    expect(steps).toBeGreaterThan(0);
    expect(await used(c)).toBeLessThanOrEqual(limit);
    const left = await times(c);
    expect(left.last).toBe(whole.last);
    expect(left.first).toBeGreaterThan(whole.first);
    expect(left.n).toBeGreaterThan(whole.n / 10);
  } finally {
    c.close();
  }
});
